"""What a task promises: its default metric, its validation, and what its predictions look like."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.read import read_target
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.lookup import default_metric
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.registry import Registry

Scalar = bool | int | float | str


class Task(ABC):
    """One of the five questions. The engine asks it instead of comparing names."""

    task_type: ClassVar[AutoMLTaskType]
    #: Whether a column holds the answers that are learned from.
    learns_from_answers: ClassVar[bool] = True
    #: Whether rows are points of series, and what comes after them is asked for.
    of_series: ClassVar[bool] = False
    #: Which of the settings that not every task reads it does read, by their paths in a configuration.
    reads: ClassVar[frozenset[str]] = frozenset()
    #: What to do instead of setting some that it does not read, in a sentence, by their paths.
    instead: ClassVar[Mapping[str, str]] = {}
    #: Algorithms that are tried early, beside those of the portfolio.
    also_tries: ClassVar[tuple[str, ...]] = ()
    #: Share of the rows that no search sees: the finished model is measured on them.
    test_share: ClassVar[float] = 0.0

    def read_target(self, values: pl.Series, positive_class: Scalar | None) -> Target:
        """Return the target of a raw column; raises TargetUnusable."""
        return read_target(values, values.name, self.task_type, positive_class)

    def default_metric(self, kind: ProblemKind, policy: ThresholdPolicy | None = None) -> Metric:
        """Return what is optimised where the user named nothing, given the line of alert."""
        return default_metric(kind)

    def default_threshold(self) -> ThresholdPolicy | None:
        """Return the line of alert where the user named none."""
        return None

    def other_metrics(self, kind: ProblemKind) -> tuple[str, ...]:
        """Return the names of the metrics that the leaderboard shows beside."""
        return _BESIDE[kind]

    def evaluated_by(self, kind: ProblemKind) -> tuple[str, ...]:
        """Return the names of the metrics by which a model is measured on rows with answers."""
        return self.other_metrics(kind)

    def accepts(self, policy: ThresholdPolicy, kind: ProblemKind) -> bool:
        """Return whether a threshold policy makes sense."""
        return kind is ProblemKind.BINARY

    @abstractmethod
    def present(
        self,
        prediction: NDArray[np.float64],
        kind: ProblemKind,
        classes: Sequence[Scalar],
        threshold: Threshold | None,
    ) -> pl.DataFrame:
        """Return what ``predict`` gives to a user, row for row."""


#: Settings of tables: of their columns and features, and of the search for a model of rows.
OF_ROWS = frozenset({"weight_column", "feature_engineering", "features", "tuning", "constraints"})
#: Settings of alerts, and of what is told of them.
OF_ALERTS = frozenset(
    {
        "positive_class",
        "threshold",
        "task_settings.prevalence",
        "task_settings.type_column",
        "task_settings.suppress_by",
        "task_settings.suppress_hours",
    }
)

_BESIDE: dict[ProblemKind, tuple[str, ...]] = {
    ProblemKind.BINARY: (
        "average_precision",
        "roc_auc",
        "recall_at_fpr_0.01",
        "recall_at_fpr_0.001",
        "log_loss",
    ),
    ProblemKind.MULTICLASS: ("log_loss", "accuracy", "f1_macro"),
    ProblemKind.REGRESSION: ("rmse", "mae", "r2"),
}

tasks: Registry[Task] = Registry("task", "phantom_ml.tasks")
