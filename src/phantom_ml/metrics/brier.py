"""Brier score: the squared distance of a probability from what happened."""

from __future__ import annotations

import numpy as np

from phantom_ml.metrics.base import CLASSES, Metric, Prediction, Truth, Weight, metrics


def brier_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean squared distance; half the sum over many classes, as for two."""
    if prediction.shape[1] == 1:
        distance = (prediction[:, 0] - truth) ** 2
    else:
        believed = prediction[np.arange(len(truth)), truth.astype(np.int64)]
        distance = ((prediction**2).sum(axis=1) - 2.0 * believed + 1.0) / 2.0
    return float(np.average(distance, weights=weight))


brier = metrics.add("brier")(
    Metric(
        "brier",
        brier_score,
        greater_is_better=False,
        bounds=(1.0, 0.0),
        needs="probability",
        kinds=CLASSES,
        aliases=("brier_score", "brier_score_loss", "brier_loss"),
    )
)
