"""Rows that cannot do what is asked of them: times that order none, days that none can count, long delays."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from phantom_ml.errors import BadSetting
from tests.automl.asked import off, posed
from tests.core.tables import events


def test_a_time_column_of_words_has_no_readable_time():
    rows = events(90).with_columns(when=pl.lit("soon"))
    with pytest.raises(
        BadSetting, match="None of 90 rows has a readable time in the time column 'when'"
    ):
        posed(rows, time_column="when")


def test_a_time_column_of_placeholders_says_how_many_times_are_in_range():
    rows = events(90).with_columns(when=pl.Series(["0001-01-01", "9999-12-31", "2026-03-02"] * 30))
    with pytest.raises(BadSetting, match="Only 30 of 90 rows have a readable time from 1678"):
        posed(rows, time_column="when")


def test_made_rows_are_not_counted_where_no_time_can_be_read():
    asked = {"task_type": "anomaly_detection", "time_column": "when", "target_column": None}
    with pytest.raises(BadSetting, match="None of 90 rows has a readable time"):
        posed(events(90).with_columns(when=pl.lit("soon")), **asked)


def test_made_rows_are_not_counted_where_times_are_missing():
    told = pl.when(pl.int_range(pl.len()) % 3 == 0).then("when")
    asked = {"task_type": "anomaly_detection", "time_column": "when", "target_column": None}
    with pytest.raises(BadSetting, match="60 of 90 rows have no time"):
        posed(events(90).with_columns(when=told), **asked, threshold={"alerts_per_day": 5})


@pytest.mark.parametrize("task", ["classification", "anomaly_detection"])
def test_alerts_a_day_of_rows_that_mostly_have_no_time_are_refused(task):
    told = pl.when(pl.int_range(pl.len()) % 3 == 0).then("when")
    asked = {"task_type": task, "time_column": "when", "threshold": {"alerts_per_day": 5}}
    asked |= {"target_column": None} if task == "anomaly_detection" else {}
    with pytest.raises(
        BadSetting, match=r"allows 5 alerts a day, but \d+ of \d+ rows have no time"
    ):
        posed(events(90).with_columns(when=told), **asked)


def test_alerts_a_day_of_rows_of_one_moment_beside_a_stray_one_are_refused():
    rows = events(90).with_columns(when=pl.lit(datetime(2026, 3, 2))).with_columns(when=off(row=5))
    with pytest.raises(BadSetting, match="all rows have the same time in 'when'"):
        posed(rows, time_column="when", threshold={"alerts_per_day": 5})


@pytest.mark.parametrize("delay", [0.5, 400.0])
def test_a_delay_after_which_no_label_is_known_is_refused(delay):
    # Ninety rows, seven minutes apart, are less than half a day.
    told = f"label_delay is {delay:g} days, and the rows to learn from span 0.433: no label"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), time_column="when", task_settings={"label_delay": delay})


def test_a_delay_that_leaves_rows_to_learn_from_and_to_measure_on_is_taken():
    problem = posed(events(90), time_column="when", task_settings={"label_delay": 0.29})
    assert problem.n_rows == 90


def test_a_delay_that_leaves_too_few_of_them_is_refused_with_the_longest_that_does():
    told = "are so much older than enough rows to measure on. These rows allow a delay below 0.296 days"
    with pytest.raises(BadSetting, match=told):
        posed(events(90), time_column="when", task_settings={"label_delay": 0.4})


def test_a_refused_delay_of_a_regression_speaks_of_no_class():
    settings = {"task_type": "regression", "target_column": "load", "time_column": "when"}
    rows = events(90).with_columns(load=pl.int_range(90) * 0.5)
    with pytest.raises(BadSetting, match="no rows are so much older") as refused:
        posed(rows, **settings, task_settings={"label_delay": 0.43})
    assert "class" not in f"{refused.value.message} {refused.value.hint}"


def test_a_delay_counts_only_the_rows_to_learn_from():
    later = events(90).with_columns(pl.col("when") + timedelta(days=30))
    settings = {"time_column": "when", "task_settings": {"label_delay": 2.0}}
    with pytest.raises(BadSetting, match="label_delay is 2 days"):
        posed(events(90), later, **settings)
