"""PhantomForecaster: rows of time in, rows of time out, saved without pickle."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

from phantom_ml.errors import BadSetting, BundleDamaged, DataError
from phantom_ml.sklearn_api import PhantomForecaster

QUICK = {"forecasters": ["SeasonalNaive", "LagLightGBM"], "horizon": 24, "n_windows": 1}


def logins(n: int = 24 * 14) -> pl.DataFrame:
    """Logins an hour at two sites, more by day; unordered, with a gap."""
    rng = np.random.default_rng(0)
    start = datetime(2026, 3, 2)
    rows = [
        {
            "site": site,
            "time": start + timedelta(hours=h),
            "value": base + 30 * (8 <= h % 24 < 18) + rng.normal(),
        }
        for site, base in (("north", 20), ("south", 80))
        for h in range(n)
        if not 100 <= h < 104
    ]
    return pl.DataFrame(rows).sample(fraction=1.0, shuffle=True, seed=0)


@pytest.fixture(scope="module")
def model():
    return PhantomForecaster(series_columns=["site"], **QUICK).fit(logins())


def test_a_forecast_has_a_row_for_each_step_of_each_series(model):
    found = model.predict()
    assert found.columns == [
        "site", "time", "prediction", "quantile_0.1", "quantile_0.5", "quantile_0.9",
    ]  # fmt: skip
    assert found.height == 48
    assert found["time"].min() == datetime(2026, 3, 16)


def test_day_is_told_from_night(model):
    north = model.predict().filter(pl.col("site") == "north")["prediction"].to_numpy()
    assert north[8:18].mean() > north[:6].mean() + 20


def test_a_longer_horizon_can_be_asked_for(model):
    assert model.predict(horizon=36).height == 72


def test_the_leaderboard_is_ranked(model):
    assert model.leaderboard_["mase"].is_sorted()
    assert sum(model.weights_.values()) == pytest.approx(1.0)


def test_what_was_saved_forecasts_the_same(model, tmp_path):
    again = PhantomForecaster.load(model.save(tmp_path / "logins"))
    assert again.predict().equals(model.predict())


def test_no_pickle_is_written(model, tmp_path):
    folder = model.save(tmp_path / "logins")
    ends = {file.suffix for file in folder.rglob("*") if file.is_file()}
    assert ends <= {".json", ".parquet", ".txt", ".safetensors", ".npz", ".npy"}


def test_a_folder_without_a_forecast_is_told(tmp_path):
    with pytest.raises(BundleDamaged, match="holds no forecast"):
        PhantomForecaster.load(tmp_path)


def test_a_clone_has_the_same_settings():
    assert clone(PhantomForecaster(horizon=7)).horizon == 7


def test_a_horizon_of_nothing_is_refused(model):
    with pytest.raises(BadSetting, match="horizon is 0"):
        model.predict(horizon=0)


def test_a_time_that_comes_twice_is_refused():
    rows = pl.DataFrame({"time": [1, 1, 2], "value": [1.0, 2.0, 3.0]})
    with pytest.raises(DataError):
        PhantomForecaster(**QUICK).fit(rows)


def test_one_value_is_forecast_by_itself():
    found = PhantomForecaster(**{**QUICK, "horizon": 3}).fit(
        pl.DataFrame({"time": [1], "value": [5.0]})
    )
    assert found.predict()["prediction"].to_list() == [5.0, 5.0, 5.0]
