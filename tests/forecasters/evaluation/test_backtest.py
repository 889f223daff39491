import numpy as np
import pytest

from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.evaluation.backtest import back_test, rolling_windows
from phantom_ml.forecasters.seasonal_naive import SeasonalNaive
from tests.forecasters.made import series_set


@pytest.fixture
def series():
    return series_set({"long": np.arange(20.0), "short": np.arange(6.0)}, season=1)


def test_the_last_window_ends_with_the_history(series):
    assert rolling_windows(series, 3, 2)[-1].truth.tolist() == [[17, 18, 19], [3, 4, 5]]


def test_windows_lie_one_horizon_apart(series):
    first, second = rolling_windows(series, 3, 2)
    assert second.truth[0, 0] - first.truth[0, 0] == 3


def test_windows_may_lie_closer(series):
    first, second = rolling_windows(series, 3, 2, step=1)
    assert second.truth[0, 0] - first.truth[0, 0] == 1


def test_what_was_known_ends_before_the_truth(series):
    window = rolling_windows(series, 3, 1)[0]
    assert window.train.values[window.train.bounds[1] - 1] == window.truth[0, 0] - 1


def test_a_series_too_short_for_a_window_is_left_out_of_it(series):
    assert rolling_windows(series, 3, 2)[0].chosen.tolist() == [0]


def test_windows_that_no_series_reaches_are_left_out(series):
    assert len(rolling_windows(series, 3, 50)) == 5


def test_each_window_is_forecast_from_its_own_origin(series):
    windows = rolling_windows(series, 3, 2)
    forecasts = back_test(SeasonalNaive(), windows, ForecastContext(3))
    assert [f.mean[0, 0] for f in forecasts] == [13, 16]
