"""PhantomRegressor: the search for a model of numbers, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray
from sklearn.base import RegressorMixin
from sklearn.utils.validation import assert_all_finite, check_consistent_length, column_or_1d

from phantom_ml.config import AutoMLTaskType
from phantom_ml.sklearn_api.base import PhantomEstimator
from phantom_ml.sklearn_api.rows import counted_rows


class PhantomRegressor(RegressorMixin, PhantomEstimator):  # type: ignore[misc]
    """A regressor that searches algorithms, settings and an ensemble within a budget.

    Parameters
    ----------
    time_budget_seconds : float, optional
        Wall clock of ``fit``, everything included; 600 where neither it nor ``max_trials`` is
        given.
    max_trials : int, optional
        Stop after so many trials; fits are equal bit for bit then.
    metric : str or callable, optional
        What is optimised; the root mean squared error where not given.
    algorithms_to_try : sequence of str, optional
        Each of these is tried; all that are installed where not given.
    seed : int
    n_threads : int, optional
    home : path, optional
        Keep the experiment and its models there; a temporary folder where not given.

    Attributes
    ----------
    n_features_in_ : int
    feature_names_in_ : array of str
        Where the columns of ``X`` have names.
    model_id_ : str
        The model in its home.
    leaderboard_ : Leaderboard
        All that was tried.
    feature_importance_ : dict of str to float
        By column, summing to 1.
    """

    def fit(self, X: Any, y: Any, sample_weight: Any = None) -> Self:
        """Search for the best model of rows with known numbers.

        Parameters
        ----------
        X : frame or array of shape (n_rows, n_columns)
            Frames (polars, pandas, Arrow) may hold text, times and addresses; arrays hold numbers.
        y : array of shape (n_rows,)
            Numbers.
        sample_weight : array of shape (n_rows,), optional
        """
        frame, kinds = self._rows(X, reset=True)
        numbers = column_or_1d(y, warn=True).astype(np.float64)
        assert_all_finite(numbers)
        check_consistent_length(frame, numbers)
        frame, numbers, weight = counted_rows(frame, numbers, sample_weight)
        asked = {"task_type": AutoMLTaskType.REGRESSION, "features": {"kinds": kinds}}
        self._train(frame, pl.Series("number", numbers), weight, asked)
        return self

    def predict(self, X: Any) -> NDArray[np.float64]:
        """Return the predicted number of each row, shape (n_rows,)."""
        return self._told(X)["prediction"].to_numpy().astype(np.float64)
