"""What reading a file had to say is told by every command that reads one."""

import json
from pathlib import Path

import pytest

#: Of a warning; the terminal may break the line elsewhere.
TOLD = "1 byte that is no UTF-8"


@pytest.fixture(scope="module")
def stray(trained, tmp_path_factory):
    """The first events, one with a byte that is no UTF-8."""
    head, *rows = Path(trained.file).read_bytes().split(b"\n")[:201]
    columns = head.split(b",")
    name = columns.index(b"user")
    cells = rows[7].split(b",")
    cells[name] = b"x\xff"
    rows[7] = b",".join(cells)
    file = tmp_path_factory.mktemp("stray") / "events.csv"
    file.write_bytes(b"\n".join([head, *rows]) + b"\n")
    return str(file)


@pytest.mark.parametrize("command", ["predict", "evaluate", "explain"])
def test_it_is_shown_in_the_terminal(at, stray, command):
    assert TOLD in " ".join(at(command, "latest", stray).out.split())


def test_it_is_shown_with_predictions_that_are_written(at, stray, folder):
    assert TOLD in " ".join(at("predict", "latest", stray, "--output", "s.csv").out.split())


def test_written_predictions_tell_it_in_json(at, stray, folder):
    run = at("predict", "latest", stray, "--output", "s.csv", "--json")
    assert TOLD in run.json["warnings"][0]


def test_lines_of_json_tell_it_on_standard_error(at, stray):
    assert TOLD in json.loads(at("predict", "latest", stray, "--json").err)["warnings"][0]


def test_lines_of_json_stay_a_line_a_row(at, stray):
    assert len(at("predict", "latest", stray, "--json").out.splitlines()) == 200


@pytest.mark.parametrize(("command", "key"), [("evaluate", "warnings"), ("explain", "notes")])
def test_it_is_told_in_json(at, stray, command, key):
    assert any(TOLD in note for note in at(command, "latest", stray, "--json").json[key])


@pytest.fixture
def series(tmp_path):
    """A file of one series, one row with a byte that is no UTF-8."""
    rows = [b"%d,web,5" % minute for minute in range(100)]
    file = tmp_path / "series.csv"
    file.write_bytes(b"\n".join([b"minute,host,logons", *rows, b"100,x\xff,5"]) + b"\n")
    return file


def test_watching_shows_it(at, series):
    told = at("watch", series, "--time-column", "minute", "--series-column", "host").out
    assert TOLD in " ".join(told.split())


def test_watching_tells_it_in_json(at, series):
    words = ("--time-column", "minute", "--series-column", "host", "--json")
    assert TOLD in at("watch", series, *words).json["warnings"][0]


def test_training_tells_it_in_json(phantom, stray, tmp_path):
    words = ("--algorithms", "LogisticRegression", "--max-trials", "1", "--target", "is_threat")
    run = phantom("train", stray, *words, "--home", tmp_path / "home", "--json")
    assert any(TOLD in note for note in run.json["warnings"])


def test_features_show_it(at, stray):
    assert TOLD in " ".join(at("features", stray).out.split())


def test_features_tell_it_in_json(at, stray):
    assert any(TOLD in note for note in at("features", stray, "--json").json["warnings"])
