import re

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BundleDamaged
from phantom_ml.forecasters._lags.fit import lag_plan
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.bundle import load_forecaster, save_forecaster
from phantom_ml.forecasters.lag_lightgbm import LagLightGBM
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of
from phantom_ml.parts.arrays import load_arrays, save_arrays
from tests.forecasters.made import seasonal_values, series_set

QUICK = {"max_rounds": 40, "max_rows": 4_000, "min_data_in_leaf": 5}


def driven(n=300):
    """Return a series that a column beside it tells, and the column, with 10 steps more of it."""
    switch = np.random.default_rng(0).integers(0, 2, n + 10)
    values = 3.0 + 5.0 * switch + 0.01 * np.random.default_rng(1).normal(size=n + 10)
    frame = pl.DataFrame({"t": np.arange(n), "y": values[:n], "switch": switch[:n]})
    columns = SeriesColumns("t", "y", known_ahead=("switch",))
    return (
        series_of(frame, columns, season=1),
        values[None, n:],
        switch[None, n:, None].astype(float),
    )


@pytest.mark.parametrize("strategy", ["direct", "recursive"])
def test_what_is_known_ahead_is_made_use_of(strategy):
    series, truth, future = driven()
    fitted = LagLightGBM(strategy=strategy, **QUICK).fit(series, ForecastContext(10))
    told, untold = (np.abs(fitted.predict(10, f).mean - truth).mean() for f in (future, None))
    assert told < 0.7 * untold


def test_without_the_future_it_still_forecasts():
    series, _, _ = driven()
    fitted = LagLightGBM(**QUICK).fit(series, ForecastContext(10))
    assert np.isfinite(fitted.predict(10).mean).all()


def test_recursive_follows_a_season():
    told = {str(k): (k + 1) * seasonal_values(k, n=140) for k in range(4)}
    series, _ = series_set(told).until(14)
    mean = (
        LagLightGBM(strategy="recursive", **QUICK).fit(series, ForecastContext(14)).predict(14).mean
    )
    truth = np.stack([values[-14:] for values in told.values()])
    assert np.abs(mean / truth - 1).mean() < 0.05


def test_a_trend_goes_on_beyond_what_was_seen():
    series = series_set({"a": np.arange(200.0), "b": 3 * np.arange(200.0)}, season=1)
    mean = LagLightGBM(**QUICK).fit(series, ForecastContext(8)).predict(8).mean
    assert mean[0, -1] > 203


def test_a_steadier_longer_season_is_found():
    days = np.tile(seasonal_values(n=7, noise=0), 30)
    weeks = days + 5 * (np.arange(210) // 7 % 3 == 0)
    assert lag_plan(series_set({"a": weeks}), 4).long == 21


def test_without_one_there_is_no_longer_season():
    assert lag_plan(series_set({"a": seasonal_values(n=210)}), 4).long == 0


def test_quantiles_cover_about_what_they_promise():
    told = {str(k): seasonal_values(k, n=161, noise=1.0) for k in range(40)}
    series, _ = series_set(told).until(7)
    forecast = LagLightGBM(**QUICK).fit(series, ForecastContext(7)).predict(7)
    truth = np.stack([told[name][-7:] for name in series.ids["name"]])
    low, high = forecast.quantiles[:, :, 0], forecast.quantiles[:, :, 2]
    assert 0.65 < ((truth >= low) & (truth <= high)).mean() < 0.95


def test_a_newer_history_is_forecast_by_the_same_trees(tmp_path):
    series = series_set()
    older, _ = series.until(7)
    save_forecaster(
        LagLightGBM(**QUICK).fit(older, ForecastContext(3)), tmp_path / "it", with_history=False
    )
    forecast = load_forecaster(tmp_path / "it", series).predict(3)
    assert np.isfinite(forecast.mean).all()


@pytest.mark.parametrize(
    "change", [{"plan": {}}, {"step": 0}, {"step": "x"}, {"levels": [2.0]}, {"notes": None}]
)
def test_facts_that_cannot_be_are_refused(change, tmp_path):
    save_forecaster(LagLightGBM(**QUICK).fit(series_set(), ForecastContext(3)), tmp_path / "it")
    arrays, facts = load_arrays(tmp_path / "it", {})
    save_arrays(tmp_path / "it", arrays, facts | change)
    with pytest.raises(BundleDamaged):
        load_forecaster(tmp_path / "it")


def test_trees_that_no_fit_wrote_are_refused_before_native_code_reads_them(tmp_path):
    save_forecaster(LagLightGBM(**QUICK).fit(series_set(), ForecastContext(3)), tmp_path / "it")
    path = tmp_path / "it" / "model.txt"
    path.write_text(re.sub(r"(?m)^left_child=\S+", "left_child=999999", path.read_text(), count=1))
    with pytest.raises(BundleDamaged):
        load_forecaster(tmp_path / "it")
