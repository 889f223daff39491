"""R squared: the share of the target's variance that the predictions explain."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import VALUES, Metric, Prediction, Truth, Weight, metrics


def r2_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return 1 - squared error / variance; NaN where the truth does not vary."""
    around = np.average((truth - np.average(truth, weights=weight)) ** 2, weights=weight)
    # A constant truth leaves rounding dust, not zero, beside the square of its own size.
    if around <= 1e-24 * np.average(truth.astype(np.float64) ** 2, weights=weight):
        return math.nan
    left = np.average((truth - prediction[:, 0]) ** 2, weights=weight)
    return float(1.0 - left / around)


r2 = metrics.add("r2")(
    Metric(
        "r2",
        r2_score,
        greater_is_better=True,
        bounds=(-math.inf, 1.0),
        needs="value",
        kinds=VALUES,
        aliases=("r_squared", "r2_score", "rsquared"),
    )
)
