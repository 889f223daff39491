"""A clock on the wall and a moment are not the same: a forecast refuses one for the other."""

from datetime import UTC, datetime, timedelta

import polars as pl
import pytest

from phantom_ml.errors import DataError
from tests.core.tables import FORECAST

BEGIN = datetime(2026, 1, 5)
ROWS = pl.DataFrame(
    {
        "time": [BEGIN + timedelta(hours=i) for i in range(192)],
        "value": [20.0 + 30.0 * (8 <= i % 24 < 18) + i % 5 for i in range(192)],
    }
)
ZONED = ROWS.with_columns(pl.col("time").dt.replace_time_zone("America/New_York"))
BERLIN = ZONED.with_columns(pl.col("time").dt.convert_time_zone("Europe/Berlin"))
TEXT = ROWS.with_columns(pl.col("time").dt.strftime("%Y-%m-%dT%H:%M:%S"))
MOMENTS = TEXT.with_columns(pl.col("time") + "-05:00")
KINDS = {"clock": ROWS, "moments": ZONED}


@pytest.fixture(scope="module")
def models(core):
    """Return a model of each kind of times, of the first week."""
    asked = {**FORECAST, "algorithms_to_try": ["SeasonalNaive"], "max_trials": 1}
    asked |= {"task_settings": {"horizon": 24, "season": 24, "n_windows": 1}}
    return {
        name: core.auto_create_model(rows[:168], asked).model_id for name, rows in KINDS.items()
    }


@pytest.mark.parametrize(
    ("name", "rows"), [("clock", ZONED), ("clock", MOMENTS), ("moments", ROWS), ("moments", TEXT)]
)
@pytest.mark.parametrize("use", ["predict", "evaluate", "refit"])
def test_times_of_another_kind_are_refused(core, models, name, rows, use):
    with pytest.raises(DataError, match=r"zone.*; the history has times with"):
        getattr(core, use)(models[name], rows if use == "refit" else rows[168:])


@pytest.mark.parametrize(
    ("name", "rows"), [("clock", ROWS), ("clock", TEXT), ("moments", BERLIN), ("moments", MOMENTS)]
)
def test_times_of_the_same_kind_are_scored(core, models, name, rows):
    assert core.predict(models[name], rows[168:])["prediction"].null_count() == 0


def test_another_zone_is_the_same_moment(core, models):
    one, other = (core.predict(models["moments"], rows[168:])["score"] for rows in (ZONED, BERLIN))
    assert one.equals(other)


def test_values_beside_a_horizon_are_not_scored_which_is_said(core, models, caplog):
    told = core.predict(models["clock"], ROWS[168:170], horizon=5)
    assert told.height == 5
    assert "2 rows hold a value of 'value', and none is scored" in caplog.text


LOG_FORM = "%d/%b/%Y:%H:%M:%S"
LOGGED = ROWS.with_columns(pl.col("time").dt.strftime(LOG_FORM))
LOGGED_MOMENTS = LOGGED.with_columns(pl.col("time") + " -0500")


@pytest.fixture(scope="module")
def logged(core):
    """Return a model of each kind of times as web servers write them, of the first week."""
    asked = {**FORECAST, "algorithms_to_try": ["SeasonalNaive"], "max_trials": 1}
    asked |= {"task_settings": {"horizon": 24, "season": 24, "n_windows": 1}}
    tables = {"clock": LOGGED, "moments": LOGGED_MOMENTS}
    return {
        name: core.auto_create_model(rows[:168], asked).model_id for name, rows in tables.items()
    }


@pytest.mark.parametrize(
    ("name", "rows"),
    [("clock", LOGGED_MOMENTS), ("clock", ZONED), ("moments", LOGGED), ("moments", ROWS)],
)
@pytest.mark.parametrize("use", ["predict", "evaluate", "refit", "explain_model"])
def test_text_of_another_kind_is_refused(core, logged, name, rows, use):
    with pytest.raises(DataError, match=r"zone.*; the history has times with"):
        getattr(core, use)(logged[name], rows if use == "refit" else rows[168:])


@pytest.mark.parametrize(
    ("name", "rows"),
    [("clock", LOGGED), ("clock", ROWS), ("moments", LOGGED_MOMENTS), ("moments", BERLIN)],
)
def test_text_of_the_same_kind_is_scored_as_times_are(core, models, logged, name, rows):
    typed = core.predict(models[name], KINDS[name][168:])
    assert core.predict(logged[name], rows[168:])["score"].equals(typed["score"])


def test_moments_in_text_are_told_in_utc(core, logged):
    assert core.predict(logged["moments"])["time"][0] == datetime(2026, 1, 12, 5, tzinfo=UTC)


@pytest.mark.parametrize("name", ["clock", "moments"])
def test_what_is_told_of_text_can_be_explained(core, logged, name):
    told = core.predict(logged[name])
    assert len(core.explain_model(logged[name], told).rows) == 24
