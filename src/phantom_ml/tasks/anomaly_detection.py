"""Anomaly detection: how odd a row is, learned from rows without answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import ClassVar

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.positive import ordered_classes
from phantom_ml.data.target.read import read_target
from phantom_ml.errors import TargetUnusable
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.tasks.base import OF_ALERTS, OF_ROWS, Scalar, Task, tasks

#: What a threshold can promise where nobody knows which rows are anomalies.
RULES = ("max_fpr", "alerts_per_day", "top_k")
#: Without answers nothing tells which settings are better: none are searched.
SEARCHED = frozenset({"tuning"})


class AnomalyDetection(Task):
    """A score for each row, in nats of surprise, and whether it is an alert."""

    task_type = AutoMLTaskType.ANOMALY_DETECTION
    learns_from_answers = False
    reads: ClassVar[frozenset[str]] = (OF_ROWS - SEARCHED) | OF_ALERTS | {
        "task_settings.normal_only",
        "task_settings.sample_rows",
    }  # fmt: skip
    instead: ClassVar[Mapping[str, str]] = {
        "tuning": "Without answers nothing tells which settings are better, and none are searched."
    }

    def read_target(self, values: pl.Series, positive_class: Scalar | None) -> Target:
        """Return which rows somebody calls odd, as code 1, and a sentence where that was guessed.

        Raises
        ------
        TargetUnusable
            There are not two classes.
        BadSetting
            ``positive_class`` is neither of them.
        """
        found = read_target(values, values.name, AutoMLTaskType.CLASSIFICATION, positive_class)
        if found.kind is not ProblemKind.BINARY:
            raise TargetUnusable(
                f"{values.name!r} has {len(found.classes)} classes, not normal and odd.",
                "Make two classes of it, empty where nobody knows, or leave target_column out.",
            )
        return replace(found, warnings=_guessed(found, positive_class))

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


def _guessed(target: Target, positive_class: Scalar | None) -> tuple[str, ...]:
    """Return which class was taken for the odd one, and why, where nobody said; none for 0 and 1."""
    counts = target.class_counts.tolist()
    said = ordered_classes(target.classes, counts, target.name, positive_class)[1]
    normal = target.classes[0]
    return tuple(
        f"{sentence} Its rows are the anomalies; where those of {normal!r} are, set positive_class to it."
        for sentence in said
    )


tasks.add("anomaly_detection")(AnomalyDetection())
