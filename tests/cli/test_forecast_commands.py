"""Forecasts in the terminal: a leaderboard without scores, and one forecast explained."""

import json
from datetime import datetime, timedelta

import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore


def logins(n_hours: int) -> pl.DataFrame:
    hours = range(n_hours)
    return pl.DataFrame(
        {
            "time": [datetime(2026, 3, 2) + timedelta(hours=h) for h in hours],
            "logins": [20.0 + 30.0 * (8 <= h % 24 < 18) + h % 7 for h in hours],
        }
    )


@pytest.fixture
def train(phantom, folder):
    """Train on some hours in a home of its own."""

    def run(n_hours: int, *words: str):
        logins(n_hours).write_csv("logins.csv")
        asked = ("--task", "time_series", "--target", "logins", "--time-column", "time")
        named = ("--algorithms", "SeasonalNaive", "--max-trials", "1", "--home", folder / "home")
        return phantom("train", "logins.csv", *asked, *named, *words)

    return run


def test_a_leaderboard_without_a_score_says_why(train, phantom, folder):
    out = train(5, "--horizon", "4").out
    assert "no mase: the leaderboard says why" in out
    board = phantom("leaderboard", "latest", "--home", folder / "home").out
    assert "1 without a mase" in board
    told = " ".join(board.split("Without a score")[1].split())
    assert "SeasonalNaive has no score: It was not tested: the longest series has 5 steps" in told


def test_the_season_that_was_taken_is_shown(train):
    out = " ".join(train(24 * 5, "--horizon", "4").out.split())
    assert "1 series, a step of 1h, a season of 24 steps" in out


def test_the_season_that_was_taken_is_told_as_json(train):
    told = json.loads(train(24 * 5, "--horizon", "4", "--json").out)["series"]
    assert (told["frequency"], told["season"]) == ("1h", 24)


def test_one_forecast_is_explained(train, phantom, folder):
    train(72, "--horizon", "6")
    logins(78).tail(6).write_csv("came.csv")
    shown = phantom("predict", "latest", "came.csv", "--home", folder / "home").out
    assert "explain " in shown.split("Next")[1]
    told = phantom("explain", "latest", "came.csv", "--row", "3", "--home", folder / "home").out
    assert "Row 3: " in told
    assert "step 3 after the history" in told


def test_values_beside_a_horizon_are_not_scored_which_is_said(train, phantom, folder):
    train(72, "--horizon", "6")
    logins(78).tail(6).write_csv("came.csv")
    run = phantom("predict", "latest", "came.csv", "--horizon", "3", "--home", folder / "home")
    assert "3 steps ahead" in run.out
    assert "6 rows hold a value of 'logins', and none is scored" in " ".join(run.out.split())


@pytest.fixture
def wide(phantom, folder):
    """Train on two columns of numbers, and write the 4 hours that came: a jump in the last of the second."""
    hours = logins(100).rename({"logins": "a"})
    hours = hours.with_columns((2 * pl.col("a")).alias("b"))
    hours[:96].write_csv("past.csv")
    jump = pl.when(pl.int_range(pl.len()) == 3).then(9_999.0).otherwise(pl.col("b"))
    hours[96:].with_columns(jump.alias("b")).write_csv("came.csv")
    asked = (
        "--task",
        "time_series",
        "--time-column",
        "time",
        "--horizon",
        "6",
        "--max-trials",
        "1",
    )
    phantom("train", "past.csv", *asked, "--algorithms", "SeasonalNaive", "--home", folder / "home")


def test_an_alert_of_a_later_series_of_a_wide_table_is_shown_by_its_row(wide, phantom, folder):
    run = phantom("predict", "latest", "came.csv", "--home", folder / "home")
    shown = run.out.split("Next")[0]
    assert "8 predictions of 4 rows" in shown
    assert [line.split()[:2] for line in shown.splitlines() if " b " in line] == [["4", "b"]]


def test_all_forecasts_of_a_wide_table_are_counted_where_they_are_written(wide, phantom, folder):
    words = ("predict", "latest", "came.csv", "--output", "told.csv", "--home", folder / "home")
    assert "8 predictions written to told.csv" in phantom(*words).out


def test_what_means_nothing_for_forecasts_is_refused_by_its_option(train):
    run = train(72, "--prevalence", "0.1")
    assert run.code == 2
    assert "--prevalence is of no use for time_series, but was set to 0.1." in run.err
    assert "Leave --prevalence out." in run.err


@pytest.fixture
def zoned(phantom, folder):
    """Train on hours whose times tell a zone, and return what was told."""
    hours = logins(72).with_columns(pl.col("time").dt.replace_time_zone("UTC"))
    hours.write_parquet("logins.parquet")

    def run(*words: str):
        asked = ("--task", "time_series", "--target", "logins", "--time-column", "time")
        named = ("--algorithms", "SeasonalNaive", "--max-trials", "1", "--home", folder / "home")
        return phantom("train", "logins.parquet", *asked, *named, "--horizon", "4", *words)

    return run


def test_the_zone_of_a_forecast_is_that_of_its_steps(zoned, folder):
    zoned("--time-zone", "Europe/Berlin")
    experiment = PhantomMLCore(folder / "home").list_experiments()[0]
    assert experiment.config["task_settings"]["time_zone"] == "Europe/Berlin"


def test_a_zone_of_steps_that_there_is_not_is_refused_by_its_option(zoned):
    assert "--time-zone" in zoned("--time-zone", "Europe/Berln").err


def test_a_zone_among_the_features_of_a_forecast_is_refused_with_the_right_place(zoned, folder):
    (folder / "config.json").write_text('{"features": {"time_zone": "Europe/Berlin"}}')
    run = zoned("--config", "config.json")
    assert "task_settings.time_zone" in " ".join(run.err.split())
