"""PhantomAnomalyDetector: the consensus of detectors, as a scikit-learn estimator."""

from __future__ import annotations

from typing import Any, Self

import numpy as np
from numpy.typing import NDArray
from sklearn.base import OutlierMixin

from phantom_ml.config import AutoMLTaskType
from phantom_ml.sklearn_api.base import PhantomEstimator

NORMAL, ANOMALY = 1, -1


class PhantomAnomalyDetector(OutlierMixin, PhantomEstimator):  # type: ignore[misc]
    """A detector of odd rows, learned without answers and without a share of anomalies to guess.

    Parameters
    ----------
    time_budget_seconds : float, optional
        Wall clock of ``fit``, everything included; 600 where neither it nor ``max_trials`` is given.
    max_trials : int, optional
        Stop after so many trials; fits are equal bit for bit then.
    metric : str, optional
        What ranks the detectors; the average precision on made anomalies where not given.
    algorithms_to_try : sequence of str, optional
        Each of these is tried; those of the consensus where not given.
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
        All detectors that were tried.
    feature_importance_ : dict of str to float
        By column, summing to 1.
    offset_ : float
        Minus the score from which a row is an alert.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(400, 3))
    >>> detector = PhantomAnomalyDetector(max_trials=2, algorithms_to_try=["ECOD", "HBOS"]).fit(rows)
    >>> int(detector.score_samples([[0.0, 0.0, 0.0], [9.0, -9.0, 9.0]]).argmin())
    1
    """

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what is usual.

        Parameters
        ----------
        X : frame or array of shape (n_rows, n_columns)
            Rows that are mostly normal.
        y : ignored
        """
        frame, kinds = self._rows(X, reset=True)
        asked = {"task_type": AutoMLTaskType.ANOMALY_DETECTION, "features": {"kinds": kinds}}
        found = self._train(frame, None, None, asked).thresholds
        self.offset_ = float("-inf") if found is None else -found.current.value
        return self

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        """Return how usual each row is, shape (n_rows,): minus the nats of surprise."""
        return -self._told(X)["score"].to_numpy().astype(np.float64)

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the same above the line of alert: below 0 is an anomaly."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return -1 for anomalies and 1 for the others, shape (n_rows,)."""
        return np.where(self._told(X)["alert"].to_numpy(), ANOMALY, NORMAL)
