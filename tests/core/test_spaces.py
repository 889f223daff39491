"""A space of settings that a person gave is obeyed by every trial of a training."""

import pytest

from phantom_ml.errors import NoTrialSucceeded
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
    with pytest.raises(NoTrialSucceeded, match="'cuda' was asked for, but torch finds none"):
        core.auto_create_model(numbers(n=100), FAST | asked)
