"""Rows that are no step of their own, counted in words."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.forecasters.series.columns import SeriesColumns, read_values
from phantom_ml.forecasters.series.from_frame import rows_ahead, series_of
from phantom_ml.forecasters.series.same_step import averaged, between

START = datetime(2026, 3, 2)


@pytest.fixture
def hourly():
    times = [START + timedelta(hours=h) for h in range(48)]
    frame = pl.DataFrame({"t": times, "y": np.arange(48.0)})
    return series_of(frame, SeriesColumns("t", "y"), "1h")


def after(*minutes: int) -> pl.DataFrame:
    """Rows so many minutes after the first step ahead."""
    times = [START + timedelta(hours=48, minutes=m) for m in minutes]
    return pl.DataFrame({"t": times, "y": np.arange(float(len(times)))})


def test_rows_without_a_value_are_not_among_those_that_were_averaged(hourly):
    rows = after(0, 10, 60, 70).with_columns(y=pl.Series([1.0, 2.0, 3.0, None]))
    known = ~np.isnan(read_values(rows["y"]))
    told = averaged(rows_ahead(hourly, rows), known, hourly.frequency)
    assert told == ("2 rows were averaged into 1 step of 1h.",)


def test_rows_on_steps_of_their_own_are_not_told_of(hourly):
    rows = rows_ahead(hourly, after(0, 60, 120))
    whole = np.ones(3, np.bool_)
    assert averaged(rows, whole, hourly.frequency) + between(rows, whole, hourly.frequency) == ()


def test_rows_between_two_steps_are_counted(hourly):
    rows = rows_ahead(hourly, after(0, 7, 100))
    told = between(rows, np.ones(3, np.bool_), hourly.frequency)
    assert told == ("2 rows lie between the steps of 1h: each counts for the nearest.",)


def test_every_step_of_months_that_end_on_different_days_is_a_step():
    ends = pl.date_range(datetime(2024, 1, 31), datetime(2026, 6, 30), "1mo", eager=True)
    ends = ends.dt.month_end()
    series = series_of(
        pl.DataFrame({"t": ends[:-6], "y": np.arange(len(ends) - 6.0)}), SeriesColumns("t", "y")
    )
    assert rows_ahead(series, pl.DataFrame({"t": ends})).exact.all()
