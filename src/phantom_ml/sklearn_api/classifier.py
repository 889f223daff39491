"""PhantomClassifier: the search for a model of classes, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import ClassifierMixin
from sklearn.utils.multiclass import check_classification_targets
from sklearn.utils.validation import assert_all_finite, check_consistent_length, column_or_1d

from phantom_ml.sklearn_api.base import PhantomEstimator
from phantom_ml.sklearn_api.rows import counted_rows


class PhantomClassifier(ClassifierMixin, PhantomEstimator):  # type: ignore[misc]
    """A classifier that searches algorithms, settings and an ensemble within a budget.

    Parameters
    ----------
    time_budget_seconds : float, optional
        Wall clock of ``fit``, everything included; 600 where neither it nor ``max_trials`` is
        given.
    max_trials : int, optional
        Stop after so many trials; fits are equal bit for bit then.
    metric : str or callable, optional
        What is optimised: average precision for two classes, log loss for more.
    algorithms_to_try : sequence of str, optional
        Each of these is tried; all that are installed where not given.
    seed : int
    n_threads : int, optional
    home : path, optional
        Keep the experiment and its models there; a temporary folder where not given.

    Attributes
    ----------
    classes_ : array of shape (n_classes,)
    n_features_in_ : int
    feature_names_in_ : array of str
        Where the columns of ``X`` have names.
    model_id_ : str
        The model in its home.
    leaderboard_ : Leaderboard
        All that was tried.
    feature_importance_ : dict of str to float
        By column, summing to 1.

    Notes
    -----
    ``predict`` names the most probable class. The line of alert, cut at a rate of false alarms,
    belongs to ``PhantomMLCore.predict``.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Search for the best model of labelled rows.

        Parameters
        ----------
        X : frame or array of shape (n_rows, n_columns)
            Frames (polars, pandas, Arrow) may hold text, times and addresses; arrays hold numbers.
        y : array of shape (n_rows,)
            Classes.
        sample_weight : array of shape (n_rows,), optional
        """
        frame, kinds = self._rows(X, reset=True)
        labels = column_or_1d(y, warn=True)
        assert_all_finite(labels)
        check_classification_targets(labels)
        check_consistent_length(frame, labels)
        frame, labels, weight = counted_rows(frame, labels, sample_weight)
        self.classes_, codes = np.unique(labels, return_inverse=True)
        if len(self.classes_) < 2:
            raise ValueError(f"y holds 1 class, {self.classes_[0]!r}: give rows of two at least.")
        asked: dict[str, Any] = {"features": {"kinds": kinds}}
        if len(self.classes_) == 2:
            asked["positive_class"] = "1"
        # Text, so that classes are never taken for numbers that measure something.
        answers = pl.Series("class", codes).cast(pl.String)
        self._train(frame, answers, weight, asked)
        return self

    def predict_proba(self, X: Any) -> NDArray[np.float64]:
        """Return calibrated probabilities, shape (n_rows, n_classes), in the order of ``classes_``.

        A class with a single row in training could not be learned, and has probability 0.
        """
        told = self._told(X)
        names = [f"probability_{code}" for code in range(len(self.classes_))]
        known = [i for i, name in enumerate(names) if name in told.columns]
        found = np.zeros((told.height, len(names)))
        found[:, known] = told.select(names[i] for i in known).to_numpy()
        return found

    def predict(self, X: Any) -> NDArray[Any]:
        """Return the most probable class of each row, shape (n_rows,)."""
        probability = self.predict_proba(X)
        found: NDArray[Any] = self.classes_[probability.argmax(axis=1)]
        return found
