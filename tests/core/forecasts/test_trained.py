"""What a training of series refuses, chooses and tells."""

from datetime import timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BadSetting, UnknownName
from tests.core.forecasts.logins import ASKED, DAYS, START, hours


def test_the_score_is_a_scaled_error_of_windows_that_were_not_seen(trained):
    assert trained.metric == "mase"
    assert 0.3 < trained.best_score < 1.2


def test_a_blend_may_be_refused(core):
    asked = {**ASKED, "ensemble_methods": False}
    assert core.auto_create_model(hours(0, 24 * DAYS), asked).members == ()


def test_a_series_too_short_for_a_test_says_so_on_the_leaderboard(core):
    rows = pl.DataFrame({"time": range(5), "value": np.arange(5.0)})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"horizon": 4}})
    (row,) = found.leaderboard
    assert "the longest series has 5 steps, and a back-test of 4 steps ahead needs 7" in row.reason
    text = str(found.leaderboard)
    assert "none with a score" in text
    assert row.model_id in text


def test_a_constant_series_says_why_it_has_no_score(constant):
    assert all("No mase can be told" in row.reason for row in constant.leaderboard)


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"time_column": None}, BadSetting, "No time_column"),
        ({"threshold": {"top_k": 3}}, BadSetting, "threshold.top_k is of no use"),
        ({"task_settings": {"quantiles": []}}, BadSetting, "No quantiles"),
        ({"weight_column": "value"}, BadSetting, "weight_column is of no use"),
        ({"validation_data": hours(0, 3)}, BadSetting, "validation_data is of no use"),
        ({"algorithms_to_try": ["Prophet"]}, UnknownName, "Prophet"),
        ({"optimization_metric": "roc_auc"}, UnknownName, "roc_auc"),
        ({"optimization_metric": max}, BadSetting, "function of your own"),
        (
            {"task_settings": {"quantiles": [0.9, 0.1], "series_columns": ["site"]}},
            BadSetting,
            "quantiles are",
        ),
    ],
)
def test_what_makes_no_sense_is_refused(core, changed, error, told):
    with pytest.raises(error, match=told):
        core.auto_create_model(hours(0, 48), {**ASKED, **changed})


@pytest.fixture(scope="module")
def plain(core):
    rows = pl.DataFrame({"time": range(120), "value": np.arange(120) % 12.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"], "task_settings": {"horizon": 3}}
    return core.auto_create_model(rows, asked)


def test_the_step_and_the_season_that_were_taken_are_told(plain):
    told = {"n_series": 1, "frequency": "1", "season": 12, "horizon": 3}
    assert plain.to_dict()["series"] == told


def test_a_printed_result_tells_the_season(plain):
    assert "1 series, a step of 1, a season of 12 steps" in str(plain)


def test_a_table_of_rows_has_no_season(small):
    assert small.series is None


def test_a_season_that_does_not_suit_the_history_is_warned_of(core):
    rows = pl.DataFrame({"time": range(40), "value": np.arange(40) % 4.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"]}
    asked |= {"task_settings": {"horizon": 2, "season": 1000}}
    (warning,) = core.auto_create_model(rows, asked).warnings
    assert "The declared season of 1,000 steps is longer than the history can support" in warning


def test_where_no_horizon_is_given_it_is_said_what_was_taken(core):
    rows = pl.DataFrame({"time": range(30), "value": np.arange(30.0) % 7})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"season": 7}})
    assert "No horizon was given: 7 steps of 1, one season." in found.warnings


def test_a_season_that_the_history_holds_no_two_of_is_no_horizon(core):
    rows = pl.DataFrame({"time": range(40), "value": np.arange(40) % 4.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"], "task_settings": {"season": 30}}
    told = core.auto_create_model(rows, asked).warnings
    assert "No horizon was given: 8 steps of 1, the history holds no two seasons." in told


def test_rows_that_fall_into_one_step_are_averaged_and_it_is_said(core):
    asked = {**ASKED["task_settings"], "frequency": "1d", "horizon": 2}
    found = core.auto_create_model(hours(0, 24 * 20), {**ASKED, "task_settings": asked})
    assert "960 rows were averaged into 42 steps of 1d." in found.warnings


def test_only_values_of_one_step_are_said_to_be_averaged(core):
    halves = [START + timedelta(minutes=30 * i) for i in range(80)]
    value = [float(i % 24) if i % 2 == 0 or i < 40 else None for i in range(80)]
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"]}
    asked |= {"task_settings": {"frequency": "1h", "horizon": 2}}
    found = core.auto_create_model(pl.DataFrame({"time": halves, "value": value}), asked)
    assert found.warnings == ("40 rows were averaged into 20 steps of 1h.",)
