"""The search for a forecast: a back-test ranks, a blend serves, and a fault is a row."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.forecasting import search_forecast
from phantom_ml.errors import UnknownName
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.columns import SeriesColumns
from phantom_ml.forecasters.from_frame import series_of
from phantom_ml.forecasters.seasonal_naive import SeasonalNaive

QUICK = ["SeasonalNaive", "LagLightGBM"]


def hours(n: int = 400, n_series: int = 3):
    rng = np.random.default_rng(0)
    frames = [
        pl.DataFrame(
            {
                "site": [f"s{i}"] * n,
                "t": range(n),
                "y": 10 * i + 3 * np.sin(np.arange(n) * 2 * np.pi / 24) + rng.normal(size=n) * 0.2,
            }
        )
        for i in range(n_series)
    ]
    return series_of(pl.concat(frames), SeriesColumns("t", "y", ("site",)), season=24)


def test_the_best_of_the_back_test_comes_first():
    found = search_forecast(hours(), ForecastContext(24), QUICK)
    errors = [trial.mase for trial in found.trials]
    assert errors == sorted(errors)
    assert {trial.forecaster for trial in found.trials} == set(QUICK)


def test_weights_sum_to_one_and_only_members_are_fitted():
    found = search_forecast(hours(), ForecastContext(24), QUICK)
    assert sum(found.weights.values()) == pytest.approx(1.0)
    assert set(found.members) == set(found.weights)


def test_a_forecast_follows_the_season():
    found = search_forecast(hours(), ForecastContext(24), QUICK).predict(24)
    truth = 3 * np.sin(np.arange(400, 424) * 2 * np.pi / 24)
    assert np.abs(found.mean[0] - truth).mean() < 0.5
    assert (np.diff(found.quantiles, axis=2) >= 0).all()


def test_series_too_short_for_a_back_test_are_forecast_plainly():
    found = search_forecast(hours(n=6), ForecastContext(24), QUICK)
    assert (found.method, found.n_windows) == ("plain", 0)
    assert np.isfinite(found.predict(24).mean).all()


def test_a_forecaster_that_fails_is_a_row(monkeypatch):
    def broken(*_):
        raise ValueError("It broke.")

    monkeypatch.setattr(SeasonalNaive, "fit", broken)
    found = search_forecast(hours(), ForecastContext(24), QUICK)
    (failed,) = [trial for trial in found.trials if trial.mase is None]
    assert (failed.forecaster, failed.reason) == ("SeasonalNaive", "It broke.")
    assert set(found.weights) == {"LagLightGBM"}


def test_what_does_not_exist_is_told():
    with pytest.raises(UnknownName, match="SeasonalNaive"):
        search_forecast(hours(), ForecastContext(24), ["SeasonalNaiv"])
