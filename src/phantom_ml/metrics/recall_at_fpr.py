"""Recall at a false positive rate: what is caught while few benign rows alert."""

from __future__ import annotations

import math
from functools import partial

from phantom_ml.metrics.average_precision import average_precision
from phantom_ml.metrics.base import (
    RANKED,
    Metric,
    MetricFamily,
    Prediction,
    Truth,
    Weight,
    families,
    level_text,
    metrics,
)
from phantom_ml.metrics.ranking import SLACK, curve


def recall_at_fpr_score(
    truth: Truth, prediction: Prediction, weight: Weight = None, *, level: float
) -> float:
    """Return the largest recall of a threshold whose false positive rate is at most ``level``.

    No point between two thresholds is invented: where tied scores would pass the level, the last
    threshold before them counts, and 0 where there is none.
    """
    found = curve(truth, prediction[:, 0], weight)
    if not found.has_both:
        return math.nan
    admitted = int((found.false_positives <= level * found.negatives * SLACK).sum())
    return 0.0 if admitted == 0 else float(found.true_positives[admitted - 1]) / found.positives


def recall_at_fpr(level: float) -> Metric:
    """Return the metric for one rate, between 0 and 1.

    Examples
    --------
    >>> recall_at_fpr(0.001).name
    'recall_at_fpr_0.001'
    """
    return Metric(
        f"recall_at_fpr_{level_text(level)}",
        partial(recall_at_fpr_score, level=level),
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="probability",
        kinds=RANKED,
        tie_break=average_precision,
    )


families.add("recall_at_fpr")(
    MetricFamily(
        recall_at_fpr,
        low=0.0,
        high=1.0,
        example=0.001,
        aliases=("recall_at", "tpr_at_fpr", "tpr_at", "recall_fpr", "detection_rate_at_fpr"),
    )
)
for _level in (0.01, 0.001, 0.0001):
    metrics.add(recall_at_fpr(_level).name)(recall_at_fpr(_level))
