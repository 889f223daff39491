"""Threat detection: two classes, few false alarms, and a test part that tells whether the promise held."""

from __future__ import annotations

from typing import ClassVar

import polars as pl

from phantom_ml.config import AutoMLTaskType, ProblemKind, ThresholdPolicy
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.read import read_target
from phantom_ml.errors import TargetUnusable
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.tasks.base import Scalar, tasks
from phantom_ml.tasks.classification import Classification

#: One false alarm in a thousand benign rows, and how sure it must be that there are no more.
MAX_FPR, CONFIDENCE = 0.001, 0.95


class SecurityThreatDetection(Classification):
    """Recall at the false-positive rate that an analyst can bear, measured on rows that no search saw."""

    task_type = AutoMLTaskType.SECURITY_THREAT_DETECTION
    #: Attacks that training does not show may still be odd.
    also_tries: ClassVar[tuple[str, ...]] = ("SurpriseLightGBM",)
    test_share: ClassVar[float] = 0.25

    def read_target(self, values: pl.Series, positive_class: Scalar | None) -> Target:
        """Return the target; raises TargetUnusable unless it has two classes."""
        found = read_target(values, values.name, AutoMLTaskType.CLASSIFICATION, positive_class)
        if found.kind is not ProblemKind.BINARY:
            raise TargetUnusable(
                f"{values.name!r} holds {len(found.classes)} classes; threats are told from the rest.",
                "Make two classes of it, and name the kinds of attack under task_settings.type_column.",
            )
        return found

    def default_metric(self, kind: ProblemKind, policy: ThresholdPolicy | None = None) -> Metric:
        """Return recall at the policy's false-positive rate, or at one in a thousand."""
        level = MAX_FPR if policy is None or policy.max_fpr is None else policy.max_fpr
        return get_metric(f"recall_at_fpr_{level:.10f}", kind)

    def default_threshold(self) -> ThresholdPolicy | None:
        """Return at most one false alarm in a thousand benign rows, surely."""
        return ThresholdPolicy(max_fpr=MAX_FPR, confidence=CONFIDENCE)


tasks.add("security_threat_detection")(SecurityThreatDetection())
