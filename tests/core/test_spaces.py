"""A space of settings that a person gave is obeyed by every trial of a training."""

import pytest

from phantom_ml.errors import BadSetting, UnknownName
from tests.core.conftest import FAST
from tests.core.tables import numbers

SPACE = {"LightGBM": {"num_leaves": [3, 5], "learning_rate": [0.1]}}


@pytest.mark.parametrize("method", ["grid_search", "random_search"])
def test_every_trial_lies_inside_the_space(core, method):
    tuning = {"method": method, "spaces": SPACE}
    found = core.auto_create_model(numbers(n=100), FAST | {"max_trials": 3, "tuning": tuning})
    tried = [row.settings for row in found.leaderboard if row.algorithm == "LightGBM"]
    assert sorted(settings["num_leaves"] for settings in tried) == [3, 5]
    assert {settings["learning_rate"] for settings in tried} == {0.1}


def test_a_device_that_is_not_there_is_told(core):
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("There is such a device here.")
    spaces = {"NeuralNetwork": {"device": ["cuda"]}}
    asked = {"algorithms_to_try": ["NeuralNetwork"], "tuning": {"spaces": spaces}}
    with pytest.raises(BadSetting, match="'cuda' was asked for, but torch finds none"):
        core.auto_create_model(numbers(n=100), FAST | asked)


@pytest.mark.parametrize(
    ("spaces", "error"),
    [
        ({"LightGBM": {"num_leafs": [3]}}, UnknownName),
        ({"LightGBM": {"num_leaves": [-3]}}, BadSetting),
        ({"LightGBM": {}}, BadSetting),
    ],
)
def test_a_bad_space_is_told_before_the_data_is_looked_for(core, spaces, error):
    asked = FAST | {"data_path": "nowhere.csv", "tuning": {"spaces": spaces}}
    with pytest.raises(error):
        core.auto_train_model(asked)


def test_a_bad_space_of_an_algorithm_that_nobody_named_is_told_before_the_data_is_looked_for(core):
    tuning = {"spaces": {"LightGMB": {"num_leaves": [3]}}}
    with pytest.raises(UnknownName, match="Did you mean 'LightGBM'"):
        core.auto_create_model("nowhere.csv", {"target_column": "y", "tuning": tuning})
