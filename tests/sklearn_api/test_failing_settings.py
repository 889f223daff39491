"""Settings of an algorithm that cannot be fitted here are a failed row of a search, not its end."""

import numpy as np
import pytest

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting

RNG = np.random.default_rng(0)
X = RNG.normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)


@pytest.fixture(autouse=True)
def no_gpu():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("There is such a device here.")


def search(space):
    return HyperparameterOptimizer("grid_search", 2).optimize("NeuralNetwork", space, X, Y, cv=2)


def test_a_device_that_is_not_there_is_a_row_and_the_others_go_on():
    found = search({"device": ["cpu", "cuda"], "n_epochs": [1]})
    assert {t.params["device"]: t.status for t in found.trials} == {"cpu": "done", "cuda": "failed"}


def test_its_row_tells_why():
    (failed,) = (t for t in search({"device": ["cpu", "cuda"]}).trials if t.status == "failed")
    assert "'cuda' was asked for, but torch finds none" in failed.reason


def test_a_space_of_it_alone_is_refused_before_any_trial():
    with pytest.raises(BadSetting, match="'cuda' was asked for, but torch finds none"):
        search({"device": ["cuda"]})
