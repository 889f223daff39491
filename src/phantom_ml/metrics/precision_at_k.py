"""Precision at k: the share of threats among the k rows that an analyst would open first."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

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
from phantom_ml.metrics.ranking import curve


def precision_at_k_score(
    truth: Truth, prediction: Prediction, weight: Weight = None, *, k: float
) -> float:
    """Return the precision of the k highest rows (of all, where there are fewer).

    Rows tied at the last place count by the share that is expected of a fair draw among them. A row
    of weight 2 counts as two rows. NaN where the truth has one class only.
    """
    found = curve(truth, prediction[:, 0], weight)
    if not found.has_both:
        return math.nan
    alerted = np.append(0.0, found.true_positives + found.false_positives)
    size = min(float(k), float(alerted[-1]))
    return float(np.interp(size, alerted, np.append(0.0, found.true_positives))) / size


def precision_at_k(k: float) -> Metric:
    """Return the metric for the k highest rows, k at least 1.

    Examples
    --------
    >>> precision_at_k(100).name
    'precision_at_100'
    """
    return Metric(
        f"precision_at_{level_text(k)}",
        partial(precision_at_k_score, k=k),
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="probability",
        kinds=RANKED,
    )


families.add("precision_at")(
    MetricFamily(
        precision_at_k,
        low=1,
        high=1e12,
        example=100,
        integer=True,
        aliases=("precision_at_k", "p_at", "p_at_k", "precision_k"),
    )
)
metrics.add("precision_at_100")(precision_at_k(100))
