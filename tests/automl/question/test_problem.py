"""The problem itself: it cannot be changed, and tells what days its rows span."""

import dataclasses
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from tests.automl.asked import off, posed
from tests.core.tables import events


def test_a_problem_cannot_be_changed():
    with pytest.raises(dataclasses.FrozenInstanceError):
        posed(events(90)).weight = None


def test_days_are_those_between_the_first_row_and_the_last():
    problem = posed(events(90), time_column="when")
    rows = np.array([3, 0, 1])
    assert problem.days(rows) == pytest.approx(21.0 / (24 * 60))


def test_a_clock_that_is_years_ahead_does_not_stretch_the_days():
    rows = events(90).with_columns(when=off(row=5))
    assert posed(rows, time_column="when").days(np.arange(90)) == pytest.approx(89 * 7 / (24 * 60))


def test_times_as_text_are_times():
    start = datetime(2026, 3, 2)
    rows = events(90).with_columns(
        when=pl.Series(
            [(start + timedelta(hours=i)).strftime("%d/%b/%Y:%H:%M:%S +0000") for i in range(90)]
        )
    )
    assert posed(rows, time_column="when").days(np.arange(90)) == pytest.approx(89 / 24)


def test_without_a_time_there_are_no_days():
    assert posed(events(90)).days(np.array([0, 1])) is None
