import pytest

from phantom_ml.core import PhantomMLCore


@pytest.fixture
def evaluated(phantom, trained):
    """Evaluate the model of the home with attacks written otherwise."""
    words = ("evaluate", "latest", trained.file, "--evasion", "--home", trained.home)
    return lambda *more: phantom(*words, *more)


def test_the_table_stands_below_the_evaluation(evaluated):
    figures, evasion = evaluated().out.split("\nEvasion: ")
    assert "95 % interval" in figures
    assert "subdomain_padding" in evasion
    assert "the worst of them" in evasion


def test_the_table_fits_into_eighty_columns(evaluated):
    shown = evaluated().out.split("\nEvasion: ")[1]
    assert [line for line in shown.splitlines() if len(line.rstrip()) > 80] == []


def test_json_holds_the_report_that_python_gives(evaluated, trained):
    core = PhantomMLCore(home=trained.home)
    data = core.read(trained.file)
    told = evaluated("--json").json["evasion"]
    assert told == core.check_evasion(core.list_models()[0].id, data).to_dict()


def test_without_the_option_nothing_is_told_of_evasion(phantom, trained):
    run = phantom("evaluate", "latest", trained.file, "--json", "--home", trained.home)
    assert "evasion" not in run.json
