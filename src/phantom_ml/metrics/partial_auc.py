"""Partial area under the ROC curve up to a false positive rate, standardised (McClish 1989)."""

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


def partial_auc_score(
    truth: Truth, prediction: Prediction, weight: Weight = None, *, level: float
) -> float:
    """Return the area on [0, level], turned so that chance is 0.5 and perfection 1."""
    found = curve(truth, prediction[:, 0], weight)
    if not found.has_both:
        return math.nan
    fpr = np.append(0.0, found.false_positives / found.negatives)
    tpr = np.append(0.0, found.true_positives / found.positives)
    inside = int(np.searchsorted(fpr, level, side="right"))
    end = np.interp(level, fpr, tpr)
    x, y = np.append(fpr[:inside], level), np.append(tpr[:inside], end)
    area = float(np.diff(x) @ (y[1:] + y[:-1])) / 2.0
    chance = level**2 / 2.0
    return (1.0 + (area - chance) / (level - chance)) / 2.0


def partial_auc(level: float) -> Metric:
    """Return the metric for rates up to ``level``, above 0 and at most 1.

    Examples
    --------
    >>> partial_auc(0.01).name
    'partial_auc_0.01'
    """
    return Metric(
        f"partial_auc_{level_text(level)}",
        partial(partial_auc_score, level=level),
        greater_is_better=True,
        # Standardised, the worst ranking falls below one half by level / (2 (2 - level)).
        bounds=((1.0 - level / (2.0 - level)) / 2.0, 1.0),
        needs="probability",
        kinds=RANKED,
    )


families.add("partial_auc")(
    MetricFamily(
        partial_auc,
        low=1e-12,
        high=1.0,
        example=0.01,
        aliases=("pauc", "partial_roc_auc", "partial_auc_at_fpr", "auc_at_fpr", "pauc_at_fpr"),
    )
)
metrics.add("partial_auc_0.01")(partial_auc(0.01))
