"""Matthews correlation of true and most probable class, for many classes by Gorodkin (2004)."""

from __future__ import annotations

import math

from phantom_ml.metrics.base import CLASSES, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.metrics.ranking import confusion


def mcc_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the correlation; 0 where all is predicted alike, NaN where the truth has one class."""
    table = confusion(truth, prediction, weight)
    table = table / table.sum()
    true, predicted = table.sum(axis=1), table.sum(axis=0)
    if (true > 0).sum() < 2:
        return math.nan
    if (predicted > 0).sum() < 2:
        return 0.0
    together = float(table.trace() - true @ predicted)
    return together / math.sqrt((1.0 - true @ true) * (1.0 - predicted @ predicted))


mcc = metrics.add("mcc")(
    Metric(
        "mcc",
        mcc_score,
        greater_is_better=True,
        bounds=(-1.0, 1.0),
        needs="labels",
        kinds=CLASSES,
        aliases=("matthews", "matthews_corrcoef", "matthews_correlation"),
    )
)
