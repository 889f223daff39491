"""What a person gave wrongly is told in one line, before anything is measured."""

import sys
from pathlib import Path

import pytest

from benchmarks.__main__ import main
from benchmarks.datasets import Mistake, folders, load
from benchmarks.mistakes import having
from benchmarks.names import chosen_names
from phantom_ml.errors import UnknownName
from tests.benchmarks.folders import made


@pytest.fixture
def root(tmp_path):
    made(tmp_path / "flows_a")
    made(tmp_path / "series", task="forecast")
    return tmp_path


def asked(root, *more):
    return main(["alone", "--data", str(root), "--out", str(root / "out.jsonl"), *more])


def test_a_misspelt_set_ends_a_command_with_two(root):
    assert asked(root, "--sets", "flows_b") == 2


def test_a_misspelt_set_is_told_with_the_nearest_one_in_a_line(root, capsys):
    asked(root, "--sets", "flows_b")
    told = capsys.readouterr().err
    assert (told.count("\n"), "Did you mean 'flows_a'?" in told) == (1, True)


def test_a_misspelt_algorithm_is_told_with_the_nearest_one(root, capsys):
    asked(root, "--algorithms", "LigthGBM")
    assert "Did you mean 'LightGBM'?" in capsys.readouterr().err


def test_nothing_is_written_for_a_misspelt_algorithm(root):
    asked(root, "--algorithms", "LigthGBM")
    assert not (root / "out.jsonl").exists()


def test_a_folder_that_is_not_there_is_named(root, capsys):
    asked(root / "nowhere")
    assert f"{root / 'nowhere'} is no folder" in capsys.readouterr().err


@pytest.mark.parametrize(
    "command",
    [
        ["compare", "--data", ".", "--systems", "fantom"],
        ["entities", "--sets", "flow", "--out", "x"],
        ["features", "--only", "row,urls"],
        ["sessions", "--algorithms", "LSTN"],
        ["table", "nowhere.jsonl"],
        ["portfolio", "nowhere"],
        ["streams", "--data", "nowhere", "--out", "x"],
        ["anytime", "--data", "nowhere"],
        ["realmlp", "--data", ".", "--python", "nowhere"],
    ],
    ids=lambda command: command[0],
)
def test_no_command_meets_a_mistake_with_a_traceback(command, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    assert main(command) == 2


def test_a_set_for_another_task_is_not_offered(root):
    with pytest.raises(UnknownName, match=r"of this list: 'flows_a'\."):
        folders(root, "series")


def test_a_folder_without_sets_is_refused(tmp_path):
    with pytest.raises(Mistake, match="holds no set"):
        folders(tmp_path, None)


def test_a_folder_that_holds_no_description_is_refused(tmp_path):
    with pytest.raises(Mistake, match=r"no meta\.json"):
        load(tmp_path)


def test_blanks_beside_commas_are_no_part_of_a_name():
    assert chosen_names("a, b", "set", ["a", "b"]) == ["a", "b"]


def test_an_interpreter_that_lacks_the_library_is_told_of():
    with pytest.raises(Mistake, match="cannot import no_such_module"):
        having(Path(sys.executable), "no_such_module")


@pytest.mark.parametrize("command", [["sessions", "--seeds", "1,x"], ["budget", "--seconds", "x"]])
def test_a_list_that_holds_no_numbers_ends_a_command_with_two(command):
    with pytest.raises(SystemExit, match="2"):
        main(command)
