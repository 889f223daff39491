"""Average precision: the area under the precision-recall curve by steps, never interpolated."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import RANKED, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.metrics.ranking import curve


def average_precision_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean precision over the positives, each at its own score; ties share theirs."""
    found = curve(truth, prediction[:, 0], weight)
    if not found.has_both:
        return math.nan
    alerted = found.true_positives + found.false_positives
    # Rows of no weight at the very top are alerted by nobody: 0 / 0 counts as nothing.
    precision = found.true_positives / np.maximum(alerted, np.finfo(np.float64).tiny)
    return float(np.diff(found.true_positives, prepend=0.0) @ precision) / found.positives


average_precision = metrics.add("average_precision")(
    Metric(
        "average_precision",
        average_precision_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="probability",
        kinds=RANKED,
        aliases=("ap", "pr_auc", "auc_pr", "auprc", "aucpr", "prauc", "average_precision_score"),
    )
)
