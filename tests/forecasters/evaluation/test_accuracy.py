import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from phantom_ml.forecasters.evaluation import accuracy
from phantom_ml.forecasters.evaluation.naive2 import is_seasonal, naive2, seasonal_factors
from tests.forecasters.made import SHARED, series_set

numbers = arrays(np.float64, (3, 4), elements=st.integers(-1000, 1000).map(float))


def test_scale_is_the_mean_change_over_a_season():
    series = series_set({"a": [1.0, 2.0, 4.0, 8.0]}, season=2)
    assert accuracy.seasonal_scale(series).tolist() == [(3 + 6) / 2]


def test_scale_leaves_gaps_out():
    series = series_set({"a": [1.0, np.nan, 4.0, 8.0]}, season=1)
    assert accuracy.seasonal_scale(series).tolist() == [4]


def test_a_series_shorter_than_a_season_is_scaled_by_steps():
    series = series_set({"a": [1.0, 3.0]}, season=7)
    assert accuracy.seasonal_scale(series).tolist() == [2]


def test_a_constant_series_has_no_scale():
    assert np.isnan(accuracy.seasonal_scale(series_set({"a": [1.0, 1.0]}, season=1))).all()


@pytest.mark.parametrize("level", [0.0, 1e6, -1e6])
@pytest.mark.parametrize("n_values", [72, 9_600])
def test_a_series_that_repeats_itself_but_for_rounding_cannot_be_scaled(level, n_values):
    values = level + np.sin(2 * np.pi * np.arange(n_values) / 24)
    assert np.isnan(accuracy.seasonal_scale(series_set({"a": values}, season=24))).all()


@pytest.mark.parametrize("size", [1e-300, 1e-9, 1.0, 1e12])
def test_a_small_change_of_large_values_is_a_scale(size):
    values = size * (1e6 + 1e-3 * np.random.default_rng(0).normal(size=240))
    scale = accuracy.seasonal_scale(series_set({"a": values}, season=24))
    assert scale == pytest.approx(size * 1e-3 * 2 / np.sqrt(np.pi), rel=0.2)


def test_mase_leaves_out_what_has_no_truth():
    truth = np.array([[1.0, np.nan], [np.nan, np.nan]])
    assert accuracy.mase(truth, np.zeros((2, 2)), np.array([2.0, 2.0])) == 0.5


def test_mase_leaves_out_series_without_a_scale():
    truth = np.ones((2, 2))
    assert accuracy.mase(truth, np.zeros((2, 2)), np.array([2.0, np.nan])) == 0.5


def test_smape_of_nothing_forecast_as_nothing_is_none():
    assert accuracy.smape(np.zeros((1, 2)), np.zeros((1, 2))) == 0.0


@settings(deadline=None, max_examples=30)
@given(numbers, numbers)
def test_smape_lies_between_0_and_200(truth, mean):
    assert 0.0 <= accuracy.smape(truth, mean) <= 200.0 + 1e-9


@settings(deadline=None, max_examples=30)
@given(numbers, numbers)
def test_rmse_is_never_below_mae(truth, mean):
    assert accuracy.rmse(truth, mean) >= accuracy.mae(truth, mean) * (1 - 1e-9)


def test_wql_of_the_median_is_the_error_over_the_size():
    truth, median = np.array([[4.0, 6.0]]), np.array([[[5.0], [5.0]]])
    assert accuracy.wql(truth, median, [0.5]) == pytest.approx(2 / 10)


def test_wql_punishes_a_low_quantile_that_is_too_high_more():
    truth = np.array([[5.0]])
    high, low = (accuracy.wql(truth, np.array([[[q]]]), [0.1]) for q in (6.0, 4.0))
    assert high > low


def test_naive2_has_an_owa_of_one():
    assert accuracy.owa((18.0, 2.4), (18.0, 2.4)) == 1.0


def test_coverage_counts_the_bounds_in():
    truth = np.array([[0.0, 1.0, 2.0]])
    assert accuracy.coverage(truth, np.zeros((1, 3)), np.ones((1, 3))) == pytest.approx(2 / 3)


def test_a_clear_season_passes_the_test():
    assert is_seasonal(np.tile([1.0, 2.0, 9.0, 4.0], 6), 4)


def test_fewer_than_three_seasons_are_not_tested():
    assert not is_seasonal(np.tile([1.0, 2.0, 9.0, 4.0], 2), 4)


def test_factors_are_those_of_a_multiplied_season():
    season = np.array([0.5, 1.0, 1.5, 1.0])
    np.testing.assert_allclose(seasonal_factors(10 * np.tile(season, 5), 4), season)


def test_naive2_repeats_the_season_of_the_last_level():
    series = series_set({"a": 10 * np.tile([0.5, 1.0, 1.5, 1.0], 6)}, season=4)
    np.testing.assert_allclose(naive2(series, 4), [[5, 10, 15, 10]])


@pytest.mark.skipif(not (SHARED / "m4_hourly").is_dir(), reason="m4_hourly is not here")
def test_naive2_has_the_published_figures_of_m4_hourly():
    from benchmarks.forecast import Rows

    rows = Rows.of(SHARED / "m4_hourly")
    mean = naive2(rows.train, 48)
    figures = (
        accuracy.smape(rows.truth, mean),
        accuracy.mase(rows.truth, mean, accuracy.seasonal_scale(rows.train)),
    )
    # Makridakis et al. 2020: 18.383 and 2.395.
    assert figures == (pytest.approx(18.383, abs=5e-4), pytest.approx(2.395, abs=5e-4))
