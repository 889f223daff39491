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
    step = Frequency("month", 1, month_end=True)
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
