"""Steps by the clock of a zone: days of 23 and 25 hours, and months that begin at midnight there."""

import json
from datetime import datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.errors import BundleDamaged
from phantom_ml.forecasters.series.clock import moments_of, shown, zone_of
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.frequency import DAY, Frequency
from phantom_ml.forecasters.series.from_frame import rows_ahead, series_of
from phantom_ml.forecasters.series.grid import SeriesSet

ZONE = "Europe/Berlin"
ONE = SeriesColumns("t", "y")
#: Clocks go forward at 2:00 on 29 March 2026 and back at 3:00 on 25 October.
SPRING, AUTUMN = datetime(2026, 3, 29), datetime(2026, 10, 25)


def local(start, end, every):
    """Return times of a zone; the end is not one of them."""
    return pl.datetime_range(start, end, every, closed="left", time_zone=ZONE, eager=True)


def hours_until(end):
    """Return the hours of five days, each with the hour that the clock shows as its value."""
    times = local(datetime(end.year, end.month, end.day - 5), end, "1h")
    return pl.DataFrame({"t": times, "y": times.dt.hour().cast(pl.Float64)})


def made(every, n, start=datetime(2026, 1, 1)):
    times = local(start, datetime(2028, 1, 1), every)[:n]
    return series_of(pl.DataFrame({"t": times, "y": range(n)}), ONE)


def ahead(series, n):
    return series.future_frame(n)["t"].dt.replace_time_zone(None).to_list()


def test_each_step_of_a_day_in_spring_has_the_value_that_its_hour_has():
    series = series_of(hours_until(datetime(2026, 3, 31)), ONE)
    by_day = series.values.reshape(5, 24)
    assert np.nanmax(np.abs(by_day - np.arange(24))) == 0.0


def test_the_hour_that_is_leapt_over_is_a_gap():
    series = series_of(hours_until(datetime(2026, 3, 31)), ONE)
    assert np.flatnonzero(np.isnan(series.values)).tolist() == [3 * 24 + 2]


def test_the_hour_that_comes_twice_is_one_step():
    series = series_of(hours_until(datetime(2026, 10, 27)), ONE)
    assert series.values.reshape(5, 24).tolist() == [list(range(24))] * 5


def test_a_series_may_end_in_the_hour_that_comes_twice():
    times = pl.datetime_range(
        datetime(2026, 10, 24), datetime(2026, 10, 25, 1, 10), "10m", time_zone="UTC", eager=True
    ).dt.convert_time_zone(ZONE)
    series = series_of(pl.DataFrame({"t": times, "y": [1.0] * len(times)}), ONE)
    assert ahead(series, 1) == [datetime(2026, 10, 25, 3)]


def test_a_series_may_begin_in_the_hour_that_comes_twice():
    times = pl.datetime_range(
        datetime(2026, 10, 25, 0, 40), datetime(2026, 10, 25, 3), "10m", time_zone="UTC", eager=True
    ).dt.convert_time_zone(ZONE)
    values = [1.0] * len(times)
    assert np.nansum(series_of(pl.DataFrame({"t": times, "y": values}), ONE).values) > 0.0


def test_days_begin_at_midnight_after_the_clock_was_set():
    assert ahead(made("1d", 87), 3) == [datetime(2026, 3, 29 + k) for k in range(3)]


def test_days_of_23_hours_are_days():
    assert made("1d", 200).frequency == Frequency("ns", DAY, zone=ZONE)


def test_months_begin_at_midnight_of_their_zone():
    assert ahead(made("1mo", 9), 3) == [datetime(2026, m, 1) for m in (10, 11, 12)]


def test_working_days_of_a_zone_are_found():
    days = local(datetime(2026, 1, 5), datetime(2026, 4, 1), "1d")
    days = days.filter(days.dt.weekday() < 6)
    series = series_of(pl.DataFrame({"t": days, "y": range(len(days))}), ONE)
    assert series.frequency.text == "1b"


def test_an_asked_zone_goes_before_that_of_the_column():
    told = hours_until(datetime(2026, 3, 31)).with_columns(pl.col("t").dt.convert_time_zone("UTC"))
    assert series_of(told, ONE, time_zone=ZONE).frequency.zone == ZONE


@pytest.mark.parametrize("kind", [pl.Datetime("us"), pl.Date(), pl.Int64()])
def test_times_that_tell_no_moment_are_taken_as_they_are(kind):
    assert zone_of(kind, ZONE) is None


def test_a_step_that_the_clock_leaps_over_is_not_shown():
    series = series_of(hours_until(SPRING), ONE)
    assert np.flatnonzero(~series.is_shown(24)[0]).tolist() == [2]


def test_both_hours_that_look_the_same_are_forecast_as_one_step():
    series = series_of(hours_until(AUTUMN), ONE)
    twice = pl.Series("t", [datetime(2026, 10, 25, h) for h in (0, 1)])
    found = rows_ahead(series, pl.DataFrame({"t": twice.dt.replace_time_zone("UTC")}))
    assert (found.steps.tolist(), found.exact.tolist()) == ([2, 2], [True, True])


def test_the_zone_is_kept_in_a_file(tmp_path):
    series = series_of(hours_until(SPRING), ONE)
    series.save(tmp_path)
    assert SeriesSet.load(tmp_path).frequency == series.frequency


def test_a_zone_that_is_none_is_refused(tmp_path):
    series_of(hours_until(SPRING), ONE).save(tmp_path)
    facts = json.loads((tmp_path / "history.json").read_text())
    facts["frequency"]["zone"] = "Europe/Nowhere"
    (tmp_path / "history.json").write_text(json.dumps(facts))
    with pytest.raises(BundleDamaged):
        SeriesSet.load(tmp_path)


@settings(deadline=None)
@given(moment=st.integers(0, 2 * 10**18), zone=st.sampled_from([ZONE, "America/New_York", "UTC"]))
def test_what_a_clock_shows_is_found_again_within_the_hour_that_comes_twice(moment, zone):
    moments = np.array([moment])
    assert moments - moments_of(shown(moments, zone), zone) in (0, 3600 * 10**9)
