"""Small tables of events, as rows and as frames, for the tests of windows."""

import numpy as np
import polars as pl
from hypothesis import strategies as st

from phantom_ml.features.windows.plan import EntityPlan, FailureValues, WindowPlan
from phantom_ml.features.windows.state import WindowState
from phantom_ml.features.windows.told import window_features

START = 1_700_000_000
SCHEMA = {
    "time": pl.Int64,
    "src": pl.String,
    "dst": pl.String,
    "port": pl.Int64,
    "bytes": pl.Int64,
    "outcome": pl.String,
}
FAILED = FailureValues(column="outcome", values=("failure", "denied"))
PLAN = WindowPlan(
    time="time",
    entities=(
        EntityPlan(
            columns=("src",),
            windows=(300, 3600, 86_400, 604_800),
            distinct=("dst", "port"),
            sums=("bytes",),
            failures=(FAILED,),
        ),
        EntityPlan(columns=("src", "dst"), windows=(3600,), distinct=("port",), rhythm=True),
    ),
)
#: When odd times begin: years before 1970, the second before it, the end of a year.
STARTS = (-62_000_000_000, -3600, 1_767_225_590, START)
#: Steps between events that lie on and beside the edges of windows and sessions, and ties.
STEPS = (0, 0, 1, 7, 60, 299, 300, 301, 1799, 1800, 3600, 3601, 80_000, 86_400, 604_800, 604_801)


@st.composite
def rows(draw: st.DrawFn, most: int = 30, start: int = START) -> list[dict]:
    """Return rows in order of time, with ties, missing cells and few entities."""
    time, found = start, []
    steps = draw(st.sampled_from([STEPS, (0, 60), (60,), (0, 300, 301)]))
    for _ in range(draw(st.integers(0, most))):
        time += draw(st.sampled_from(steps))
        found.append(
            {
                "time": draw(st.sampled_from([time] * 15 + [None])),
                "src": draw(st.sampled_from(["a", "a", "a", "b", None])),
                "dst": draw(st.sampled_from(["x", "x", "y", "z", None])),
                "port": draw(st.sampled_from([22, 22, 443, None])),
                "bytes": draw(st.sampled_from([0, 10, 999_999, None])),
                "outcome": draw(st.sampled_from(["success", "failure", "denied", None])),
            }
        )
    return found


@st.composite
def plans(draw: st.DrawFn) -> WindowPlan:
    """Return a plan of one entity that tells any part of what can be told."""
    columns = draw(st.sampled_from([("src",), ("dst",), ("src", "dst")]))
    fails = (FAILED, FailureValues(column="dst", values=("x",)))
    windows = [w for w in (300, 3600, 86_400, 604_800) if draw(st.booleans())]
    entity = EntityPlan(
        columns=columns,
        windows=tuple(windows) or (draw(st.sampled_from([300, 604_800])),),
        distinct=draw(st.sampled_from([(), ("port",), ("dst", "port")])),
        sums=draw(st.sampled_from([(), ("bytes",)])),
        failures=draw(st.sampled_from([(), fails[:1], fails])),
        rhythm=draw(st.booleans()),
    )
    return WindowPlan(time="time", entities=(entity,))


def frame_of(found: list[dict]) -> pl.DataFrame:
    """Return rows as a table; times are seconds since 1970."""
    table = pl.DataFrame(found, schema=SCHEMA)
    return table.with_columns((pl.col("time") * 1_000_000).cast(pl.Datetime("us")))


def told(frame: pl.DataFrame, plan: WindowPlan = PLAN, state: WindowState | None = None):
    """Return the features of a table, from nothing unless a state is given."""
    return window_features(plan, frame, state or WindowState.empty(plan))


def replayed(frame: pl.DataFrame, plan: WindowPlan = PLAN, state: WindowState | None = None):
    """Return the features of a table in the order of time, told one row at a time."""
    state = state or WindowState.empty(plan)
    found = [np.empty((0, len(plan.features)), np.float32)]
    for i in range(frame.height):
        found.append(window_features(plan, frame[i], state))
        state = state.after(frame[i])
    return np.concatenate(found)


def column(frame: pl.DataFrame, name: str, plan: WindowPlan = PLAN) -> list[float]:
    """Return one feature of a table by its name."""
    return told(frame, plan)[:, [f.name for f in plan.features].index(name)].tolist()
