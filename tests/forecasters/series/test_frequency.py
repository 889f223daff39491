from calendar import monthrange
from datetime import date, datetime, timedelta

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BadSetting
from phantom_ml.forecasters.series.find_frequency import find_frequency
from phantom_ml.forecasters.series.frequency import DAY, Frequency

HOUR = DAY // 24


def nanoseconds(times):
    return pl.Series(times).cast(pl.Datetime("ns")).cast(pl.Int64).to_numpy()


def found(times):
    told = nanoseconds(times)
    return find_frequency(told, np.zeros(len(told), np.int64), is_temporal=True).text


@pytest.mark.parametrize("text", ["1", "1h", "15m", "1d", "1w", "1mo", "1q", "1y", "1b", "90s"])
def test_told_frequency_is_parsed_as_itself(text):
    step = Frequency.parse(text)
    assert Frequency.parse(step.text) == step


@pytest.mark.parametrize("text", ["", "h1", "0d", "1 fortnight", "1.5h", "-1d", "9999999s"])
def test_what_is_no_frequency_is_refused(text):
    with pytest.raises(BadSetting):
        Frequency.parse(text)


def test_hours_are_found():
    assert found([datetime(2026, 1, 1) + timedelta(hours=k) for k in range(9)]) == "1h"


def test_the_most_frequent_gap_is_the_step():
    assert (
        found([datetime(2026, 1, 1) + timedelta(minutes=15 * k) for k in (0, 1, 2, 3, 9, 10)])
        == "15m"
    )


def test_months_are_found_by_the_calendar():
    assert found([date(2026, m, 1) for m in range(1, 9)]) == "1mo"


def test_quarters_are_found_by_the_calendar():
    assert found([date(2026, m, 15) for m in (1, 4, 7, 10)]) == "3mo"


def test_last_days_of_months_are_months():
    assert found([date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]) == "1mo"


def monthly(day, months=range(1, 49), in_february=31):
    """Return that day of months, the last one where a month has none; months are counted from January 2020."""
    firsts = [date(2020 + (m - 1) // 12, (m - 1) % 12 + 1, 1) for m in months]
    most = [in_february if first.month == 2 else 31 for first in firsts]
    lasts = [monthrange(first.year, first.month)[1] for first in firsts]
    return [
        f.replace(day=min(day, last, m)) for f, last, m in zip(firsts, lasts, most, strict=True)
    ]


def step_of(times):
    told = nanoseconds(times)
    return find_frequency(told, np.zeros(len(told), np.int64), is_temporal=True)


@pytest.mark.parametrize("day", [28, 29, 30, 31])
def test_months_are_found_by_a_day_that_not_each_of_them_has(day):
    assert found(monthly(day)) == "1mo"


def test_months_of_the_30th_are_found_where_february_has_its_28th_in_leap_years_too():
    assert found(monthly(30, in_february=28)) == "1mo"


def test_quarters_are_found_by_the_30th():
    assert found(monthly(30, range(2, 40, 3))) == "3mo"


def test_years_are_found_by_the_29th_of_february():
    assert found(monthly(29, range(2, 80, 12))) == "1y"


@pytest.mark.parametrize("first", [1, 2])
@pytest.mark.parametrize("day", [29, 30, 31])
def test_months_go_on_by_the_day_that_they_came_on(day, first):
    times = monthly(day, range(first, 60))
    step = step_of(times[:24])
    steps = np.arange(24, len(times))
    came = step.times(np.repeat(nanoseconds(times[:1]), len(steps)), steps)
    assert came.tolist() == nanoseconds(times[24:]).tolist()


def test_days_of_the_month_that_differ_are_no_months():
    assert found([date(2026, 1, 29), date(2026, 2, 28), date(2026, 3, 30)]) == "30d"


def test_four_weeks_are_no_month():
    assert found([date(2026, 1, 1) + timedelta(days=28 * k) for k in range(6)]) == "4w"


def test_working_days_are_found():
    days = [date(2026, 1, 5) + timedelta(days=k) for k in range(26)]
    assert found([d for d in days if d.weekday() < 5]) == "1b"


def test_irregular_times_are_put_on_a_round_span():
    random = np.random.default_rng(0)
    seconds = np.cumsum(random.integers(40, 80, 50)).tolist()
    assert found([datetime(2026, 1, 1) + timedelta(seconds=s) for s in seconds]) == "1m"


def test_last_days_of_months_go_on_as_last_days():
    origin = nanoseconds([date(2026, 2, 28)])
    step = Frequency("month", 1, month_day=31)
    assert step.times(origin, np.array([1])) == nanoseconds([date(2026, 3, 31)])


def test_a_day_that_a_month_lacks_becomes_its_last():
    origin = nanoseconds([date(2026, 1, 30)])
    assert Frequency("month").times(origin, np.array([1])) == nanoseconds([date(2026, 2, 28)])


def test_the_step_after_friday_is_monday():
    origin = nanoseconds([date(2026, 1, 9)])
    assert Frequency("weekday").times(origin, np.array([1])) == nanoseconds([date(2026, 1, 12)])


@settings(deadline=None)
@given(
    text=st.sampled_from(["1", "3", "1h", "15m", "1d", "1w", "1mo", "1q", "1y"]),
    origin=st.integers(0, 10**18),
    step=st.integers(0, 200),
)
def test_steps_undo_times(text, origin, step):
    frequency = Frequency.parse(text)
    origins, steps = np.array([origin]), np.array([step])
    assert frequency.steps(origins, frequency.times(origins, steps)) == steps
