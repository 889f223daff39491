"""Anomaly detection: how odd a row is, learned from rows without answers."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import Scalar, Task, tasks

#: What a threshold can promise where nobody knows which rows are anomalies.
RULES = ("max_fpr", "alerts_per_day", "top_k")


class AnomalyDetection(Task):
    """A score for each row, in nats of surprise, and whether it is an alert."""

    task_type = AutoMLTaskType.ANOMALY_DETECTION
    learns_from_answers = False

    def other_metrics(self, kind: ProblemKind) -> tuple[str, ...]:
        """Return none: without answers a leaderboard shows stability and agreement instead."""
        return ()

    def evaluated_by(self, kind: ProblemKind) -> tuple[str, ...]:
        """Return what ranks alerts, for rows of which somebody knows what they are."""
        return ("average_precision", "roc_auc", "recall_at_fpr_0.01", "recall_at_fpr_0.001")

    def accepts(self, policy: ThresholdPolicy, kind: ProblemKind) -> bool:
        """Return whether a policy can be cut without answers."""
        return policy.rule in RULES

    def present(
        self,
        prediction: NDArray[np.float64],
        kind: ProblemKind,
        classes: Sequence[Scalar],
        threshold: Threshold | None,
    ) -> pl.DataFrame:
        """Return ``score``, higher is more anomalous, and ``alert``."""
        score = prediction[:, 0]
        alert = score >= (np.inf if threshold is None else threshold.value)
        return pl.DataFrame({"score": score, "alert": alert})


tasks.add("anomaly_detection")(AnomalyDetection())
