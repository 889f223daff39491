"""PhantomForecaster: rows of time in, rows of time out, and a model that travels without pickle of its own."""

import pickle
from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest
from sklearn.base import clone

from phantom_ml.errors import BadSetting, DataError, TargetMissing
from phantom_ml.sklearn_api import PhantomForecaster

QUICK = {"algorithms_to_try": ["SeasonalNaive", "LagLightGBM"], "max_trials": 2, "n_windows": 1}


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
    return PhantomForecaster(horizon=24, series_columns=["site"], **QUICK).fit(logins())


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


def test_the_step_and_the_season_that_were_found_are_told(model):
    assert (model.frequency_, model.season_) == ("1h", 24)


def test_a_longer_horizon_can_be_asked_for(model):
    assert model.predict(horizon=36).height == 72


def test_the_leaderboard_is_ranked(model):
    scores = [row.score for row in model.leaderboard_ if row.score is not None]
    assert scores == sorted(scores)


def test_an_estimator_that_travelled_forecasts_the_same(model):
    again = pickle.loads(pickle.dumps(model))
    assert again.predict().equals(model.predict())


def test_a_clone_has_the_same_settings():
    assert clone(PhantomForecaster(horizon=7)).horizon == 7


def test_the_score_is_minus_the_scaled_error_of_what_came(model):
    came = model.predict().rename({"prediction": "value"})
    naive = came.with_columns(pl.col("value") + 10.0)
    assert 0.0 == model.score(came) > model.score(naive)


def test_the_score_is_of_the_measure_that_ranks():
    model = PhantomForecaster(horizon=2, metric="mae", **QUICK)
    hours = pl.DataFrame({"time": range(40), "value": np.arange(40) % 4.0})
    came = pl.DataFrame({"time": [40, 41], "value": [1.0, 2.0]})
    model.set_params(algorithms_to_try=["SeasonalNaive"], season=4).fit(hours)
    assert model.score(came) == -1.0


def test_rows_of_the_past_have_no_score(model):
    with pytest.raises(BadSetting, match="after the history"):
        model.score(logins())


@pytest.mark.parametrize("shape", ["series", "frame"])
def test_values_of_pandas_by_their_times_are_forecast(shape):
    pandas = pytest.importorskip("pandas")
    times = pandas.date_range("2026-03-02", periods=24 * 4, freq="h")
    values = pandas.Series(np.arange(24 * 4) % 24.0, times)
    given = values if shape == "series" else values.to_frame("value")
    quick = {**QUICK, "algorithms_to_try": ["SeasonalNaive"]}
    found = PhantomForecaster(horizon=2, **quick).fit(given)
    assert found.predict().rows()[0][:2] == (datetime(2026, 3, 6), 0.0)


@pytest.fixture
def wide():
    return logins().pivot(on="site", index="time", values="value")


def test_a_wide_table_without_the_value_column_is_told_how_it_is_given(wide):
    with pytest.raises(TargetMissing, match="Columns missing: 'value'") as error:
        PhantomForecaster(horizon=2, **QUICK).fit(wide)
    assert "value_column=None" in str(error.value)


@pytest.mark.parametrize(
    "change", [lambda w: w.drop("south"), lambda w: w.with_columns(note=pl.lit("x"))]
)
def test_a_table_that_does_not_look_wide_is_told_to_name_its_column(wide, change):
    with pytest.raises(TargetMissing) as error:
        PhantomForecaster(horizon=2, **QUICK).fit(change(wide))
    assert "value_column=None" not in str(error.value)


def test_each_number_of_a_wide_table_is_a_series_where_no_value_column_is_named(wide):
    quick = {**QUICK, "algorithms_to_try": ["SeasonalNaive"]}
    found = PhantomForecaster(horizon=2, value_column=None, **quick).fit(wide).predict()
    assert found["series"].unique().sort().to_list() == ["north", "south"]


def test_a_series_of_pandas_needs_no_value_column():
    pandas = pytest.importorskip("pandas")
    values = pandas.Series(
        np.arange(96) % 24.0, pandas.date_range("2026-03-02", periods=96, freq="h")
    )
    quick = {**QUICK, "algorithms_to_try": ["SeasonalNaive"]}
    assert (
        PhantomForecaster(horizon=2, value_column=None, **quick).fit(values).predict().height == 2
    )


def test_a_horizon_of_nothing_is_refused(model):
    with pytest.raises(BadSetting, match="horizon is 0"):
        model.predict(horizon=0)


def test_rows_in_place_of_a_horizon_are_refused_by_their_type(model):
    with pytest.raises(BadSetting, match="The horizon is a DataFrame, not") as error:
        model.predict(logins(1))
    assert "predict(future=rows)" in str(error.value.hint)


def test_a_time_that_comes_twice_is_refused():
    rows = pl.DataFrame({"time": [1, 1, 2], "value": [1.0, 2.0, 3.0]})
    with pytest.raises(DataError):
        PhantomForecaster(**QUICK).fit(rows)


@pytest.mark.parametrize("rows", [np.arange(9.0), pl.Series([1.0, 2.0])], ids=["array", "series"])
def test_values_without_a_time_are_refused(rows):
    with pytest.raises(BadSetting, match="a table with a time"):
        PhantomForecaster(**QUICK).fit(rows)


def test_one_value_is_forecast_by_itself():
    rows = pl.DataFrame({"time": [1], "value": [5.0]})
    found = PhantomForecaster(horizon=3, **QUICK).fit(rows)
    assert found.predict()["prediction"].to_list() == [5.0, 5.0, 5.0]


def test_a_fitted_forecaster_lists_what_it_has(model):
    assert "predict" in dir(model)


@pytest.mark.parametrize("horizon", ["6", 7.0])
def test_a_horizon_of_the_settings_is_as_strict(horizon):
    with pytest.raises(BadSetting, match=r"horizon is .*: it must be a whole number"):
        PhantomForecaster(horizon=horizon, **QUICK).fit(logins())


@pytest.mark.parametrize("horizon", [0, 2.5, "x", True])
def test_a_horizon_that_cannot_be_is_refused(model, horizon):
    with pytest.raises(BadSetting, match=r"The horizon is .*\."):
        model.predict(horizon=horizon)
