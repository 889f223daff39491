"""Answers that cannot be learned from are told by their value and row, before any trial."""

import numpy as np
import pandas as pd
import pytest
from sklearn.cluster import KMeans
from sklearn.datasets import make_regression
from sklearn.linear_model import LogisticRegression, Ridge

from phantom_ml import AlgorithmClassifier, AlgorithmRegressor, HyperparameterOptimizer
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.answers import AnswersUnfit

X, Y = make_regression(120, 3, random_state=0)
OF = {"Ridge": (Ridge(), {"alpha": (0.1, 1.0)}), "LightGBM": ("LightGBM", {"num_leaves": (2, 9)})}
INFINITE, WORDS = r"y holds -inf in row 7 \(counted from 0\)", r"'high' in row 7 \(counted from 0\)"


def search(y, name="Ridge"):
    estimator, space = OF[name]
    return HyperparameterOptimizer("random_search", 1).optimize(estimator, space, X, y, cv=2)


def holding(*values):
    """Return the answers as objects, with values from row 7 on."""
    answers = Y.astype(object)
    answers[7 : 7 + len(values)] = values
    return answers


@pytest.mark.parametrize("name", OF)
@pytest.mark.parametrize("kind", [float, object, np.float32])
def test_an_infinite_answer_is_told_with_its_row(name, kind):
    with pytest.raises(AnswersUnfit, match=INFINITE) as caught:
        search(holding(-np.inf).astype(kind), name)
    assert "leave such rows out" in caught.value.hint


@pytest.mark.parametrize("name", OF)
def test_a_word_among_numbers_is_told_with_its_row(name):
    with pytest.raises(AnswersUnfit, match=WORDS):
        search(holding("high"), name)


@pytest.mark.parametrize("value", ["high", "inf", "nan", {}, pd.NA])
def test_what_is_no_number_is_told_to_a_regressor(value):
    with pytest.raises(AnswersUnfit, match=r"in row 7 .*: Ridge learns numbers"):
        search(holding(value))


def test_how_many_there_are_is_told():
    with pytest.raises(AnswersUnfit, match=r"in row 7 \(counted from 0\) and 2 others like it"):
        search(holding("high", "low", "high"))


def test_the_row_is_told_where_an_answer_is_several_numbers():
    with pytest.raises(AnswersUnfit, match="in row 7"):
        search(np.column_stack([Y, holding(np.inf).astype(float)]))


@pytest.mark.parametrize("kind", [str, object])
def test_numbers_that_are_text_are_learned(kind):
    assert search(Y.astype(str).astype(kind)).best_score > 0.9


def test_words_are_classes():
    space = {"C": (0.1, 1.0)}
    optimizer = HyperparameterOptimizer("random_search", 1)
    words = np.where(Y > 0, "high", "low").astype(object)
    assert optimizer.optimize(LogisticRegression(), space, X, words, cv=2).best_score > 0.8


def test_what_learns_without_answers_may_be_scored_by_words_and_numbers():
    space = {"n_clusters": [2]}
    optimizer = HyperparameterOptimizer("random_search", 1)
    found = optimizer.optimize(KMeans(), space, X, holding("high"), scoring=_one, cv=2)
    assert found.best_score == 1.0


def _one(estimator, X, y=None):
    return 1.0


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (holding(-np.inf), INFINITE),
        (holding(-np.inf).astype(float), INFINITE),
        (holding("high"), WORDS),
        (holding("inf"), "'inf' in row 7"),
        (holding(np.nan), "1 of 120 answers in y are missing"),
        (holding(None), "1 of 120 answers in y are missing"),
    ],
)
def test_a_regressor_tells_the_answer_that_it_cannot_learn(y, told):
    with pytest.raises(ValueError, match=told) as caught:
        AlgorithmRegressor("ElasticNet").fit(X, y)
    assert isinstance(caught.value, BadSetting)


@pytest.mark.parametrize(
    ("y", "told"),
    [
        (np.where(Y > 0, 1.0, np.inf), "y holds inf in row"),
        (holding("high"), f"words, {WORDS}, and numbers"),
        (holding(np.nan), "1 of 120 answers in y are missing"),
    ],
)
def test_a_classifier_tells_the_answer_that_it_cannot_learn(y, told):
    with pytest.raises(ValueError, match=told) as caught:
        AlgorithmClassifier("LogisticRegression").fit(X, y)
    assert isinstance(caught.value, BadSetting)
