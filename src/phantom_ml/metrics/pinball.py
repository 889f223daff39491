"""Pinball loss: the error of a predicted quantile (Koenker and Bassett 1978)."""

from __future__ import annotations

import math
from functools import partial

import numpy as np

from phantom_ml.metrics.base import (
    VALUES,
    Metric,
    MetricFamily,
    Prediction,
    Truth,
    Weight,
    families,
    level_text,
    metrics,
)


def pinball_score(
    truth: Truth, prediction: Prediction, weight: Weight = None, *, level: float
) -> float:
    """Return the mean loss: ``level`` a unit too low, ``1 - level`` a unit too high."""
    missed = truth - prediction[:, 0]
    return float(np.average(np.maximum(level * missed, (level - 1.0) * missed), weights=weight))


def pinball(level: float) -> Metric:
    """Return the metric for one quantile, strictly between 0 and 1.

    Examples
    --------
    >>> pinball(0.9).name
    'pinball_0.9'
    """
    return Metric(
        f"pinball_{level_text(level)}",
        partial(pinball_score, level=level),
        greater_is_better=False,
        bounds=(math.inf, 0.0),
        needs="value",
        kinds=VALUES,
    )


families.add("pinball")(
    MetricFamily(
        pinball,
        low=1e-6,
        high=1.0 - 1e-6,
        example=0.9,
        aliases=("pinball_loss", "quantile", "quantile_loss", "mean_pinball_loss"),
    )
)
for _level in (0.1, 0.5, 0.9):
    metrics.add(pinball(_level).name)(pinball(_level))
