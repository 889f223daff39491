"""Forecasts through the core: trained, told, measured, explained, fitted again, carried away."""

from datetime import UTC, datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BadSetting, HeaderWrong, TargetUnusable, UnknownName
from tests.core.tables import FORECAST

START, DAYS = datetime(2026, 3, 2), 12
ASKED = {**FORECAST, "task_settings": {"horizon": 24, "series_columns": ["site"], "n_windows": 2}}


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


@pytest.fixture(scope="module")
def by_clock(core):
    """Logins in Berlin until the evening before clocks go forward, forecast by its clock."""
    moments = pl.datetime_range(
        datetime(2026, 3, 14), datetime(2026, 3, 29, 18), "1h", time_zone="UTC", eager=True
    )
    hour = moments.dt.convert_time_zone("Europe/Berlin").dt.hour().cast(pl.Float64)
    table = pl.DataFrame({"time": moments, "value": hour})
    past = table.filter(pl.col("time") < datetime(2026, 3, 28, 20, tzinfo=UTC))
    settings = {"horizon": 24, "time_zone": "Europe/Berlin", "season": 24}
    return core.auto_create_model(past, {**FORECAST, "task_settings": settings}), table


def test_hours_after_the_clock_was_set_are_forecast_by_it(core, by_clock):
    trained, table = by_clock
    told = core.predict(trained.model_id).join(table, on="time")
    assert (told["prediction"] - told["value"]).abs().max() < 0.5


def test_the_hour_that_the_clock_leaps_over_has_no_forecast(core, by_clock):
    told = core.predict(by_clock[0].model_id)
    assert (told.height, told["time"].n_unique()) == (23, 23)


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


@pytest.mark.parametrize("value", [1e300, float("inf")])
def test_an_absurd_value_is_an_alert_with_a_finite_score(core, trained, came, value):
    told = core.predict(trained.model_id, came.with_columns(value=pl.lit(value)))
    assert told["alert"].all()
    assert told["score"].is_finite().all()


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_words_in_place_of_what_came_are_refused(core, trained, came, verb):
    with pytest.raises(TargetUnusable, match="are no numbers"):
        getattr(core, verb)(trained.model_id, came.with_columns(value=pl.lit("many")))


@pytest.fixture(scope="module")
def one_quantile(core):
    settings = {**ASKED["task_settings"], "quantiles": [0.9]}
    return core.auto_create_model(hours(0, 24 * DAYS), {**ASKED, "task_settings": settings})


def test_one_quantile_alone_is_said_to_make_no_band(one_quantile):
    assert "makes no band" in " ".join(one_quantile.warnings)


def test_one_quantile_alone_has_no_coverage(core, one_quantile, came):
    assert "coverage" not in core.evaluate(one_quantile.model_id, came).figures


def test_rows_of_the_past_measure_nothing(core, trained):
    with pytest.raises(BadSetting, match="after the history"):
        core.evaluate(trained.model_id, hours(0, 24))


def test_a_longer_history_goes_on_from_its_end(core, trained, came):
    again = core.refit(trained.model_id, pl.concat([hours(0, 24 * DAYS), came]))
    assert core.predict(again, horizon=1)["time"][0] == came["time"].max() + timedelta(hours=1)


def test_the_explanation_names_the_members(core, trained):
    notes = " ".join(core.explain_model(trained.model_id).notes)
    assert "a season of 24 steps" in notes


@pytest.fixture(scope="module")
def blend(core):
    """A blend of two members, whatever the back-test says."""
    asked = {**ASKED["task_settings"], "n_windows": 1, "series_columns": []}
    rows = hours(0, 24 * DAYS).filter(pl.col("site") == "north").drop("site")
    return core.auto_create_model(rows, {**ASKED, "task_settings": asked})


def test_what_the_members_add_is_the_forecast(core, blend, came):
    rows = came.filter(pl.col("site") == "north").drop("site")
    told = core.explain_model(blend.model_id, rows)
    assert told.method == "members"
    predicted = core.predict(blend.model_id, rows)["prediction"]
    for row, prediction in zip(told.rows, predicted, strict=True):
        assert row.base + sum(c.amount for c in row.contributions) == pytest.approx(prediction)
        assert {c.column for c in row.contributions} == {"SeasonalNaive", "LagLightGBM"}
    naive = next(c for c in told.rows[3].contributions if c.column == "SeasonalNaive")
    assert naive.amount == 0.0
    assert naive.value == pytest.approx(told.rows[3].base)


def test_a_forecast_is_told_by_what_came_at_its_place_and_by_its_band(core, trained, came):
    (row,) = core.explain_model(trained.model_id, came[[5]]).rows
    past = hours(0, 24 * DAYS).filter(pl.col("site") == "north")
    day_before = past.filter(pl.col("time") == came["time"][5] - timedelta(days=1))["value"][0]
    facts = "\n".join(row.facts)
    assert "north, step 6 after the history, which ends at 2026-03-13 23:00:00" in facts
    assert f"in the last seasons: {day_before:.6g} (2026-03-13 05:00:00), " in facts
    assert "80 % of values are expected from" in facts
    assert "half widths from its middle" in facts


def test_a_forecast_without_its_value_is_explained_from_a_mapping(core, trained):
    (row,) = core.explain_model(trained.model_id, {"site": "south", "time": "2026-03-14"}).rows
    assert row.alert is None
    assert not any("half widths" in fact for fact in row.facts)


def test_rows_of_the_past_are_said_to_have_no_forecast_to_explain(core, trained, came):
    told = core.explain_model(trained.model_id, pl.concat([hours(0, 1), came[:1]]))
    assert [row.row for row in told.rows] == [2]
    assert any("2 of 3 rows have no forecast to explain" in note for note in told.notes)


def test_the_whole_explanation_says_how_to_ask_for_one_forecast(core, trained):
    told = core.explain_model(trained.model_id)
    assert told.method == "none"
    assert "Give rows that lie ahead" in told.notes[-1]


def test_a_blend_may_be_refused(core):
    asked = {**ASKED, "ensemble_methods": False}
    assert core.auto_create_model(hours(0, 24 * DAYS), asked).members == ()


def test_a_series_too_short_for_a_test_says_so_on_the_leaderboard(core):
    rows = pl.DataFrame({"time": range(5), "value": np.arange(5.0)})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"horizon": 4}})
    (row,) = found.leaderboard
    assert "the longest series has 5 steps, and a back-test of 4 steps ahead needs 7" in row.reason
    text = str(found.leaderboard)
    assert "none with a score" in text
    assert row.model_id in text


@pytest.fixture(scope="module")
def constant(core):
    flat = pl.DataFrame({"time": range(40), "value": [7.0] * 40})
    return core.auto_create_model(flat, {**ASKED, "task_settings": {"horizon": 3}})


def test_a_constant_series_says_why_it_has_no_score(constant):
    assert all("No mase can be told" in row.reason for row in constant.leaderboard)


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
        ({"threshold": {"top_k": 3}}, BadSetting, "threshold.top_k is of no use"),
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


def test_a_constant_series_is_forecast_as_it_is(core, constant):
    assert core.predict(constant.model_id)["prediction"].to_list() == [7.0, 7.0, 7.0]


def test_times_of_several_zones_are_one_series(core):
    zones = ["+00:00", "+02:00"]
    times = [f"2026-03-01T{(h + 2 * (h % 2)) % 24:02d}:00:00{zones[h % 2]}" for h in range(21)]
    rows = pl.DataFrame({"time": times, "value": np.arange(21.0)})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"horizon": 2}})
    assert core.predict(found.model_id)["time"][0] == datetime(2026, 3, 1, 21, tzinfo=UTC)


@pytest.fixture(scope="module")
def plain(core):
    rows = pl.DataFrame({"time": range(120), "value": np.arange(120) % 12.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"], "task_settings": {"horizon": 3}}
    return core.auto_create_model(rows, asked)


def test_the_step_and_the_season_that_were_taken_are_told(plain):
    told = {"n_series": 1, "frequency": "1", "season": 12, "horizon": 3}
    assert plain.to_dict()["series"] == told


def test_a_printed_result_tells_the_season(plain):
    assert "1 series, a step of 1, a season of 12 steps" in str(plain)


def test_a_table_of_rows_has_no_season(small):
    assert small.series is None


def test_a_season_that_does_not_suit_the_history_is_warned_of(core):
    rows = pl.DataFrame({"time": range(40), "value": np.arange(40) % 4.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"]}
    asked |= {"task_settings": {"horizon": 2, "season": 1000}}
    (warning,) = core.auto_create_model(rows, asked).warnings
    assert "The declared season of 1,000 steps is longer than the history can support" in warning


def test_where_no_horizon_is_given_it_is_said_what_was_taken(core):
    rows = pl.DataFrame({"time": range(30), "value": np.arange(30.0) % 7})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"season": 7}})
    assert "No horizon was given: 7 steps of 1, one season." in found.warnings


def test_a_season_that_the_history_holds_no_two_of_is_no_horizon(core):
    rows = pl.DataFrame({"time": range(40), "value": np.arange(40) % 4.0})
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"], "task_settings": {"season": 30}}
    told = core.auto_create_model(rows, asked).warnings
    assert "No horizon was given: 8 steps of 1, the history holds no two seasons." in told


def test_the_newest_model_is_the_finished_one(core, trained):
    again = core.auto_create_model(hours(0, 24 * 6), {**ASKED, "max_trials": 1})
    assert core.get_model("latest").id == again.model_id


def test_each_number_of_a_wide_table_is_a_series(core):
    wide = hours(0, 24 * 6).pivot(on="site", index="time", values="value")
    asked = {**ASKED, "target_column": None, "task_settings": {"horizon": 3}, "max_trials": 1}
    told = core.predict(core.auto_create_model(wide, asked).model_id)
    assert told["series"].unique().sort().to_list() == ["north", "south"]


def test_a_model_of_a_wide_table_reads_wide_rows(core, tmp_path):
    wide = hours(0, 24 * 7).pivot(on="site", index="time", values="value")
    past, ahead = wide[: 24 * 6], wide[24 * 6 : 24 * 6 + 3]
    asked = {**ASKED, "target_column": None, "task_settings": {"horizon": 3}, "max_trials": 1}
    model = core.auto_create_model(past, asked).model_id
    told = core.predict(model, ahead)
    assert told["prediction"].to_list() == core.predict(model)["prediction"].to_list()
    ahead.write_csv(tmp_path / "ahead.csv")
    assert core.evaluate(model, tmp_path / "ahead.csv").n_rows == 6
    assert len(core.explain_model(model, ahead).rows) == 6


def test_rows_that_fall_into_one_step_are_averaged_and_it_is_said(core):
    asked = {**ASKED["task_settings"], "frequency": "1d", "horizon": 2}
    found = core.auto_create_model(hours(0, 24 * 20), {**ASKED, "task_settings": asked})
    assert "960 rows were averaged into 42 steps of 1d." in found.warnings


def test_only_values_of_one_step_are_said_to_be_averaged(core):
    halves = [START + timedelta(minutes=30 * i) for i in range(80)]
    value = [float(i % 24) if i % 2 == 0 or i < 40 else None for i in range(80)]
    asked = {**ASKED, "algorithms_to_try": ["SeasonalNaive"]}
    asked |= {"task_settings": {"frequency": "1h", "horizon": 2}}
    found = core.auto_create_model(pl.DataFrame({"time": halves, "value": value}), asked)
    assert found.warnings == ("40 rows were averaged into 20 steps of 1h.",)


@pytest.fixture
def between(came):
    """The first steps ahead of one site, and a row seven minutes after the second of them."""
    north = came.filter(pl.col("site") == "north").head(3)
    late = north[[1]].with_columns(pl.col("time") + timedelta(minutes=7), value=pl.lit(50.0))
    return pl.concat([north, late])


def test_a_time_between_the_steps_is_explained_as_the_nearest_and_it_is_said(
    core, trained, between
):
    rows = core.explain_model(trained.model_id, between).rows
    said = "its time lies between the steps of 1h: the nearest, 2026-03-14 01:00:00, is told"
    assert [said in row.facts for row in rows] == [False, False, False, True]


@pytest.mark.parametrize("verb", ["predict", "evaluate", "explain_model"])
@pytest.mark.parametrize("year", [2150, 9999])
def test_a_time_too_far_ahead_is_refused_by_its_name(core, trained, came, verb, year, caplog):
    far = came.head(2).with_columns(time=pl.Series([datetime(year, 12, 31)] * 2))
    with pytest.raises(BadSetting, match=f"The time {year}-12-31 00:00:00 in 'time' lies too far"):
        getattr(core, verb)(trained.model_id, far)
    assert "steps ahead" not in caplog.text


def test_several_values_of_one_step_are_measured_by_their_mean(core, trained, between):
    found = core.evaluate(trained.model_id, between)
    means = between.with_columns(pl.col("time").dt.truncate("1h")).group_by("site", "time").mean()
    assert found.figures["mae"].value == pytest.approx(
        core.evaluate(trained.model_id, means).figures["mae"].value
    )
    assert found.warnings == (
        "1 row lies between the steps of 1h: it counts for the nearest.",
        "2 rows were averaged into 1 step of 1h.",
    )


def test_a_file_with_two_columns_of_the_targets_name_measures_nothing(
    core, trained, came, tmp_path
):
    file = tmp_path / "came.csv"
    came.with_columns(again="value").write_csv(file)
    file.write_text(file.read_text().replace("again", "value", 1))
    with pytest.raises(HeaderWrong, match="More than one column is called 'value'"):
        core.evaluate(trained.model_id, file)
