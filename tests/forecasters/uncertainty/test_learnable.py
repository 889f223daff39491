"""Constant and very short series among others: what they were, with a band that ordinary values lie in."""

import numpy as np
import pytest

from phantom_ml.forecasters._lags.fit import n_windows_of
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.evaluation.blend import blended
from phantom_ml.forecasters.lag_lightgbm import LagLightGBM
from phantom_ml.forecasters.seasonal_naive import SeasonalNaive, seasonal_naive
from phantom_ml.forecasters.uncertainty.learnable import is_learnable, left_out
from tests.forecasters.made import LENGTH, each_forecaster, odd_values, seasonal_values, series_set

HORIZON = 6
#: Series that no model can learn of, among three that it can.
STILL = {"one": [700.0], "ten": [700.0] * 10, "long": [500.0] * LENGTH}
AMONG = {f"wave{k}": 50 + 2 * seasonal_values(k, noise=1.0) for k in range(3)}
QUICK = {"max_rounds": 40, "min_data_in_leaf": 5}


def told(family, values, **settings):
    """Return the forecast of the series that are not waves, by name."""
    series = series_set(AMONG | values)
    forecast = family(**(settings or family.quick)).fit(series, ForecastContext(HORIZON))
    forecast = forecast.predict(HORIZON)
    names = series.ids["name"].to_list()
    rows = {name: names.index(name) for name in values}
    return {n: (forecast.mean[row], forecast.quantiles[row]) for n, row in rows.items()}


@each_forecaster
def test_a_series_that_never_varied_among_others_stays_what_it_is(family):
    for name, (mean, _) in told(family, STILL).items():
        assert mean.tolist() == [STILL[name][0]] * HORIZON


@each_forecaster
@pytest.mark.parametrize("name", ["one", "ten"])
def test_a_short_series_has_a_band_that_its_neighbours_tell(family, name):
    _, quantiles = told(family, STILL)[name]
    share = (quantiles[:, 2] - quantiles[:, 0]) / 700.0
    assert ((share > 0.02) & (share < 1.0)).all()


@each_forecaster
def test_a_series_of_few_values_is_not_carried_beyond_them(family):
    mean, _ = told(family, {"four": [700.0, 701.0, 700.0, 702.0]})["four"]
    assert mean.tolist() == [702.0] * HORIZON


def test_the_value_of_a_constant_series_lies_in_the_band_of_a_blend():
    series = series_set(AMONG | {"still": np.full(LENGTH, 0.1)})
    own = {
        family.name: family(**settings).fit(series, ForecastContext(HORIZON)).predict(HORIZON)
        for family, settings in ((SeasonalNaive, {}), (LagLightGBM, QUICK))
    }
    quantiles = blended(own, {"SeasonalNaive": 1 / 3, "LagLightGBM": 2 / 3}).quantiles[0]
    assert (quantiles[:, 0] <= 0.1).all()
    assert (quantiles[:, 2] >= 0.1).all()


def test_what_never_varied_teaches_nothing_of_others():
    still = {f"x{k}": np.full(LENGTH, 9.0) for k in range(9)}  # after the waves by name
    means = [
        LagLightGBM(**QUICK).fit(series_set(values), ForecastContext(HORIZON)).predict(HORIZON).mean
        for values in (AMONG, AMONG | still)
    ]
    np.testing.assert_array_equal(means[1][:3], means[0])


def test_a_season_that_repeats_to_the_last_bit_is_repeated():
    exact = np.tile(np.arange(7.0), 9)
    mean, _ = told(LagLightGBM, {"exact": exact}, **QUICK)["exact"]
    assert mean.tolist() == exact[:HORIZON].tolist()


def test_a_band_without_a_season_to_learn_from_is_as_wide_as_the_naives():
    values = AMONG | {"x": 100.0 + 20.0 * np.random.default_rng(0).normal(size=12)}
    series = series_set(values, season=14)
    forecast = LagLightGBM(**QUICK).fit(series, ForecastContext(HORIZON)).predict(HORIZON)
    own, naive = (
        f.quantiles[-1, :, 2] - f.quantiles[-1, :, 0]
        for f in (forecast, seasonal_naive(series, HORIZON, (0.1, 0.5, 0.9)))
    )
    np.testing.assert_allclose(own, naive)


def test_what_can_be_learned_from_varies_and_has_eight_values():
    series = series_set(odd_values())
    chosen = is_learnable(series)
    names = {n for n, own in zip(series.ids["name"], chosen, strict=True) if not own}
    assert names == {"constant", "zero", "one", "three"}


def test_series_that_are_left_to_the_naive_are_counted():
    assert left_out(series_set(AMONG)) == ()
    assert left_out(series_set(AMONG | {"one": [1.0]})) == (
        "Constant or too short to learn from: 1 of 4 series is forecast by the seasonal naive.",
    )


def test_very_short_series_take_no_windows_from_the_others():
    few = {f"x{k}": [1.0, 2.0] for k in range(5)}
    assert n_windows_of(series_set(AMONG | few), 3) == n_windows_of(series_set(AMONG), 3)
