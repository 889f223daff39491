"""Metrics of predictions, each with its interval."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind, Settings
from phantom_ml.errors import UnknownName
from phantom_ml.explain.truth import Answers
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.intervals import bootstrap_interval
from phantom_ml.metrics.lookup import get_metric


class Figure(Settings):
    """One metric with its bootstrap interval."""

    value: float
    low: float
    high: float


def figures_of(
    names: Sequence[str], kind: ProblemKind, truth: Answers, prediction: NDArray[np.float64]
) -> dict[str, Figure]:
    """Return metrics by name; those that are not known or not defined here are left out."""
    figures = {}
    for name in dict.fromkeys(names):
        metric = get_metric_or_none(name, kind)
        if metric is None:
            continue
        value = metric.score(truth, prediction)
        if np.isfinite(value):
            low, high = bootstrap_interval(metric, truth, prediction)
            figures[metric.name] = Figure(value=value, low=low, high=high)
    return figures


def get_metric_or_none(name: str, kind: ProblemKind) -> Metric | None:
    """Return a metric by its name; None for a user's own function, which is not kept with the model."""
    try:
        return get_metric(name, kind)
    except UnknownName:
        return None
