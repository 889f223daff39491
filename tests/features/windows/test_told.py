"""Windows against a slow oracle, one row at a time, shuffled, and against a planted look into the future."""

from collections.abc import Callable
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.windows import line as line_of_time
from phantom_ml.features.windows import told as telling
from phantom_ml.features.windows.events import Rows
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.state import WindowState
from tests.features.windows.made import (
    PLAN,
    START,
    STARTS,
    column,
    frame_of,
    plans,
    replayed,
    rows,
    told,
)
from tests.features.windows.oracle import naive

NAMES = [f.name for f in PLAN.features]
ONE = {"src": "a", "dst": "x", "port": 22, "bytes": 1, "outcome": None}
OFTEN = settings(deadline=None, max_examples=80)
SOMETIMES = settings(deadline=None, max_examples=40)
SELDOM = settings(deadline=None, max_examples=25)


def expected(found: list[dict], past: list[dict] = (), plan: WindowPlan = PLAN) -> np.ndarray:
    """Return what the oracle says, NaN where it says nothing."""
    names = [f.name for f in plan.features]
    table = naive(plan, found, past)
    cells = [[np.nan if r.get(n) is None else float(r[n]) for n in names] for r in table]
    return np.array(cells, np.float64).reshape(len(found), len(names))


def shuffled(found: list[dict], random) -> list[dict]:
    """Return rows in any order."""
    return random.sample(found, len(found))


def sees_only_the_past(
    features_of: Callable[[pl.DataFrame], np.ndarray], frame: pl.DataFrame
) -> bool:
    """Return whether no row's features change when all rows at its time or later are taken away."""
    full = features_of(frame)
    for i, now in enumerate(frame["time"]):
        if now is None:
            continue
        alone = pl.concat([frame.filter(pl.col("time") < now), frame[i]])
        if not np.array_equal(features_of(alone)[-1], full[i], equal_nan=True):
            return False
    return True


@given(rows())
@OFTEN
def test_every_feature_is_what_the_words_say(found):
    np.testing.assert_allclose(told(frame_of(found)), expected(found), rtol=2e-6, atol=1e-6)


@given(st.sampled_from(STARTS).flatmap(lambda start: rows(start=start)), plans(), st.randoms())
@SOMETIMES
def test_any_plan_tells_what_the_words_say_of_rows_in_any_order_at_any_time(found, plan, random):
    found = shuffled(found, random)
    got = told(frame_of(found), plan)
    np.testing.assert_allclose(got, expected(found, plan=plan), rtol=2e-6, atol=1e-6)


@given(rows(), plans(), st.integers(0, 30), st.randoms())
@SOMETIMES
def test_rows_before_what_a_state_remembers_see_what_was_earlier(found, plan, n_past, random):
    found = shuffled(found, random)
    past, now = found[:n_past], found[n_past:]
    state = WindowState.empty(plan).after(frame_of(past))
    got = told(frame_of(now), plan, state)
    np.testing.assert_allclose(got, expected(now, past, plan), rtol=2e-6, atol=1e-6)


@given(rows(most=15))
@SELDOM
def test_entities_of_one_event_each_have_no_past(found):
    found = [{**row, "src": str(i)} for i, row in enumerate(found)]
    np.testing.assert_allclose(told(frame_of(found)), expected(found), rtol=2e-6, atol=1e-6)


@given(rows(), st.integers(0, 30))
@OFTEN
def test_rows_continue_the_past_that_a_state_remembers(found, n_past):
    past, now = found[:n_past], found[n_past:]
    state = WindowState.empty(PLAN).after(frame_of(past))
    got = told(frame_of(now), state=state)
    np.testing.assert_allclose(got, expected(now, past), rtol=2e-6, atol=1e-6)


@given(rows())
@SELDOM
def test_one_row_at_a_time_gives_the_very_values_of_the_batch(found):
    frame = frame_of(found)
    np.testing.assert_array_equal(replayed(frame), told(frame))


@given(rows(), st.randoms(use_true_random=False))
@SELDOM
def test_shuffling_the_rows_shuffles_the_features(found, random):
    frame = frame_of(found)
    order = list(range(len(found)))
    random.shuffle(order)
    np.testing.assert_array_equal(told(frame[order]), told(frame)[order])


@given(rows(most=12), st.randoms(use_true_random=False))
@SELDOM
def test_shuffling_rows_of_one_time_between_states_changes_nothing(found, random):
    ties = [{**row, "time": START} for row in found]
    order = list(range(len(ties)))
    random.shuffle(order)
    later = frame_of([{**row, "time": START + 60} for row in found])
    one = WindowState.empty(PLAN).after(frame_of(ties))
    other = WindowState.empty(PLAN)
    for i in order:
        other = other.after(frame_of(ties)[i])
    np.testing.assert_array_equal(told(later, state=one), told(later, state=other))


@given(rows())
@SELDOM
def test_no_row_sees_its_own_time_or_later(found):
    assert sees_only_the_past(told, frame_of(found))


def beside() -> pl.DataFrame:
    """Return a table with ties and a row that comes later."""
    one = {"src": "a", "dst": "x", "port": 22, "bytes": 10, "outcome": "failure"}
    return frame_of([{**one, "time": START + t} for t in (0, 60, 60, 120)])


def test_a_planted_view_of_ties_is_caught(monkeypatch):
    class Wrong(line_of_time.Line):
        @classmethod
        def of(cls, events, *, alone=False):
            line = line_of_time.Line.of(events, alone=alone)
            return cls(**{**vars(line), "head": np.flatnonzero(line.events.row >= 0)})

    monkeypatch.setattr(telling, "Line", Wrong)
    assert not sees_only_the_past(told, beside())


def test_a_planted_view_of_later_rows_is_caught():
    def with_totals(frame: pl.DataFrame) -> np.ndarray:
        return frame.select(pl.len().over("src")).to_numpy()

    assert not sees_only_the_past(with_totals, beside())


@pytest.mark.parametrize("chunk", [1, 2, 5])
def test_chunks_change_nothing(monkeypatch, chunk):
    one = {"dst": "x", "port": 22, "bytes": 10, "outcome": "failure"}
    frame = frame_of([{**one, "src": "abc"[t % 3], "time": START + 60 * t} for t in range(20)])
    whole = told(frame)
    monkeypatch.setattr(telling, "CHUNK", chunk)
    np.testing.assert_array_equal(told(frame), whole)


def test_a_window_holds_its_far_edge_and_not_its_near_one():
    one = {"src": "a", "dst": "x", "port": 22, "bytes": 1, "outcome": None}
    frame = frame_of([{**one, "time": START + t} for t in (0, 3600, 7201)])
    assert column(frame, "src.events.1h") == [0, 1, 0]


def test_a_window_ends_to_the_microsecond():
    moments = [START * 1_000_000 + t for t in (0, 3_600_000_000, 7_200_000_001)]
    frame = frame_of([{**ONE, "time": START}] * 3).with_columns(
        pl.Series("time", moments, pl.Datetime("us"))
    )
    assert column(frame, "src.events.1h") == [0, 1, 0]


def test_a_pause_of_half_an_hour_ends_a_session():
    frame = frame_of([{**ONE, "time": START + t} for t in (0, 1799, 3598, 5398)])
    assert column(frame, "src.session_events") == [0, 1, 2, 0]


def test_a_session_without_a_pause_is_told_for_seven_days():
    frame = frame_of([{**ONE, "time": START + 1700 * i} for i in range(400)])
    assert column(frame, "src.session_seconds")[-1] == 604_800 // 1700 * 1700


def test_a_beacon_is_regular():
    one = {"src": "a", "dst": "x", "port": 443, "bytes": 1, "outcome": None}
    frame = frame_of([{**one, "time": START + 60 * i} for i in range(12)])
    assert column(frame, "src_dst.regularity")[-1] == 1.0


def test_the_gaps_of_a_beacon_vary_little():
    one = {"src": "a", "dst": "x", "port": 443, "bytes": 1, "outcome": None}
    frame = frame_of([{**one, "time": START + 60 * i} for i in range(12)])
    assert column(frame, "src_dst.gap_cv")[-1] == 0.0


def test_times_of_ten_thousand_years_do_not_overflow():
    times = [datetime(1, 1, 1), datetime(1970, 1, 1), datetime(9999, 12, 31)]
    plan = WindowPlan(time="time", entities=(EntityPlan(columns=("src",), windows=(604_800,)),))
    frame = pl.DataFrame({"time": times * 2000, "src": [str(i) for i in range(6000)]})
    assert set(column(frame, "src.events.7d", plan)) == {0.0}


@pytest.mark.parametrize("value", ["", "\x00", "\U0001f600", "a" * 65_536])
def test_any_string_can_name_an_entity(value):
    one = {"src": value, "dst": None, "port": 1, "bytes": 1, "outcome": None}
    frame = frame_of([{**one, "time": START + t} for t in (0, 9)])
    assert column(frame, "src.gap")[1] == 9


def test_an_empty_table_has_no_rows():
    assert told(frame_of([])).shape == (0, len(NAMES))


def test_amounts_without_end_are_counted_as_the_greatest():
    plan = WindowPlan(
        time="time", entities=(EntityPlan(columns=("src",), windows=(300,), sums=("n",)),)
    )
    values = [float("inf"), float("-inf"), 1e300, float("nan"), None]
    frame = pl.DataFrame({"time": range(START, START + 5), "src": ["a"] * 5, "n": values})
    assert column(frame, "src.n.5m", plan)[-1] == np.float32(10**12)


def test_a_day_alone_is_placed_in_time_as_training_wrote_it():
    entity = EntityPlan(columns=("src",), windows=(604_800,))
    plan = WindowPlan(time="time", entities=(entity,), time_form="day first")
    rows = Rows(pl.DataFrame({"time": ["05/01/2023"], "src": ["a"]}), plan)
    assert rows.time.astype("datetime64[us]").tolist() == [datetime(2023, 1, 5)]
