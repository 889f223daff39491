"""What a metric promises: a direction, bounds, and what it needs."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.registry import Registry

Truth = NDArray[np.int64] | NDArray[np.float64]
Prediction = NDArray[np.float64]
Weight = NDArray[np.float64] | None


@dataclass(frozen=True)
class Metric:
    """One way to keep score.

    Attributes
    ----------
    name : str
        ``average_precision``; metrics with a level carry it: ``recall_at_fpr_0.001``.
    function : callable of (truth, prediction, weight) -> float
        truth: shape (n_rows,), class codes 0..k-1 or values. prediction: shape (n_rows, n_outputs)
        as learners give it: binary one column, the probability of class 1; multiclass one column a
        class; regression one column. weight: shape (n_rows,) or None.
    greater_is_better : bool
    bounds : (float, float)
        The worst and best it can be, infinite where it has no end.
    needs : str
        ``probability``, ``labels`` (the most probable class is what counts) or ``value``.
    kinds : frozenset of ProblemKind
        The problems that it measures.
    aliases : tuple of str
        Other names that people know it by.
    weighted : bool
        Whether the function heeds weights; a user's own may not.
    least : float
        The least true value that it is defined for.
    tie_break : Metric or None
        What decides where this one cannot: its loss counts a ten-thousandth beside.
    """

    name: str
    function: Callable[[Truth, Prediction, Weight], float]
    greater_is_better: bool
    bounds: tuple[float, float]
    needs: str
    kinds: frozenset[ProblemKind]
    aliases: tuple[str, ...] = ()
    weighted: bool = True
    least: float = -math.inf
    tie_break: Metric | None = None

    def score(self, truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
        """Return the metric in its own direction and unit.

        NaN where it is undefined: no rows, no weight at all, a NaN among the predictions, or what
        the metric itself cannot tell (for most, a truth of one class only).
        """
        if len(truth) == 0 or np.isnan(prediction).any():
            return math.nan
        if weight is not None and not weight.sum() > 0:
            return math.nan
        return float(self.function(truth, prediction, weight))

    def loss(self, truth: Truth, prediction: Prediction, weight: Weight = None) -> float:
        """Return the score turned so that less is better."""
        score = self.score(truth, prediction, weight)
        loss = -score if self.greater_is_better else score
        if self.tie_break is None:
            return loss
        return loss + TIE_BREAK * self.tie_break.loss(truth, prediction, weight)

    def better(self, one: float, other: float) -> bool:
        """Return whether score ``one`` beats score ``other``; a number beats NaN."""
        if np.isnan(one):
            return False
        if np.isnan(other):
            return True
        return one > other if self.greater_is_better else one < other


@dataclass(frozen=True)
class MetricFamily:
    """Metrics that differ in one level only, made on demand: ``recall_at_fpr`` at any rate.

    Attributes
    ----------
    make : callable of (level) -> Metric
    low, high : float
        Between which the level lies, both inclusive.
    example : float
        A usual level, for hints.
    integer : bool
        Whether the level counts something.
    aliases : tuple of str
        Other names of the family, as ``recall_at_fpr`` is one.
    """

    make: Callable[[float], Metric]
    low: float
    high: float
    example: float
    integer: bool = False
    aliases: tuple[str, ...] = ()


#: What the tie break counts beside the metric itself.
TIE_BREAK = 1e-4
metrics: Registry[Metric] = Registry("metric", "phantom_ml.metrics")
families: Registry[MetricFamily] = Registry("metric", "phantom_ml.metrics")

BINARY = frozenset({ProblemKind.BINARY})
#: What only needs to rank the rows.
RANKED = frozenset({ProblemKind.BINARY, ProblemKind.ANOMALY})
CLASSES = frozenset({ProblemKind.BINARY, ProblemKind.MULTICLASS})
VALUES = frozenset({ProblemKind.REGRESSION})


def level_text(level: float) -> str:
    """Return a level as it stands in a metric's name, never in scientific notation.

    Examples
    --------
    >>> level_text(1e-5), level_text(100.0)
    ('0.00001', '100')
    """
    return str(np.format_float_positional(level, trim="-"))
