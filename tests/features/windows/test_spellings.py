"""Spellings of one value are one entity and one value, when a state is made and when it is read."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.state import WindowState
from tests.features.windows.made import START, told

#: By kind, two values as they are told apart, and others that spell them.
SPELLED = {
    ColumnKind.DOMAIN: {
        "example.com": ["Example.COM", "example.com.", "eXample.com.", "example.com:443"],
        "example.org": ["EXAMPLE.ORG."],
    },
    ColumnKind.MAC: {
        "00:11:22:33:44:55": ["00-11-22-33-44-55", "0011.2233.4455", "0:11:22:33:44:55"],
        "00:11:22:33:44:aa": ["00-11-22-33-44-AA"],
    },
    ColumnKind.EMAIL: {
        "a@b.example": ["A@B.example", "Al <a@b.example>"],
        "b@b.example": ["B@b.EXAMPLE"],
        "a@b.example; b@b.example": ["B@b.example,a@b.example", " a@b.example ;b@b.example; "],
    },
    ColumnKind.IP: {
        "10.0.0.1": ["::ffff:10.0.0.1", "10.0.0.1:443", " 10.0.0.1", "10.0.0.1, 8.8.8.8"],
        "2001:db8::1": ["[2001:db8::1]", "2001:DB8:0:0::1", "2001:db8::1%eth0", "[2001:db8::1]:80"],
        "10.0.0.2": [],
    },
    ColumnKind.HASH: {"ab" * 16: ["AB" * 16], "cd" * 16: ["Cd" * 16]},
    ColumnKind.PORT: {"443": ["443/tcp", "443.0"], "80": ["80/tcp"]},
}


def plan_of(kind: ColumnKind) -> WindowPlan:
    """Return a plan that counts what is done by and what is done to values of one kind."""
    entities = (
        EntityPlan(columns=("who",), windows=(3600,), distinct=("whom",)),
        EntityPlan(columns=("who", "whom"), windows=(3600,), rhythm=True),
    )
    return WindowPlan(time="time", entities=entities, kinds={"who": kind, "whom": kind})


@st.composite
def spelled_events(draw: st.DrawFn, kind: ColumnKind) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return events, and the same in other spellings."""
    values = SPELLED[kind]
    plain, other = [], []
    for i in range(draw(st.integers(1, 14))):
        who, whom = (draw(st.sampled_from(list(values))) for _ in range(2))
        time = START + 60 * i
        plain.append((time, who, whom))
        other.append((time, *(draw(st.sampled_from([v, *values[v]])) for v in (who, whom))))
    return _frame(plain), _frame(other)


def _frame(events: list[tuple]) -> pl.DataFrame:
    frame = pl.DataFrame(events, ["time", "who", "whom"], orient="row")
    return frame.with_columns((pl.col("time") * 1_000_000).cast(pl.Datetime("us")))


@pytest.mark.parametrize("kind", SPELLED)
@given(data=st.data())
@settings(deadline=None, max_examples=15)
def test_spellings_of_one_value_count_together(kind, data):
    plain, other = data.draw(spelled_events(kind))
    np.testing.assert_array_equal(told(other, plan_of(kind)), told(plain, plan_of(kind)))


@pytest.mark.parametrize("kind", SPELLED)
@given(data=st.data())
@settings(deadline=None, max_examples=10)
def test_a_state_is_read_in_any_spelling(kind, data):
    plain, other = data.draw(spelled_events(kind))
    plan, later = plan_of(kind), pl.col("time") + pl.duration(hours=1)
    state = WindowState.empty(plan).after(other)
    now = plain.with_columns(later)
    expected = told(now, plan, WindowState.empty(plan).after(plain))
    np.testing.assert_array_equal(told(now, plan, state), expected)


def test_values_of_no_such_kind_are_told_apart_as_they_are_written():
    frame = _frame([(START, "Anna", "x"), (START + 9, "anna", "x")])
    events = [f.name for f in plan_of(ColumnKind.ENTITY).features].index("who.events.1h")
    assert told(frame, plan_of(ColumnKind.ENTITY))[:, events].tolist() == [0, 0]
