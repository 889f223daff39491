"""F1: the harmonic mean of precision and recall, of the positive class or over all classes."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import BINARY, CLASSES, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.metrics.ranking import Floats, confusion


def _each(table: Floats) -> Floats:
    # 2 TP / (2 TP + FP + FN); a class neither true nor predicted anywhere is NaN.
    size = table.sum(axis=0) + table.sum(axis=1)
    ratio = np.full(len(size), math.nan)
    np.divide(2.0 * table.diagonal(), size, out=ratio, where=size > 0)
    return ratio


def f1_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the F1 of class 1; NaN where the truth has only one class."""
    table = confusion(truth, prediction, weight)
    return float(_each(table)[1]) if (table.sum(axis=1) > 0).all() else math.nan


def f1_macro_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean F1 of the classes that are true or predicted somewhere."""
    table = confusion(truth, prediction, weight)
    several = (table.sum(axis=1) > 0).sum() > 1
    return float(np.nanmean(_each(table))) if several else math.nan


def f1_weighted_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean F1 of the classes, each counted by its share of the truth."""
    table = confusion(truth, prediction, weight)
    support = table.sum(axis=1)
    held = support > 0
    if held.sum() < 2:
        return math.nan
    return float(np.average(_each(table)[held], weights=support[held]))


f1 = metrics.add("f1")(
    Metric(
        "f1",
        f1_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="labels",
        kinds=BINARY,
        aliases=("f1_score", "f_score", "f_measure", "f1_binary"),
    )
)
f1_macro = metrics.add("f1_macro")(
    Metric(
        "f1_macro",
        f1_macro_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="labels",
        kinds=CLASSES,
        aliases=("macro_f1",),
    )
)
f1_weighted = metrics.add("f1_weighted")(
    Metric(
        "f1_weighted",
        f1_weighted_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="labels",
        kinds=CLASSES,
        aliases=("weighted_f1",),
    )
)
