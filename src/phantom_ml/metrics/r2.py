"""R squared: the share of the target's variance that the predictions explain."""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.metrics.base import VALUES, Metric, Prediction, Truth, Weight, metrics
from phantom_ml.parts.spreads import mean_square


def r2_score(truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
    """Return 1 - squared error / variance; NaN where the truth does not vary."""
    # Squares keep their scale apart: those of small values would vanish.
    whole, scale = mean_square(truth, weight)
    shown = np.ldexp(truth.astype(np.float64), -scale)
    around, spread = mean_square(shown - np.average(shown, weights=weight), weight)
    # A constant truth leaves rounding dust, not zero, beside the square of its own size.
    if np.ldexp(around, 2 * spread) <= 1e-24 * whole:
        return math.nan
    left, missed = mean_square(truth - prediction[:, 0], weight)
    with np.errstate(over="ignore"):
        return float(1.0 - np.ldexp(left / around, 2 * (missed - spread - scale)))


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
