"""Forecasts through the core: trained, told, measured, explained, fitted again, carried away."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BadSetting, UnknownName

START, DAYS = datetime(2026, 3, 2), 12
ASKED = {
    "task_type": "time_series",
    "target_column": "value",
    "time_column": "time",
    "algorithms_to_try": ["SeasonalNaive", "LagLightGBM"],
    "max_trials": 2,
    "n_threads": 1,
    "task_settings": {"horizon": 24, "series_columns": ["site"], "n_windows": 2},
}


def hours(first: int, last: int) -> pl.DataFrame:
    """Logins at two sites from one hour to another, more by day."""
    n = last - first
    hour = np.arange(first, last)
    rng = np.random.default_rng(first)
    sites = [
        pl.DataFrame(
            {
                "site": [site] * n,
                "time": [START + timedelta(hours=int(h)) for h in hour],
                "value": base + 30.0 * ((hour % 24 >= 8) & (hour % 24 < 18)) + rng.normal(size=n),
            }
        )
        for site, base in (("north", 20.0), ("south", 80.0))
    ]
    return pl.concat(sites)


@pytest.fixture(scope="module")
def trained(core):
    return core.auto_create_model(hours(0, 24 * DAYS), ASKED)


@pytest.fixture
def came():
    return hours(24 * DAYS, 24 * DAYS + 24)


def test_every_row_of_the_leaderboard_forecasts(core, trained):
    assert all(core.predict(row.model_id, horizon=2).height == 4 for row in trained.leaderboard)


def test_the_score_is_a_scaled_error_of_windows_that_were_not_seen(trained):
    assert trained.metric == "mase"
    assert 0.3 < trained.best_score < 1.2


def test_rows_that_are_given_are_told_in_their_own_order(core, trained, came):
    mixed = came.sample(fraction=1.0, shuffle=True, seed=0)
    told = core.predict(trained.model_id, mixed.drop("value"))
    assert told.select("site", "time").equals(mixed.select("site", "time"))
    assert told["prediction"].null_count() == 0


def test_a_row_of_the_past_has_no_forecast(core, trained):
    told = core.predict(trained.model_id, hours(0, 1).drop("value"))
    assert told["prediction"].null_count() == 2


def test_a_value_outside_the_band_is_an_alert(core, trained, came):
    odd = came.with_columns(
        value=pl.when(pl.col("time") == came["time"][5]).then(500.0).otherwise("value")
    )
    told = core.predict(trained.model_id, odd).sort("score", descending=True)
    assert told["alert"].head(2).to_list() == [True, True]
    assert set(told["time"].head(2)) == {came["time"][5]}


def test_what_came_measures_it(core, trained, came):
    found = core.evaluate(trained.model_id, came)
    assert found.n_rows == 48
    assert found.figures["mase"].low <= found.figures["mase"].value <= found.figures["mase"].high


def test_rows_of_the_past_measure_nothing(core, trained):
    with pytest.raises(BadSetting, match="after the history"):
        core.evaluate(trained.model_id, hours(0, 24))


def test_a_longer_history_goes_on_from_its_end(core, trained, came):
    again = core.refit(trained.model_id, pl.concat([hours(0, 24 * DAYS), came]))
    assert core.predict(again, horizon=1)["time"][0] == came["time"].max() + timedelta(hours=1)


def test_the_explanation_names_the_members(core, trained):
    notes = " ".join(core.explain_model(trained.model_id).notes)
    assert "a season of 24 steps" in notes


def test_a_model_that_was_carried_away_forecasts_the_same(core, trained, tmp_path):
    file = core.export_model(trained.model_id, tmp_path / "logins.phantom")
    assert core.predict(core.import_model(file)).equals(core.predict(trained.model_id))


def test_no_pickle_is_kept(core, trained, tmp_path):
    folder = core.export_model(trained.model_id, tmp_path / "logins")
    ends = {file.suffix for file in folder.rglob("*") if file.is_file()}
    assert ends <= {".json", ".parquet", ".txt", ".safetensors", ".npz", ".npy", ".sig"}


def test_the_same_again_gives_the_same(core, trained):
    again = core.auto_create_model(hours(0, 24 * DAYS), ASKED)
    assert core.predict(again.model_id).equals(core.predict(trained.model_id))


@pytest.mark.parametrize(
    ("changed", "error", "told"),
    [
        ({"time_column": None}, BadSetting, "No time_column"),
        ({"threshold": {"top_k": 3}}, BadSetting, "threshold is of no use"),
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


def test_a_model_of_rows_has_no_horizon(core, small):
    with pytest.raises(BadSetting, match="has no horizon"):
        core.predict(small.model_id, horizon=3)


def test_a_model_of_series_has_no_evasion(core, trained, came):
    with pytest.raises(BadSetting, match="forecasts series"):
        core.check_evasion(trained.model_id, came)


def test_a_constant_series_is_forecast_as_it_is(core):
    flat = pl.DataFrame({"time": range(40), "value": [7.0] * 40})
    found = core.auto_create_model(flat, {**ASKED, "task_settings": {"horizon": 3}})
    assert core.predict(found.model_id)["prediction"].to_list() == [7.0, 7.0, 7.0]


def test_times_of_several_zones_are_one_series(core):
    zones = ["+00:00", "+02:00"]
    times = [f"2026-03-01T{(h + 2 * (h % 2)) % 24:02d}:00:00{zones[h % 2]}" for h in range(21)]
    rows = pl.DataFrame({"time": times, "value": np.arange(21.0)})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"horizon": 2}})
    assert core.predict(found.model_id)["time"][0] == datetime(2026, 3, 1, 21)


def test_where_no_horizon_is_given_it_is_said_what_was_taken(core):
    rows = pl.DataFrame({"time": range(30), "value": np.arange(30.0) % 7})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"season": 7}})
    assert "No horizon was given: 7 steps of 1, one season." in found.warnings


def test_the_newest_model_is_the_finished_one(core, trained):
    again = core.auto_create_model(hours(0, 24 * 6), {**ASKED, "max_trials": 1})
    assert core.get_model("latest").id == again.model_id


def test_each_number_of_a_wide_table_is_a_series(core):
    wide = hours(0, 24 * 6).pivot(on="site", index="time", values="value")
    asked = {**ASKED, "target_column": None, "task_settings": {"horizon": 3}, "max_trials": 1}
    told = core.predict(core.auto_create_model(wide, asked).model_id)
    assert told["series"].unique().sort().to_list() == ["north", "south"]


def test_what_is_known_ahead_must_be_told(core):
    rows = pl.DataFrame({"time": range(60), "value": np.arange(60.0), "plan": [0, 1] * 30})
    asked = {**ASKED, "task_settings": {"horizon": 2, "known_ahead": ["plan"]}}
    model_id = core.auto_create_model(rows, asked).model_id
    with pytest.raises(BadSetting, match="'plan'"):
        core.predict(model_id)
    plan = pl.DataFrame({"time": [60, 61], "plan": [0, None]})
    assert core.predict(model_id, plan).height == 2


def test_rows_that_fall_into_one_step_are_averaged_and_it_is_said(core):
    asked = {**ASKED["task_settings"], "frequency": "1d", "horizon": 2}
    found = core.auto_create_model(hours(0, 24 * 20), {**ASKED, "task_settings": asked})
    assert "960 rows were averaged into 42 steps of 1d." in found.warnings
