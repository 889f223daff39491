import re

import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import BadSetting, ModelNotFound


@pytest.fixture
def core(trained):
    return PhantomMLCore(home=trained.home)


@pytest.fixture
def at(phantom, trained):
    return lambda *words: phantom(*words, "--home", trained.home)


@pytest.mark.parametrize("command", ["leaderboard", "models", "experiments"])
def test_list_fits_into_eighty_columns(at, command):
    assert [line for line in at(command).out.splitlines() if len(line.rstrip()) > 80] == []


@pytest.mark.parametrize("command", ["leaderboard", "models", "experiments"])
def test_list_has_no_colours_where_nobody_looks(at, command):
    assert "\x1b" not in at(command).out


def test_leaderboard_is_that_of_the_latest_experiment(at, core):
    board = at("leaderboard", "--json").json
    assert board["experiment_id"] == core.list_experiments()[0].id


def test_leaderboard_shows_every_model_that_predicts(at, core):
    out = at("leaderboard").out
    board = core.get_model_leaderboard(core.list_experiments()[0].id)
    assert [row.model_id for row in board if row.model_id not in out] == []


def test_models_in_json_are_all_models(at, core):
    found = [model["id"] for model in at("models", "--limit", "1", "--json").json]
    assert found == [model.id for model in core.list_models()]


def test_list_of_models_stops_at_its_limit(at):
    out = at("models", "--limit", "1").out
    assert len(re.findall(r"-[0-9a-f]{12}", out)) == 1
    assert "the 1 newest" in out


def test_experiments_tell_how_they_stand(at):
    assert "done" in at("experiments").out


@pytest.mark.parametrize("command", ["models", "experiments"])
def test_new_home_has_nothing_yet(phantom, folder, command):
    run = phantom(command, "--home", folder / "home")
    assert (run.code, run.out.strip().splitlines()[0]) == (0, f"No {command} yet")


def test_new_home_has_nothing_in_json(phantom, folder):
    assert phantom("models", "--home", folder / "home", "--json").json == []


def test_features_are_shown_with_what_they_are_worth(at, few):
    run = at("features", few, "--target", "is_threat")
    assert run.code == 0
    assert "share" in run.out


def test_features_in_json(at, few):
    assert at("features", few, "--json").json["features"]


def test_a_model_is_shown_with_its_families_of_features(at):
    assert "Families of features" in at("models", "latest").out


def test_a_model_in_json_tells_its_families_of_features(at):
    told = at("models", "latest", "--json").json["families"]
    assert {"text", "temporal", "statistical", "security"} <= {family["name"] for family in told}


def test_whole_id_is_meant_by_itself(core):
    known = core.list_models()[0].id
    assert core.get_model(known).id == known


def test_latest_is_the_newest(core):
    assert core.get_model_leaderboard("Latest").experiment_id == core.list_experiments()[0].id


def test_beginning_of_one_id_is_enough(core):
    known = core.list_experiments()[0].id
    assert core.get_model_leaderboard(known[:8]).experiment_id == known


def test_beginning_of_several_ids_is_an_error(core):
    with pytest.raises(BadSetting, match="2 models begin with 'l'"):
        core.get_model("l")


def test_unknown_id_is_answered_by_the_nearest(core):
    known = core.list_models()[0].id
    with pytest.raises(ModelNotFound, match=f"Did you mean '{known}'"):
        core.get_model(known[:-1] + "?")
