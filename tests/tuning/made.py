"""Searches on a small table, and an estimator whose score is its setting."""

import numpy as np
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import HyperparameterOptimizer

X, Y = make_classification(240, 6, n_informative=3, random_state=0)
TREE = DecisionTreeClassifier(random_state=0)
SPACE = {"max_depth": (1, 8), "min_samples_leaf": (1, 40, "log"), "criterion": ["gini", "entropy"]}


def search(
    method="random_search",
    n_trials=6,
    space=SPACE,
    estimator=TREE,
    timeout=None,
    limits=None,
    **options,
):
    optimizer = HyperparameterOptimizer(method, n_trials, timeout, **(limits or {}))
    return optimizer.optimize(estimator, space, X, Y, **options)


class Fussy(ClassifierMixin, BaseEstimator):
    """Is right in a share of the rows that its setting says; some settings it refuses."""

    def __init__(self, level=0.0):
        self.level = level

    def fit(self, X, y):
        if self.level > 0.8:
            raise ValueError("the level is too high")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return self.level
