"""Cells of a column of times that are none are told by every command that scores rows."""

import json

import polars as pl
import pytest

TOLD = "1 of 50 cells of 'timestamp' is no time"


@pytest.fixture(scope="module")
def odd(trained, tmp_path_factory):
    """The first events, one at no time."""
    rows = pl.read_csv(trained.file, infer_schema=False).head(50)
    cells = ["soon", *rows["timestamp"][1:]]
    file = tmp_path_factory.mktemp("odd") / "events.csv"
    rows.with_columns(timestamp=pl.Series(cells)).write_csv(file)
    return str(file)


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain"])
def test_it_is_shown_in_the_terminal(at, odd, command):
    assert TOLD in " ".join(at(command, "latest", odd).out.split())


def test_it_is_not_told_on_standard_error_as_well(at, odd):
    assert TOLD not in at("predict", "latest", odd).err


def test_written_predictions_tell_it_in_json(at, odd, folder):
    run = at("predict", "latest", odd, "--output", "s.csv", "--json")
    assert any(TOLD in note for note in run.json["warnings"])


def test_lines_of_json_tell_it_on_standard_error(at, odd):
    notes = json.loads(at("predict", "latest", odd, "--json").err)["warnings"]
    assert any(TOLD in note for note in notes)


@pytest.mark.parametrize(("command", "key"), [("evaluate", "warnings"), ("explain", "notes")])
def test_it_is_told_in_json(at, odd, command, key):
    assert any(TOLD in note for note in at(command, "latest", odd, "--json").json[key])


def test_with_a_check_of_evasion_it_is_said_once(at, odd):
    assert " ".join(at("evaluate", "latest", odd, "--evasion").out.split()).count(TOLD) == 1
