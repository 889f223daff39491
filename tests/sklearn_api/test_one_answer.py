"""An estimator whose fit came to one answer for all rows says so."""

import warnings

import numpy as np
import pytest
from sklearn.exceptions import ConvergenceWarning

from phantom_ml import AlgorithmClassifier

pytest.importorskip("torch", reason="the extra 'deep' is not installed")
RANDOM = np.random.default_rng(3)
X = RANDOM.normal(size=(400, 4))
SETTINGS = {"n_epochs": 60, "width": 64}


def test_a_fit_that_came_to_nothing_warns():
    guessed = RANDOM.integers(0, 2, 400)
    with pytest.warns(
        ConvergenceWarning, match="NeuralNetwork found nothing better than one answer"
    ):
        AlgorithmClassifier("NeuralNetwork", **SETTINGS).fit(X, guessed)


def test_a_fit_that_came_to_something_says_nothing():
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        AlgorithmClassifier("NeuralNetwork", **SETTINGS).fit(X, (X[:, 0] > 0).astype(int))
