"""``phantom watch``: series scored by their own past, over several runs where a folder remembers."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest


@pytest.fixture
def logons(tmp_path):
    """Return a file of logons a minute on two hosts, with one burst on the first."""
    rng = np.random.default_rng(0)
    count = rng.poisson(20, 1_600).astype(float)
    count[700] = 400.0
    frame = pl.DataFrame(
        {
            "minute": np.tile(np.arange(800), 2),
            "host": np.repeat(["web", "mail"], 800),
            "logons": count,
        }
    ).sort("minute", maintain_order=True)
    frame.write_csv(tmp_path / "logons.csv")
    return tmp_path / "logons.csv"


@pytest.fixture
def watch(phantom, tmp_path):
    words = ("--time-column", "minute", "--series-column", "host", "--home", tmp_path / "home")
    return lambda file, *more: phantom("watch", file, *words, *more)


def test_a_burst_is_an_alert(watch, logons):
    told = watch(logons, "--json").json
    assert 1401 in told["alerts"]
    assert len(told["alerts"]) < 20


def test_a_count_that_is_always_zero_but_once_has_one_alert(phantom, tmp_path):
    minutes = np.arange(2_000)
    frame = pl.DataFrame({"minute": minutes, "failed": np.where(minutes == 900, 10, 0)})
    frame.write_csv(tmp_path / "zero.csv")
    words = ("--time-column", "minute", "--home", tmp_path / "home", "--json")
    assert phantom("watch", tmp_path / "zero.csv", *words).json["alerts"] == [901]


def test_a_wrong_clock_is_told(phantom, tmp_path):
    hours = [datetime(2026, 1, 1) + timedelta(hours=h) for h in range(100)]
    times = [*hours[:50], datetime(2099, 1, 1), *hours[50:]]
    pl.DataFrame({"t": times, "n": np.arange(101) % 7}).write_csv(tmp_path / "far.csv")
    words = ("--time-column", "t", "--home", tmp_path / "home", "--json")
    (told,) = phantom("watch", tmp_path / "far.csv", *words).json["warnings"]
    assert told.startswith("The time 2099-01-01 00:00:00 in the series without a name lies")


def test_an_infinite_count_in_a_file_is_an_alert_and_written_back(watch, logons, tmp_path):
    text = logons.read_text().replace("700,web,400.0", "700,web,inf")
    (tmp_path / "odd.csv").write_text(text)
    watch(tmp_path / "odd.csv", "--output", tmp_path / "scored.csv")
    row = pl.read_csv(tmp_path / "scored.csv").row(1400, named=True)
    assert (row["logons"], row["alert"]) == (float("inf"), True)


def test_alerts_are_shown_with_their_rows(watch, logons):
    run = watch(logons)
    assert "1,600 rows" in run.out
    assert "400" in run.out


def test_where_nothing_is_odd_it_is_said_in_words(phantom, tmp_path):
    frame = pl.DataFrame({"minute": np.arange(200), "logons": np.full(200, 5)})
    frame.write_csv(tmp_path / "calm.csv")
    words = ("--time-column", "minute", "--home", tmp_path / "home")
    assert "No row lies beyond" in phantom("watch", tmp_path / "calm.csv", *words).out


def test_scores_are_written_beside_the_rows(watch, logons, tmp_path):
    watch(logons, "--output", tmp_path / "scored.csv")
    assert pl.read_csv(tmp_path / "scored.csv").columns == [
        "minute", "host", "logons", "score", "alert", "change_point",
    ]  # fmt: skip


def test_two_runs_with_a_folder_say_what_one_says(watch, logons, tmp_path):
    frame = pl.read_csv(logons)
    frame[:1_000].write_csv(tmp_path / "first.csv")
    frame[1_000:].write_csv(tmp_path / "second.csv")
    watch(logons, "--output", tmp_path / "whole.csv")
    watch(tmp_path / "first.csv", "--state", tmp_path / "state")
    watch(tmp_path / "second.csv", "--state", tmp_path / "state", "--output", tmp_path / "rest.csv")
    assert pl.read_csv(tmp_path / "rest.csv").equals(pl.read_csv(tmp_path / "whole.csv")[1_000:])


def test_other_settings_than_those_remembered_are_refused(watch, logons, tmp_path):
    watch(logons, "--state", tmp_path / "state")
    run = watch(logons, "--state", tmp_path / "state", "--line", "9")
    assert run.code == 2
    assert "remembers series with --line=5.0, not 9.0" in run.err


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (("--value-column", "logon"), "logon"),
        (("--value-column", "host"), "host"),
        (("--line", "-1"), "--line is -1"),
        (("--output", "scored.xlsx"), ".xlsx"),
    ],
)
def test_a_mistake_is_told_in_words(watch, logons, words, told):
    run = watch(logons, *words)
    assert run.code == 2
    assert told in run.err


def test_an_absurd_count_is_shown_short(watch, logons, tmp_path):
    text = logons.read_text().replace("700,web,400.0", "700,web,1e308")
    (tmp_path / "odd.csv").write_text(text)
    run = watch(tmp_path / "odd.csv")
    assert "1e+308" in run.out
    assert "000,000,000" not in run.out


def test_an_error_counts_rows_as_the_table_does(phantom, tmp_path):
    pl.DataFrame({"minute": [5, 6, 3], "n": [1, 2, 3]}).write_csv(tmp_path / "back.csv")
    words = ("--time-column", "minute", "--home", tmp_path / "home")
    run = phantom("watch", tmp_path / "back.csv", *words)
    assert "row 3 of the table (counted from 1)" in " ".join(run.err.split())


def test_the_table_says_how_rows_are_counted(watch, logons):
    assert "the first row of the file is row 1" in " ".join(watch(logons).out.split())


def test_a_column_of_numbers_and_a_word_is_told_with_its_row(phantom, tmp_path):
    count = ["20"] * 40
    count[7] = "many"
    frame = pl.DataFrame({"minute": np.arange(40), "logons": count, "mail": np.arange(40) % 7})
    frame.write_csv(tmp_path / "word.csv")
    words = ("--time-column", "minute", "--home", tmp_path / "home", "--json")
    told = " ".join(phantom("watch", tmp_path / "word.csv", *words).json["warnings"])
    assert "'logons' is not watched: 'logons' holds 'many' in row 8 of the table" in told
