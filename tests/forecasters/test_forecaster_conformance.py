"""Every forecaster of the registry is put to these, the next one as well."""

import numpy as np
import pytest

from phantom_ml.errors import BadSetting, BundleDamaged
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.bundle import load_forecaster, save_forecaster
from phantom_ml.forecasters.evaluation.accuracy import mase, seasonal_scale
from phantom_ml.forecasters.seasonal_naive import seasonal_naive
from phantom_ml.process.deadline import Deadline
from tests.forecasters.made import each_forecaster, odd_values, seasonal_values, series_set

HORIZON = 7
LEVELS = (0.05, 0.5, 0.9)


def fitted(family, series, **context):
    return family(**family.quick).fit(series, ForecastContext(HORIZON, LEVELS, **context))


def same(one, other):
    return np.array_equal(one.mean, other.mean) and np.array_equal(one.quantiles, other.quantiles)


@each_forecaster
def test_forecast_has_a_row_a_series_and_a_column_a_step(family):
    forecast = fitted(family, series_set()).predict(HORIZON)
    assert (forecast.mean.shape, forecast.quantiles.shape) == ((2, HORIZON), (2, HORIZON, 3))


@each_forecaster
def test_without_quantiles_there_is_the_mean_alone(family):
    forecast = family(**family.quick).fit(series_set(), ForecastContext(2, ())).predict(2)
    assert (forecast.quantiles.shape, np.isfinite(forecast.mean).all()) == ((2, 2, 0), True)


@each_forecaster
def test_a_clear_season_is_forecast_better_than_by_the_last_value(family):
    series, _ = series_set({"a": seasonal_values(n=84)}).until(HORIZON)
    truth = seasonal_values(n=84)[None, -HORIZON:]
    mean = fitted(family, series).predict(HORIZON).mean
    last = np.full_like(truth, series.values[-1])
    scale = seasonal_scale(series)
    assert mase(truth, mean, scale) < 0.5 * mase(truth, last, scale)


@each_forecaster
def test_odd_series_have_finite_forecasts(family):
    forecast = fitted(family, series_set(odd_values())).predict(HORIZON)
    assert np.isfinite(forecast.mean).all()
    assert np.isfinite(forecast.quantiles).all()


@each_forecaster
def test_quantiles_do_not_cross(family):
    forecast = fitted(family, series_set(odd_values())).predict(HORIZON)
    assert (np.diff(forecast.quantiles, axis=2) >= 0).all()


@each_forecaster
def test_a_constant_series_stays_what_it_is(family):
    series = series_set({"a": np.full(40, 5.0)})
    np.testing.assert_allclose(fitted(family, series).predict(HORIZON).mean, 5.0)


@each_forecaster
def test_loaded_forecaster_predicts_the_same(family, tmp_path):
    own = fitted(family, series_set(odd_values()))
    save_forecaster(own, tmp_path / "it")
    assert same(load_forecaster(tmp_path / "it").predict(HORIZON), own.predict(HORIZON))


@each_forecaster
def test_loaded_forecaster_goes_further_the_same(family, tmp_path):
    own = fitted(family, series_set())
    save_forecaster(own, tmp_path / "it")
    assert same(load_forecaster(tmp_path / "it").predict(HORIZON + 3), own.predict(HORIZON + 3))


@each_forecaster
def test_a_longer_forecast_begins_like_the_shorter_one(family):
    own = fitted(family, series_set())
    longer = own.predict(HORIZON + 3).mean[:, :HORIZON]
    np.testing.assert_allclose(longer, own.predict(HORIZON).mean)


@each_forecaster
def test_the_band_of_a_longer_forecast_begins_like_that_of_the_shorter_one(family):
    own = fitted(family, series_set())
    longer = own.predict(3 * HORIZON).quantiles[:, :HORIZON]
    np.testing.assert_allclose(longer, own.predict(HORIZON).quantiles)


@each_forecaster
def test_same_seed_gives_the_same_forecast(family):
    one, other = (fitted(family, series_set(), seed=3).predict(HORIZON) for _ in range(2))
    assert same(one, other)


@each_forecaster
def test_history_is_left_alone(family):
    series = series_set(odd_values())
    before = series.values.copy()
    fitted(family, series).predict(HORIZON)
    np.testing.assert_array_equal(series.values, before)


@each_forecaster
def test_without_time_the_seasonal_naive_is_left(family):
    series = series_set()
    forecast = fitted(family, series, deadline=Deadline.after(0.0)).predict(HORIZON)
    np.testing.assert_allclose(forecast.mean, seasonal_naive(series, HORIZON, LEVELS).mean)


@each_forecaster
def test_larger_series_have_larger_forecasts_in_proportion(family):
    one = fitted(family, series_set({"a": seasonal_values()})).predict(HORIZON).mean
    other = fitted(family, series_set({"a": 2.0**20 * seasonal_values()})).predict(HORIZON).mean
    np.testing.assert_allclose(other, 2.0**20 * one, rtol=1e-6)


@each_forecaster
def test_every_corner_of_its_space_is_a_setting(family):
    for name, bound in family.space().items():
        for value in bound.choices or (bound.low, bound.high):
            kept = int(value) if bound.integer else value
            assert getattr(family(**{name: kept}), name) == kept


@each_forecaster
def test_a_saved_part_that_is_missing_is_told(family, tmp_path):
    save_forecaster(fitted(family, series_set()), tmp_path / "it")
    own = {"forecaster.json", "history.parquet", "history.json", "series.parquet"}
    for part in [p for p in (tmp_path / "it").iterdir() if p.name not in own]:
        content = part.read_bytes()
        part.unlink()
        with pytest.raises(BundleDamaged):
            load_forecaster(tmp_path / "it")
        part.write_bytes(content)


@pytest.mark.parametrize("horizon", [0, -1])
def test_a_horizon_of_nothing_is_refused(horizon):
    with pytest.raises(BadSetting):
        ForecastContext(horizon)


@pytest.mark.parametrize("levels", [(0.5, 0.1), (0.0,), (1.0,), (0.5, 0.5)])
def test_quantiles_that_cannot_be_are_refused(levels):
    with pytest.raises(BadSetting):
        ForecastContext(1, levels)
