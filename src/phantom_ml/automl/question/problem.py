"""The problem that the engine works on: rows with known answers, the inputs, and what ties rows together."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind, ThresholdPolicy
from phantom_ml.data.schema import TableSchema
from phantom_ml.data.splits import RowTies
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.positive import ClassName
from phantom_ml.data.times.parse import mostly_untimed
from phantom_ml.data.times.stray import days_of
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.metrics.base import Metric
from phantom_ml.model.suppression import Suppression
from phantom_ml.tasks.base import Task


@dataclass(frozen=True)
class Problem:
    """What is asked of which rows.

    Attributes
    ----------
    frame : DataFrame
        The rows with a known answer, all their input columns; given validation rows come last.
    target : Target
        Its values are aligned with the rows of ``frame``.
    inputs : TableSchema
        The columns that a model may see.
    weight : float64 array of shape (n_rows,) or None
    ties : RowTies
    n_validation : int
        Rows at the end that were given for validation, 0 where folds decide.
    """

    frame: pl.DataFrame
    target: Target
    inputs: TableSchema
    weight: NDArray[np.float64] | None
    ties: RowTies
    task: Task
    metric: Metric
    custom_metric: bool = False
    n_validation: int = 0
    warnings: tuple[str, ...] = ()
    #: The line of alert that was asked for, or the task's own.
    policy: ThresholdPolicy | None = None
    #: Known anomalies, which are the rows at the end; 0 where those were made.
    n_known: int = 0
    suppression: Suppression | None = None
    #: What the target calls an anomaly; None unless it says so of rows without answers.
    odd_class: ClassName | None = None
    #: Rows that count as past alone; None where there are none, or nothing looks at the past.
    unlabelled: Unlabelled | None = None

    @property
    def is_labelled(self) -> bool:
        """Return whether somebody said what the rows are that measure."""
        return self.task.learns_from_answers or self.n_known > 0

    @property
    def n_learned(self) -> int:
        """Return how many rows a finished model is fitted on: all but those that only measure."""
        return self.n_rows if self.n_known else self.n_rows - self.n_validation

    @property
    def kind(self) -> ProblemKind:
        """Return what is to be produced."""
        return self.target.kind

    @property
    def n_rows(self) -> int:
        """Return the number of rows."""
        return self.frame.height

    @property
    def n_classes(self) -> int:
        """Return the number of classes, 0 for regression."""
        return len(self.target.classes)

    def days(self, rows: NDArray[np.int64]) -> float | None:
        """Return the days that some rows span; None where no time tells them, or that of too few rows."""
        if self.ties.time is None or mostly_untimed(self.ties.time):
            return None
        return days_of(self.ties.time[rows])

    @property
    def table_mb(self) -> float:
        """Return the MiB of all rows."""
        frames = [self.frame, *([] if self.unlabelled is None else [self.unlabelled.frame])]
        return sum(frame.estimated_size("mb") for frame in frames)

    def rows(self, chosen: NDArray[np.int64]) -> Problem:
        """Return the same question about some rows, by their positions, ascending, and no other rows."""
        return replace(
            self,
            frame=self.frame[chosen],
            target=self.target.rows(chosen),
            weight=None if self.weight is None else self.weight[chosen],
            ties=self.ties.rows(chosen),
            n_validation=int((chosen >= self.n_rows - self.n_validation).sum()),
            unlabelled=None,
        )
