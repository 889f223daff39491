"""One row of a wrong clock does not end a series; a pause, however long, is no fault."""

import logging
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from polars.testing import assert_frame_equal

from phantom_ml.errors import DataError
from phantom_ml.streams.order import BELIEVED, Reached, walk
from phantom_ml.streams.scorer import StreamScorer

TIMED = {"time_column": "t", "value_columns": "v"}
START, FAR = datetime(2026, 1, 1), datetime(2099, 1, 1)


def hours(n, start=START):
    return [start + timedelta(hours=h) for h in range(n)]


def rows(times):
    load = np.random.default_rng(0).poisson(20, len(times)).astype(float)
    return pl.DataFrame({"t": times, "v": load})


def with_stray(n=100, place=60):
    return rows([*hours(n)[:place], FAR, *hours(n)[place:]])


@pytest.fixture
def poisoned():
    """A scorer of which the last hundred rows and more came from a clock of another year."""
    scorer = StreamScorer(TIMED)
    scorer.update(rows([*hours(50), *hours(BELIEVED + 1, FAR)]))
    return scorer


def test_rows_go_on_after_one_of_a_far_year():
    scorer = StreamScorer(TIMED)
    scorer.update(rows([*hours(50), FAR]))
    assert scorer.update(rows(hours(100)[50:])).height == 50


def test_a_table_may_hold_a_row_of_a_far_year():
    assert StreamScorer(TIMED).update(with_stray()).height == 101


def test_how_rows_are_cut_into_tables_makes_no_difference_around_a_far_year():
    frame, scorer = with_stray(), StreamScorer(TIMED)
    told = pl.concat([scorer.update(frame[i : i + 7]) for i in range(0, frame.height, 7)])
    assert_frame_equal(told, StreamScorer(TIMED).update(frame), check_exact=True)


def test_a_clock_that_is_taken_for_wrong_is_told(caplog):
    with caplog.at_level(logging.WARNING, "phantom_ml"):
        StreamScorer(TIMED).update(with_stray())
    assert "The time 2099-01-01 00:00:00 in the series without a name lies" in caplog.text


@pytest.mark.parametrize("pause", [timedelta(days=3), timedelta(weeks=20), timedelta(days=3000)])
def test_a_pause_is_no_fault(pause, caplog):
    StreamScorer(TIMED).update(rows([*hours(50), *hours(200, START + pause)]))
    assert not caplog.records


def test_a_row_before_a_leap_in_time_is_refused_once_enough_rows_followed_it(poisoned):
    with pytest.raises(DataError, match="lies before the last one"):
        poisoned.update(rows(hours(60)[50:]))


def test_the_refusal_names_both_times(poisoned):
    told = (
        r"Row 0 of the table \(counted from 0\), 2026-01-03 02:00:00, lies before the last one that was "
        r"seen of the series without a name, 2099-01-05 04:00:00"
    )
    with pytest.raises(DataError, match=told):
        poisoned.update(rows(hours(60)[50:]))


def test_the_refusal_says_what_to_do_about_a_wrong_clock(poisoned):
    with pytest.raises(DataError, match="go on from a scorer saved before, or forget the series"):
        poisoned.update(rows(hours(60)[50:]))


def test_a_series_that_is_forgotten_begins_anew_at_any_time(poisoned):
    poisoned.forget()
    assert poisoned.update(rows(hours(60)[50:])).height == 10


def test_one_of_many_series_is_forgotten_by_its_name():
    scorer = StreamScorer(TIMED | {"series_columns": "host"})
    scorer.update({"t": [1, 1], "host": ["web", "mail"], "v": [1.0, 2.0]})
    scorer.forget("web")
    assert scorer.names == [("mail",)]


def test_a_series_that_is_not_remembered_cannot_be_forgotten():
    with pytest.raises(DataError, match="No series 'web' is remembered"):
        StreamScorer(TIMED).forget("web")


def test_times_that_go_back_within_a_table_are_both_named():
    told = "Time goes back at row 2 .* 2026-01-01 00:00:00 comes after 2026-01-01 01:00:00"
    with pytest.raises(DataError, match=told):
        StreamScorer(TIMED).update(rows([*hours(2), START]))


def test_a_far_whole_number_is_believed():
    scorer = StreamScorer(TIMED)
    scorer.update(rows([*range(50), 10**18]))
    with pytest.raises(
        DataError, match=r"Row 0 of the table \(counted from 0\), 51, .*, 1000000000000000000"
    ):
        scorer.update(rows([51]))


def test_a_leap_in_time_is_remembered_in_a_file(tmp_path):
    scorer = StreamScorer(TIMED)
    scorer.update(rows([*hours(50), FAR]))
    scorer.save(tmp_path)
    assert StreamScorer.load(tmp_path).update(rows(hours(60)[50:])).height == 10


def test_two_wrong_clocks_one_after_the_other_are_gone_back_from():
    assert walk(None, np.array([1, 2, 900, 500, 3]), 100).doubted == (900, 500)


def test_the_widest_gap_of_all_is_a_leap():
    ends = np.array([np.iinfo(np.int64).min + 1, np.iinfo(np.int64).max - 1])
    assert walk(None, ends, 100).reached.before == ends[0]


@settings(deadline=None)
@given(
    times=st.lists(st.integers(0, 500), min_size=2, max_size=30),
    cut=st.integers(1, 29),
    before=st.none() | st.integers(0, 10),
)
def test_a_walk_does_not_depend_on_where_it_is_cut(times, cut, before):
    times, cut = np.array(times), min(cut, len(times) - 1)
    start = Reached(10, before, 1 if before is not None else 0)
    whole, first = walk(start, times, 100), walk(start, times[:cut], 100)
    last = walk(first.reached, times[cut:], 100) if first.back is None else first
    assert whole.reached == last.reached
