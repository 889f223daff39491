"""Estimators that say what was predicted elsewhere, so that a scorer of scikit-learn can score it."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import BaseEstimator, ClassifierMixin, RegressorMixin


class SaidClasses(ClassifierMixin, BaseEstimator):  # type: ignore[misc]
    """Says the probabilities of classes, shape (n_rows, n_classes), whatever rows it is asked about."""

    def __init__(self, shares: NDArray[np.float64], classes: NDArray[Any]) -> None:
        self.shares = shares
        self.classes = classes
        self.classes_ = classes

    def fit(self, X: Any, y: Any = None) -> Self:
        """Return itself: there is nothing to learn."""
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return the probabilities."""
        return self.shares

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable classes."""
        found: NDArray[Any] = self.classes_[self.shares.argmax(axis=1)]
        return found


class SaidValues(RegressorMixin, BaseEstimator):  # type: ignore[misc]
    """Says values, shape (n_rows,), whatever rows it is asked about."""

    def __init__(self, values: NDArray[np.float64]) -> None:
        self.values = values

    def fit(self, X: Any, y: Any = None) -> Self:
        """Return itself: there is nothing to learn."""
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the values."""
        return self.values
