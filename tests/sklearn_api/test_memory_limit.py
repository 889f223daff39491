"""The memory of a trial of an algorithm is what it takes itself, whatever was searched before."""

import numpy as np
import pytest

from phantom_ml import HyperparameterOptimizer

RNG = np.random.default_rng(0)
X = RNG.normal(size=(500, 5))
Y = (X[:, 0] > 0).astype(int)


def status(name, space):
    optimizer = HyperparameterOptimizer("random_search", 1, memory_limit_mb=16)
    return optimizer.optimize(name, space, X, Y, cv=2).trials[0].status


def test_the_least_memory_is_enough_for_an_algorithm_and_a_few_rows():
    assert status("LightGBM", {"num_leaves": [7], "max_rounds": [20]}) == "done"


def test_it_is_enough_after_a_network_was_searched():
    pytest.importorskip("torch")
    status("NeuralNetwork", {"n_epochs": [1]})
    assert status("LightGBM", {"num_leaves": [7], "max_rounds": [20]}) == "done"
