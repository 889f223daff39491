"""Accuracy, plain and balanced: the share of rows whose most probable class is the true one."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import CLASSES, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.metrics.ranking import confusion, labels


def accuracy_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the share of rows that are right."""
    return float(np.average(labels(prediction) == truth, weights=weight))


def balanced_accuracy_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean recall of the classes that are true somewhere; NaN with fewer than two."""
    table = confusion(truth, prediction, weight)
    support = table.sum(axis=1)
    held = support > 0
    if held.sum() < 2:
        return math.nan
    return float((table.diagonal()[held] / support[held]).mean())


accuracy = metrics.add("accuracy")(
    Metric(
        "accuracy",
        accuracy_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="labels",
        kinds=CLASSES,
        aliases=("acc", "accuracy_score"),
    )
)
balanced_accuracy = metrics.add("balanced_accuracy")(
    Metric(
        "balanced_accuracy",
        balanced_accuracy_score,
        greater_is_better=True,
        bounds=(0.0, 1.0),
        needs="labels",
        kinds=CLASSES,
        aliases=("bal_acc", "bacc", "balanced_acc", "balanced_accuracy_score"),
    )
)
