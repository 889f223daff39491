import pytest

from phantom_ml.core import PhantomMLCore
from tests.cli.conftest import run_once


@pytest.fixture(scope="module")
def words(trained):
    """Evaluate the model of the home with attacks written otherwise."""
    return ("evaluate", "latest", trained.file, "--evasion", "--home", trained.home)


@pytest.fixture(scope="module")
def shown(words):
    return run_once(*words).out


def test_the_table_stands_below_the_evaluation(shown):
    figures, evasion = shown.split("\nEvasion: ")
    assert "95 % interval" in figures
    assert "subdomain_padding" in evasion
    assert "the worst of them" in evasion


def test_the_table_fits_into_eighty_columns(shown):
    lines = shown.split("\nEvasion: ")[1].splitlines()
    assert [line for line in lines if len(line.rstrip()) > 80] == []


def test_json_holds_the_report_that_python_gives(phantom, words, trained):
    core = PhantomMLCore(home=trained.home)
    data = core.read(trained.file)
    told = phantom(*words, "--json").json
    report = core.check_evasion(core.list_models()[0].id, data).to_dict()
    # What is said of the whole evaluation is not said again of its part.
    report["notes"] = [note for note in report["notes"] if note not in told["warnings"]]
    assert told["evasion"] == report


def test_without_the_option_nothing_is_told_of_evasion(phantom, trained):
    run = phantom("evaluate", "latest", trained.file, "--json", "--home", trained.home)
    assert "evasion" not in run.json
