"""Rows that are asked about one by one are told what they are told in the table that they are from."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.past import Past
from tests.features.windows.made import PLAN, START, frame_of, rows

DAY = 86_400
SOMETIMES = settings(deadline=None, max_examples=50)


@st.composite
def tables(draw: st.DrawFn) -> pl.DataFrame:
    """Return rows of a month in any order, with ties and rows without a time."""
    found = draw(rows())
    spread = [
        {**row, "time": START + draw(st.integers(0, 30)) * DAY} for row in draw(rows(most=10))
    ]
    whole = frame_of([*found, *spread])
    order = draw(st.permutations(range(whole.height)))
    return whole[order]


def past(before: pl.DataFrame | None = None) -> Past:
    """Return the windows of the plan, after the rows of training."""
    empty = Past.before(PLAN)
    return empty if before is None else empty.after(before)


def row_of(frame: pl.DataFrame, data: st.DataObject) -> int:
    """Return any row of a table that has some."""
    return data.draw(st.integers(0, frame.height - 1))


@given(tables())
@SOMETIMES
def test_rows_are_told_what_the_whole_table_tells_them(frame):
    np.testing.assert_array_equal(past().among(frame).transform(frame), past().transform(frame))


@given(tables(), tables())
@SOMETIMES
def test_rows_are_told_so_after_training_too(before, frame):
    model = past(before)
    np.testing.assert_array_equal(model.among(frame).transform(frame), model.transform(frame))


@given(tables().filter(len), st.data())
@SOMETIMES
def test_a_row_alone_is_told_what_it_is_told_beside_others(frame, data):
    row, among = row_of(frame, data), past().among(frame)
    np.testing.assert_array_equal(among.transform(frame[row])[0], among.transform(frame)[row])


@given(tables().filter(len), st.data())
@SOMETIMES
def test_later_rows_change_nothing(frame, data):
    row = row_of(frame, data)
    now = frame["time"][row]
    earlier = frame.filter(pl.lit(True) if now is None else pl.col("time") <= now)
    one, other = (past().among(f).transform(frame[row]) for f in (frame, earlier))
    np.testing.assert_array_equal(one, other)


@given(tables().filter(len), st.data())
@SOMETIMES
def test_the_order_of_the_table_changes_nothing(frame, data):
    order = data.draw(st.permutations(range(frame.height)))
    one, other = (past().among(f).transform(frame) for f in (frame, frame[order]))
    np.testing.assert_array_equal(one, other)


@given(tables().filter(len), st.data(), st.sampled_from(["src", "dst", "port", "bytes"]))
@SOMETIMES
def test_a_changed_row_is_told_what_it_would_be_told_in_its_place(frame, data, column):
    row = row_of(frame, data)
    value = data.draw(st.sampled_from(frame[column].to_list()))
    changed = frame[row].with_columns(pl.lit(value).cast(frame.schema[column]).alias(column))
    instead = pl.concat([frame[:row], changed, frame[row + 1 :]])
    told = past().among(frame).transform(changed)[0]
    np.testing.assert_array_equal(told, past().transform(instead)[row])


@given(tables().filter(len), st.data())
@SOMETIMES
def test_copies_of_a_row_do_not_see_each_other(frame, data):
    row, among = row_of(frame, data), past().among(frame)
    later = frame[row].with_columns(pl.col("time") + pl.duration(seconds=1))
    together = among.transform(pl.concat([frame[row], later, frame[row]]))
    np.testing.assert_array_equal(together[1], among.transform(later)[0])


def test_rows_of_a_month_ago_see_their_own_past():
    one = {"src": "a", "dst": "x", "port": 22, "bytes": 1, "outcome": None}
    # So many later rows that a state would have forgotten what lies before them.
    times = [0, 60, 120, *(30 * DAY + i for i in range(1100))]
    frame = frame_of([{**one, "time": START + t} for t in times])
    events = [f.name for f in PLAN.features].index("src.events.5m")
    assert past().among(frame).transform(frame[:3])[:, events].tolist() == [0, 1, 2]


def test_what_rows_are_asked_among_leaves_the_windows_as_they_were():
    one = {"src": "a", "dst": "x", "port": 22, "bytes": 1, "outcome": None}
    frame = frame_of([{**one, "time": START + 60 * i} for i in range(5)])
    model = past()
    told = model.transform(frame)
    model.among(frame).transform(frame)
    np.testing.assert_array_equal(model.transform(frame), told)
