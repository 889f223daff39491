"""Log loss: the surprise, in nats a row, of one who believed the predicted probabilities."""

from __future__ import annotations

import numpy as np

from phantom_ml.metrics.base import CLASSES, Metric, Prediction, Truth, Weight, metrics

#: One certain mistake must not cost infinitely much; 1e-15 makes it cost 34.5.
SMALLEST = 1e-15


def log_loss_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return the mean of -log(probability of the true class), probabilities clipped at 1e-15."""
    if prediction.shape[1] == 1:
        believed = np.where(truth == 1, prediction[:, 0], 1.0 - prediction[:, 0])
    else:
        believed = prediction[np.arange(len(truth)), truth.astype(np.int64)]
    losses = -np.log(np.clip(believed, SMALLEST, 1.0))
    return float(np.average(losses, weights=weight))


log_loss = metrics.add("log_loss")(
    Metric(
        "log_loss",
        log_loss_score,
        greater_is_better=False,
        bounds=(float("inf"), 0.0),
        needs="probability",
        kinds=CLASSES,
        aliases=("cross_entropy", "binary_logloss", "multi_logloss", "nll"),
    )
)
