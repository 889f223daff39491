"""What a model tells of the steps ahead, and of rows that are given."""

from datetime import UTC, date, datetime

import numpy as np
import polars as pl
import pytest

from phantom_ml.errors import BadSetting, TargetUnusable
from tests.core.forecasts.logins import ASKED, hours
from tests.core.tables import FORECAST


def test_every_row_of_the_leaderboard_forecasts(core, trained):
    assert all(core.predict(row.model_id, horizon=2).height == 4 for row in trained.leaderboard)


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


def test_rows_that_have_no_forecast_are_counted(core, trained, caplog):
    elsewhere = hours(24 * 12, 24 * 12 + 3).with_columns(site=pl.lit("west"))
    core.predict(trained.model_id, pl.concat([hours(0, 1), elsewhere]))
    assert "Of 8 rows 2 do not lie after the history and 6 are of series" in caplog.text


def test_rows_that_lie_ahead_need_no_word(core, trained, came, caplog):
    core.predict(trained.model_id, came)
    assert "no forecast" not in caplog.text


def test_a_value_outside_the_band_is_an_alert(core, trained, came):
    odd = came.with_columns(
        value=pl.when(pl.col("time") == came["time"][5]).then(500.0).otherwise("value")
    )
    told = core.predict(trained.model_id, odd).sort("score", descending=True)
    assert told["alert"].head(2).to_list() == [True, True]
    assert set(told["time"].head(2)) == {came["time"][5]}


@pytest.mark.parametrize("value", [1e300, float("inf")])
def test_an_absurd_value_is_an_alert_with_a_finite_score(core, trained, came, value):
    told = core.predict(trained.model_id, came.with_columns(value=pl.lit(value)))
    assert told["alert"].all()
    assert told["score"].is_finite().all()


@pytest.mark.parametrize("verb", ["predict", "evaluate"])
def test_words_in_place_of_what_came_are_refused(core, trained, came, verb):
    with pytest.raises(TargetUnusable, match="are no numbers"):
        getattr(core, verb)(trained.model_id, came.with_columns(value=pl.lit("many")))


@pytest.mark.parametrize("verb", ["predict", "evaluate", "explain_model"])
@pytest.mark.parametrize("year", [2150, 9999])
def test_a_time_too_far_ahead_is_refused_by_its_name(core, trained, came, verb, year, caplog):
    far = came.head(2).with_columns(time=pl.Series([datetime(year, 12, 31)] * 2))
    with pytest.raises(BadSetting, match=f"The time {year}-12-31 00:00:00 in 'time' lies too far"):
        getattr(core, verb)(trained.model_id, far)
    assert "steps ahead" not in caplog.text


def test_a_constant_series_is_forecast_as_it_is(core, constant):
    assert core.predict(constant.model_id)["prediction"].to_list() == [7.0, 7.0, 7.0]


def test_times_of_several_zones_are_one_series(core):
    zones = ["+00:00", "+02:00"]
    times = [f"2026-03-01T{(h + 2 * (h % 2)) % 24:02d}:00:00{zones[h % 2]}" for h in range(21)]
    rows = pl.DataFrame({"time": times, "value": np.arange(21.0)})
    found = core.auto_create_model(rows, {**ASKED, "task_settings": {"horizon": 2}})
    assert core.predict(found.model_id)["time"][0] == datetime(2026, 3, 1, 21, tzinfo=UTC)


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


def test_a_model_of_rows_has_no_horizon(core, small):
    with pytest.raises(BadSetting, match="has no horizon"):
        core.predict(small.model_id, horizon=3)


def test_dates_are_joined_with_a_forecast_as_datetimes(core):
    days = pl.date_range(date(2026, 1, 1), date(2026, 2, 20), "1d", eager=True)
    table = pl.DataFrame({"time": days, "value": np.arange(len(days)) % 7 + 1.0})
    asked = {**FORECAST, "algorithms_to_try": ["SeasonalNaive"], "max_trials": 1}
    found = core.auto_create_model(table[:-6], {**asked, "task_settings": {"horizon": 6}})
    came = table[-6:].with_columns(pl.col("time").cast(pl.Datetime("us")))
    assert came.join(core.predict(found.model_id), on="time").height == 6
