"""PhantomAnomalyDetector: the consensus of detectors, as a scikit-learn estimator."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Self

import numpy as np
import polars as pl
import polars.selectors as cs
from numpy.typing import NDArray
from sklearn.base import OutlierMixin

from phantom_ml.config import AutoMLTaskType, ThresholdPolicy
from phantom_ml.data.target.column import require_columns
from phantom_ml.features.given_rows import RowsUnfit
from phantom_ml.sklearn_api.base import PhantomEstimator
from phantom_ml.sklearn_api.rows import as_polars, is_frame
from phantom_ml.wording import counted

NORMAL, ANOMALY = 1, -1
#: Parameters that bear the name of a setting, and are handed on where they are given.
SETTINGS = ("threshold", "target_column", "positive_class", "time_column", "group_columns")


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
    threshold : ThresholdPolicy or mapping, optional
        The line of alert: ``{"max_fpr": 0.01}``, ``{"alerts_per_day": 5}`` (needs ``time_column``) or
        ``{"top_k": 10}``, each of them measured on the quarter of the rows that ``fit`` holds out; by the
        tail, one row in 1,000, where not given. See the notes.
    normal_only : bool
        Learn from those rows alone that ``target_column`` says are normal.
    target_column : str, optional
        A column of ``X`` in ``fit`` that says of some rows whether they are anomalies, empty where nobody
        knows. It is no feature, and not looked at in ``predict``.
    positive_class : str, int, float or bool, optional
        What an anomaly is called there; guessed where not given.
    time_column : str, optional
        A column of ``X`` that says when a row was.
    group_columns : sequence of str
        Columns of ``X`` that say whom a row belongs to: it is also measured by its own entity.

    Attributes
    ----------
    n_features_in_ : int
        Without the ``target_column``.
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

    Notes
    -----
    The line of alert is a score, the same for any table. ``top_k`` draws it under the k highest of the
    rows that ``fit`` holds out, as detectors scored them that had not seen them: of all rows of ``fit``,
    and of other tables, more or fewer than k are alerts. The k oddest rows of the table at hand, whatever
    the line, are ``score_samples(X).argsort()[:k]``; about the same share of any table is ``max_fpr``.

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> rows = rng.normal(size=(400, 3))
    >>> detector = PhantomAnomalyDetector(max_trials=2, algorithms_to_try=["ECOD", "HBOS"]).fit(rows)
    >>> int(detector.score_samples([[0.0, 0.0, 0.0], [9.0, -9.0, 9.0]]).argmin())
    1
    """

    def __init__(  # noqa: PLR0913, PLR0917 - scikit-learn keeps settings as arguments of the constructor
        self,
        time_budget_seconds: float | None = None,
        max_trials: int | None = None,
        metric: str | None = None,
        algorithms_to_try: Sequence[str] | None = None,
        seed: int = 0,
        n_threads: int | None = None,
        home: str | Path | None = None,
        threshold: ThresholdPolicy | Mapping[str, Any] | None = None,
        normal_only: bool = False,
        target_column: str | None = None,
        positive_class: bool | int | float | str | None = None,
        time_column: str | None = None,
        group_columns: Sequence[str] = (),
    ) -> None:
        super().__init__(
            time_budget_seconds, max_trials, metric, algorithms_to_try, seed, n_threads, home
        )
        self.threshold = threshold
        self.normal_only = normal_only
        self.target_column = target_column
        self.positive_class = positive_class
        self.time_column = time_column
        self.group_columns = group_columns

    def fit(self, X: Any, y: Any = None) -> Self:
        """Learn what is usual.

        Parameters
        ----------
        X : frame or array of shape (n_rows, n_columns)
            Rows that are mostly normal. The columns of an array are called ``x0``, ``x1``, ...
        y : ignored
            Answers are a column of ``X``, the ``target_column``.

        Raises
        ------
        BadSetting, ColumnMissing, TargetUnusable
            The settings cannot be, or do not fit the rows.
        RowsUnfit
            No cell of ``X`` holds a value; it is a ValueError too.
        """
        frame, kinds = self._rows(X, reset=True)
        _require_values(frame, type(self).__name__)
        asked: dict[str, Any] = {n: getattr(self, n) for n in SETTINGS}
        asked |= {
            "task_type": AutoMLTaskType.ANOMALY_DETECTION,
            "features": {"kinds": kinds},
            "task_settings": {"normal_only": self.normal_only},
        }
        table = frame
        if self.target_column is not None and is_frame(X):
            given = as_polars(X)
            require_columns(given.columns, [self.target_column])
            table = frame.with_columns(given[self.target_column])
        found = self._train(table, None, None, asked).thresholds
        self.offset_ = float("-inf") if found is None else -found.current.value
        return self

    def _rows(self, X: Any, *, reset: bool) -> tuple[pl.DataFrame, dict[str, str]]:
        """Return rows without the column of answers, which a row to score need not have."""
        if self.target_column is None or not is_frame(X):
            return super()._rows(X, reset=reset)
        return super()._rows(as_polars(X).drop(self.target_column, strict=False), reset=reset)

    def score_samples(self, X: Any) -> NDArray[np.float64]:
        """Return how usual each row is, shape (n_rows,): minus the nats of surprise."""
        return -self._told(X)["score"].to_numpy().astype(np.float64)

    def decision_function(self, X: Any) -> NDArray[np.float64]:
        """Return the same above the line of alert: below 0 is an anomaly."""
        return self.score_samples(X) - self.offset_

    def predict(self, X: Any) -> NDArray[np.int64]:
        """Return -1 for anomalies and 1 for the others, shape (n_rows,)."""
        return np.where(self._told(X)["alert"].to_numpy(), ANOMALY, NORMAL)


def _require_values(frame: pl.DataFrame, estimator: str) -> None:
    """Raise RowsUnfit where all cells are missing: nothing is usual then."""
    numbers = frame.select(cs.float().fill_nan(None), ~cs.float())
    if frame.height and all(column.null_count() == frame.height for column in numbers):
        raise RowsUnfit(
            f"All {counted(frame.height * frame.width, 'cell')} of X are missing (NaN or null): they tell "
            f"{estimator} nothing of what is usual.",
            "Give rows that hold values.",
        )
