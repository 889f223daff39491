"""Area under the ROC curve: how often a positive row ranks above a negative one."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import CLASSES, RANKED, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.metrics.ranking import Floats, curve


def _area(truth: Truth, score: Floats, weight: Weight) -> float:
    found = curve(truth, score, weight)
    if not found.has_both:
        return math.nan
    rise = np.append(0.0, found.true_positives)
    run = np.diff(found.false_positives, prepend=0.0)
    area = float(run @ (rise[1:] + rise[:-1])) / 2.0
    return area / (found.positives * found.negatives)


def roc_auc_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the area; many classes: the mean of each against the rest, absent classes left out."""
    if prediction.shape[1] == 1:
        return _area(truth, prediction[:, 0], weight)
    areas = np.array(
        [_area(truth == c, prediction[:, c], weight) for c in range(prediction.shape[1])]
    )
    known = areas[~np.isnan(areas)]
    return float(known.mean()) if len(known) else math.nan


roc_auc = metrics.add("roc_auc")(
    Metric(
        "roc_auc",
        roc_auc_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="probability",
        kinds=CLASSES | RANKED,
        aliases=("auc", "auroc", "roc", "roc_auc_score", "roc_auc_ovr"),
    )
)
