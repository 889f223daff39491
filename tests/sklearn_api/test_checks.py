"""What an algorithm cannot be as an estimator is refused by fit, in words that name the setting."""

import numpy as np
import pytest

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting
from phantom_ml.sklearn_api import AlgorithmClassifier, AlgorithmRegressor

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)


@pytest.mark.parametrize("seed", [-1, 1.5, "a", None, True, 2**31])
@pytest.mark.parametrize("kind", [AlgorithmClassifier, AlgorithmRegressor])
def test_a_seed_that_cannot_be_is_told(kind, seed):
    with pytest.raises(BadSetting, match="seed is ") as caught:
        kind("LightGBM", seed=seed).fit(X, Y)
    assert repr(seed) in caught.value.message


@pytest.mark.parametrize("n_threads", [0, -1, "2", 1.5, None, 1025, 10**6])
def test_a_number_of_threads_that_cannot_be_is_told(n_threads):
    with pytest.raises(BadSetting, match=f"n_threads is {n_threads!r}"):
        AlgorithmClassifier("LightGBM", n_threads=n_threads).fit(X, Y)


@pytest.mark.parametrize(("name", "text"), [("num_leaves", "31"), ("learning_rate", "0.1")])
def test_a_number_as_text_is_refused(name, text):
    with pytest.raises(BadSetting, match=f"LightGBM.{name} is '{text}': it must be a number, not"):
        AlgorithmClassifier("LightGBM", **{name: text}).fit(X, Y)


def test_a_setting_that_is_a_word_may_be_text():
    model = AlgorithmClassifier("SVM", kernel="linear").fit(X, Y)
    assert model.get_params()["kernel"] == "linear"


def test_a_search_refuses_them_before_its_first_trial():
    model = AlgorithmClassifier("LightGBM", seed=-1)
    with pytest.raises(BadSetting, match="seed is -1"):
        HyperparameterOptimizer("random_search", 1).optimize(model, None, X, Y)


def test_numbers_of_numpy_are_taken():
    model = AlgorithmClassifier("LogisticRegression", seed=np.int64(3), n_threads=np.int32(1))
    assert model.fit(X, Y).seed == 3


def test_a_search_takes_numbers_of_numpy():
    model = AlgorithmClassifier("LogisticRegression", seed=np.int64(3), n_threads=np.int32(1))
    found = HyperparameterOptimizer("random_search", 1).optimize(model, None, X, Y, cv=2)
    assert found.best_estimator.seed == 3


@pytest.mark.parametrize("kind", [AlgorithmClassifier, AlgorithmRegressor])
def test_a_search_of_an_algorithm_without_settings_says_that_it_has_none(kind):
    with pytest.raises(BadSetting, match=f"Baseline has no settings.*{kind.__name__}..Baseline"):
        HyperparameterOptimizer("random_search", 1).optimize(kind("Baseline"), None, X, Y)
