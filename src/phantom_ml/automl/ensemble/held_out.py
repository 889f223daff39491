"""What the members of an ensemble said about rows that they did not see."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.metrics.base import Metric

Array = NDArray[np.float64]
Target = NDArray[np.int64] | NDArray[np.float64]
RESAMPLES = 20


@dataclass(frozen=True)
class HeldOut:
    """What the members said about rows that they did not see, and the truth.

    Attributes
    ----------
    predictions : list of float64 arrays of shape (n_rows, n_outputs), best member first
    target : array of shape (n_rows,)
    weight : float64 array or None
    families : tuple of str
        The algorithm of each member.
    shifted : bool
        Whether scored rows will be of another time than these.
    is_labelled : bool
        Whether the target is what somebody said, and not made.
    """

    predictions: list[Array]
    target: Target
    weight: NDArray[np.float64] | None
    kind: ProblemKind
    metric: Metric
    families: tuple[str, ...] = ()
    shifted: bool = False
    is_labelled: bool = True

    def rows(self, where: NDArray[np.int64]) -> HeldOut:
        """Return the same for some rows."""
        weight = None if self.weight is None else self.weight[where]
        chosen = [p[where] for p in self.predictions]
        target = self.target[where]
        return replace(self, predictions=chosen, target=target, weight=weight)

    def loss(self, prediction: Array) -> float:
        """Return the metric's loss of a prediction of these rows."""
        return self.metric.loss(self.target, prediction, self.weight)

    def gain_in_errors(self, mixed: Array, single: Array, rng: np.random.Generator) -> float:
        """Return the paired gain of one prediction over another in standard errors (bootstrap)."""
        n = len(self.target)
        gains = []
        for _ in range(RESAMPLES):
            rows = rng.integers(0, n, n)
            part = replace(self, predictions=[], target=self.target[rows], weight=None)
            gains.append(part.loss(single[rows]) - part.loss(mixed[rows]))
        known = np.array([g for g in gains if np.isfinite(g)])
        return float(known.mean() / (known.std() + 1e-12)) if len(known) > 1 else 0.0
