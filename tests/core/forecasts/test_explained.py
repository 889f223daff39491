"""Why a forecast is what it is: its members, what came before, its band."""

from datetime import timedelta

import polars as pl
import pytest

from phantom_ml.errors import BadSetting
from tests.core.forecasts.logins import ASKED, DAYS, hours


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


def test_a_time_between_the_steps_is_explained_as_the_nearest_and_it_is_said(
    core, trained, between
):
    rows = core.explain_model(trained.model_id, between).rows
    said = "its time lies between the steps of 1h: the nearest, 2026-03-14 01:00:00, is told"
    assert [said in row.facts for row in rows] == [False, False, False, True]


def test_a_model_of_series_has_no_evasion(core, trained, came):
    with pytest.raises(BadSetting, match="forecasts series"):
        core.check_evasion(trained.model_id, came)
