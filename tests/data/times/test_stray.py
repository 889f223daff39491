"""Clocks that lie far from all others: which rows have such, and the days that the others span."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.data.times.parse import DAY_NS, NO_TIME, nanoseconds
from phantom_ml.data.times.stray import days_of, stray_times, strays_of, told_strays, usual_times_of

START = datetime(2026, 3, 2)
#: A week of rows.
WEEK = [START + timedelta(hours=i) for i in range(168)]
AHEAD, UNSET = datetime(2099, 1, 1), datetime(1970, 1, 1)


def stray(moments: list[datetime]) -> list[int]:
    """The places of the rows that are stray."""
    return np.flatnonzero(stray_times(nanoseconds(pl.Series(moments)))).tolist()


def in_days(*days: float) -> np.ndarray:
    """Times of so many days."""
    return np.array([round(day * DAY_NS) for day in days], dtype=np.int64)


@pytest.mark.parametrize("clock", [AHEAD, UNSET, datetime(2261, 12, 31), datetime(1680, 1, 1)])
def test_a_clock_that_is_years_off_is_stray(clock):
    assert stray([*WEEK, clock]) == [168]


def test_clocks_that_are_off_to_both_sides_are_stray():
    assert stray([AHEAD, *WEEK, UNSET]) == [0, 169]


def test_a_pause_shorter_than_a_month_parts_no_row():
    assert stray([*WEEK, WEEK[-1] + timedelta(days=29)]) == []


def test_a_row_is_near_where_the_others_span_as_long_as_its_distance():
    year = [START + timedelta(days=i) for i in range(365)]
    assert stray([*year, year[-1] + timedelta(days=300)]) == []


def test_more_than_a_hundredth_of_the_rows_are_not_stray():
    assert stray([*WEEK, AHEAD, AHEAD]) == []


def test_of_few_rows_none_is_stray():
    assert stray([*WEEK[:10], AHEAD]) == []


@given(st.lists(st.integers(0, 30 * 24), min_size=1, max_size=200))
def test_no_row_of_a_month_is_stray(hours):
    assert stray([START + timedelta(hours=h) for h in hours]) == []


def test_a_row_without_a_time_is_not_stray():
    assert not stray_times(np.append(nanoseconds(pl.Series(WEEK)), NO_TIME)).any()


def test_plain_numbers_are_of_no_clock():
    steps = pl.Series([*range(100), 9_000])
    assert not strays_of(steps, nanoseconds(steps)).any()


def test_times_without_a_year_come_round_again():
    logged = pl.Series([*["Dec 30 10:00:00", "Dec 31 10:00:00"] * 60, "Jan  2 10:00:00"])
    assert not strays_of(logged, nanoseconds(logged)).any()


def test_a_stray_row_has_no_time():
    times, _ = usual_times_of(pl.Series("when", [*WEEK, AHEAD]), [169])
    assert np.flatnonzero(times == NO_TIME).tolist() == [168]


def test_parts_that_were_gathered_are_looked_at_each_by_itself():
    later = [moment + timedelta(days=400) for moment in WEEK]
    times, told = usual_times_of(pl.Series("when", [*WEEK * 120, *later]), [120 * 168, 168])
    assert (told, int((times == NO_TIME).sum())) == ((), 0)


def test_rows_after_the_last_part_are_left_as_they_are():
    times, _ = usual_times_of(pl.Series("when", [*WEEK, AHEAD]), [168])
    assert not (times == NO_TIME).any()


def test_one_stray_row_is_told_with_its_day_and_those_of_the_others():
    _, told = usual_times_of(pl.Series("when", [*WEEK, AHEAD]), [169])
    assert told == (
        "1 row lies far from all others in 'when', 2099-01-01; the others are of 2026-03-02 to 2026-03-08. Its "
        "clock is taken for wrong: no days are counted by it, and a split in time leaves it out.",
    )


def test_several_stray_rows_are_told_with_one_of_them():
    times = nanoseconds(pl.Series([AHEAD, *WEEK, UNSET]))
    told = told_strays("when", times, stray_times(times))[0]
    assert told.startswith(
        "2 rows lie far from all others in 'when', 2099-01-01 for one; the others"
    )
    assert told.endswith("Their clocks are taken for wrong: no days are counted by them.")


def test_days_are_those_between_the_first_time_and_the_last():
    assert days_of(in_days(2.5, 0.0, 1.0)) == 2.5


@pytest.mark.parametrize("times", [in_days(), in_days(3.0, 3.0), np.array([NO_TIME, NO_TIME])])
def test_no_days_are_counted_where_times_tell_none(times):
    assert days_of(times) is None
