"""Steps beyond the trained horizon: what is believed there, and how wide the bands are."""

import numpy as np
import pytest

from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.lag_lightgbm import LagLightGBM
from phantom_ml.forecasters.uncertainty.beyond import (
    MOST_TO_BELIEVE,
    MOST_TO_MEASURE,
    Beyond,
    Ways,
    beyond,
)
from phantom_ml.forecasters.uncertainty.error_spread import ErrorSpread
from tests.forecasters.made import series_set

LEVELS, TRAINED = (0.1, 0.5, 0.9), 6


def regimes(seed=2, n=300):
    """Return values that are always near 10 or near 30, each as often, in no order."""
    random = np.random.default_rng(seed)
    return 10.0 + 20.0 * random.integers(0, 2, n) + 0.1 * random.normal(size=n)


def walk(n=300):
    return 50.0 + np.random.default_rng(3).normal(size=n).cumsum()


def told(values, horizon, **settings):
    series = series_set({"a": values}, season=1)
    fitted = LagLightGBM(**settings).fit(series, ForecastContext(TRAINED))
    return fitted.predict(horizon)


def width(forecast):
    return forecast.quantiles[0, :, 2] - forecast.quantiles[0, :, 0]


def rising(by, settled=0.0):
    """Return a model that, going on, rises by so much a step from the last value, and held stays there."""

    def tell(series, horizon, future):
        last = series.whole[series.bounds[1:] - 1][:, None]
        steps = np.arange(1, horizon + 1)
        own = np.minimum(steps, TRAINED)
        return Ways(last + by * steps + settled, last + by * own + settled)

    return tell


def unmeasured(trained, levels=LEVELS):
    """Return what is told of one series from which no error was learned."""
    one = np.ones(1)
    return ErrorSpread(trained, np.empty((0, len(levels))), one, 0.5 * one, 0.5, 300, levels)


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
@pytest.mark.parametrize("seed", [2, 7, 8])
def test_values_without_a_trend_are_not_forecast_far_outside_of_what_came(seed, strategy):
    mean = told(regimes(seed), 100, strategy=strategy).mean
    assert (np.abs(mean - 20.0) < 12.0).all()


def test_a_trend_goes_on_beyond_the_trained_horizon():
    random = np.random.default_rng(0)
    mean = told(50.0 + 0.5 * np.arange(300) + random.normal(size=300), 60).mean
    assert abs(mean[0, -1] - (50.0 + 0.5 * 359)) < 6.0


def test_a_step_is_told_the_same_however_many_are_asked_for():
    near, far = (told(regimes(), horizon).quantiles for horizon in (20, 40))
    np.testing.assert_allclose(far[:, :20], near)


def test_the_band_of_a_random_walk_goes_on_to_widen():
    wide = width(told(walk(), 60))
    assert wide[-1] > 2 * wide[TRAINED - 1]


def test_the_band_of_white_noise_stays_as_wide_as_its_values():
    values = 50.0 + np.random.default_rng(5).normal(size=500)
    wide = width(told(values, 200))
    assert 1.5 < wide[-1] < 4.5


def test_the_band_is_nowhere_narrower_than_nearer_by():
    wide = width(told(walk(), 60))[TRAINED - 1 :]
    assert (np.diff(wide) >= -1e-9).all()


def test_a_drift_that_never_came_true_is_not_followed():
    series = series_set({"a": np.tile([1.0, 3.0, 2.0], 40)}, season=1)
    assert beyond(series, TRAINED, rising(1.0), LEVELS).share[0] < 0.1


def test_a_drift_that_came_true_is_followed():
    series = series_set({"a": np.arange(120.0)}, season=1)
    assert beyond(series, TRAINED, rising(1.0), LEVELS).share[0] == 1.0


def test_each_series_is_believed_by_its_own_history():
    series = series_set({"flat": np.tile([1.0, 3.0, 2.0], 40), "rises": np.arange(120.0)}, season=1)
    flat, rises = beyond(series, TRAINED, rising(1.0), LEVELS).share
    assert flat < 0.5 < rises


def test_of_too_short_a_history_the_model_is_followed_and_its_band_grows_with_the_root():
    found = beyond(series_set({"a": [1.0, 2.0, 3.0]}, season=1), TRAINED, rising(1.0), LEVELS)
    spread = found.spread
    assert (found.share.tolist(), spread.growth, len(spread.offsets)) == ([1.0], 0.5, 0)


def test_without_a_measured_error_a_band_twice_as_far_is_wider_by_the_root_of_two():
    series = series_set({"a": [1.0, 2.0, 3.0, 2.0, 1.0]}, season=1)
    found = Beyond(1, np.ones(1), unmeasured(1))
    away = np.array([[[-1.0, 0.0, 1.0]]])
    forecast = found.forecast(rising(0.0)(series, 2, None), away, series)
    np.testing.assert_allclose(width(forecast), [2.0, 2.0 * np.sqrt(2.0)])


def test_no_forecast_lies_more_than_three_ranges_away_from_what_came():
    series = series_set({"a": [0.0, 1.0, 0.0, 1.0]}, season=1)
    found = Beyond(1, np.ones(1), unmeasured(1))
    assert found.mean(rising(1.0)(series, 50, None), series).max() == 4.0


def test_up_to_the_trained_horizon_the_model_is_followed_wherever_it_goes():
    series = series_set({"a": [0.0, 1.0, 0.0, 1.0]}, season=1)
    found = Beyond(TRAINED, np.zeros(1), unmeasured(TRAINED))
    ways = rising(100.0)(series, TRAINED, None)
    assert np.array_equal(found.mean(ways, series), ways.gone_on)


def test_a_rise_that_fades_from_the_forecast_stays_within_the_band():
    series = series_set({"a": np.arange(50.0)}, season=1)
    found = Beyond(TRAINED, np.full(1, 0.5), unmeasured(TRAINED))
    ways = rising(1.0)(series, 40, None)
    forecast = found.forecast(ways, np.zeros((1, TRAINED, 3)), series)
    np.testing.assert_allclose(
        forecast.quantiles[0, -1, 2], ways.mixed(0.5 * np.ones((1, 1)))[0, -1]
    )


def test_a_rise_that_fades_from_the_forecast_does_not_lower_the_band():
    series = series_set({"a": np.arange(50.0)}, season=1)
    found = Beyond(TRAINED, np.full(1, 0.5), unmeasured(TRAINED))
    forecast = found.forecast(rising(1.0)(series, 40, None), np.zeros((1, TRAINED, 3)), series)
    np.testing.assert_array_equal(forecast.quantiles[0, :, 0], forecast.mean[0])


def test_of_a_lone_series_more_origins_measure_than_say_which_way_to_believe():
    asked = []

    def tell(series, horizon, future):
        asked.append(len(series.values))
        return rising(0.0)(series, horizon, future)

    beyond(series_set({"a": walk()}, season=1), TRAINED, tell, LEVELS)
    assert len(asked) == MOST_TO_BELIEVE + MOST_TO_MEASURE


@pytest.mark.parametrize("levels", [(), (0.5,), (0.001, 0.2, 0.8, 0.999), (0.9, 0.99)])
def test_any_quantiles_ascend_beyond_the_trained_horizon(levels):
    series = series_set({"a": walk()}, season=1)
    fitted = LagLightGBM(max_rounds=20).fit(series, ForecastContext(TRAINED, levels))
    assert (np.diff(fitted.predict(80).quantiles, axis=2) >= 0).all()
