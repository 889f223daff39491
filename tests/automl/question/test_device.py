"""A device is looked for before a search of networks that need it."""

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.device import check_devices, look
from phantom_ml.errors import BadSetting

NETWORK = algorithms.get("NeuralNetwork")


@pytest.fixture
def no_gpu():
    torch = pytest.importorskip("torch")
    if torch.cuda.is_available():
        pytest.skip("There is such a device here.")


def test_a_space_of_a_missing_device_alone_is_refused(no_gpu):
    with pytest.raises(BadSetting, match="'cuda' was asked for, but torch finds none"):
        check_devices(NETWORK, {"device": ["cuda"]})


@pytest.mark.parametrize("values", [["cuda", "cpu"], ["auto"], ["cpu"]])
def test_a_space_with_a_device_that_works_is_not_looked_into(values):
    assert check_devices(NETWORK, {"device": values}) is None


def test_other_settings_are_no_devices():
    assert check_devices(NETWORK, {"dropout": (), "n_epochs": [3]}) is None


def test_a_device_that_is_there_is_found():
    pytest.importorskip("torch")
    assert look({"device": "cpu"}) == {}
