"""Peaks over threshold: where to cut scores of which nobody knows the truth.

Scores above a high quantile follow a generalised Pareto distribution, whatever the scores are; its tail tells
the score that one row in so many exceeds, beyond what was seen. Sources: Pickands, "Statistical Inference Using
Extreme Order Statistics", Annals of Statistics 1975, doi:10.1214/aos/1176343003; the estimate by weighted
moments: Hosking & Wallis, Technometrics 1987, doi:10.1080/00401706.1987.10488243; its use for alerts: Siffer
et al., KDD 2017, doi:10.1145/3097983.3098144.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

#: Share of rows that is expected beyond the line, if they are like those of training.
RISK = 1e-3
#: Share of the scores that counts as the tail, and so many of them at least.
TAIL_SHARE, TAIL_ROWS = 0.05, 30
#: Where so many rows lie beyond the line, they tell it themselves.
ENOUGH = 20
#: Beyond this shape the mean of the tail is not finite; below that one the moments tell little, and no alert
#: is the safer error.
STEEPEST, SHORTEST = 0.9, -0.5


def tail_cut(scores: NDArray[np.float64], risk: float = RISK) -> float:
    """Return the score that a share ``risk`` of rows like these exceeds.

    Parameters
    ----------
    scores : float64 array of shape (n_rows,)
    risk : float
        Between 0 and 1.

    Examples
    --------
    >>> scores = np.random.default_rng(0).exponential(size=20_000)
    >>> bool(abs(np.mean(scores >= tail_cut(scores)) - 0.001) < 0.0005)
    True
    """
    ordered = np.sort(scores)
    n_tail = min(len(ordered), max(TAIL_ROWS, round(TAIL_SHARE * len(ordered))))
    start, over = ordered[-n_tail], ordered[-n_tail:] - ordered[-n_tail]
    if risk * len(ordered) >= ENOUGH or risk >= n_tail / len(ordered):
        return float(np.quantile(ordered, 1.0 - risk))
    if not over[-1] > 0:
        return float(np.nextafter(ordered[-1], np.inf))
    shape, scale = _pareto(over)
    ratio = risk * len(ordered) / n_tail
    grown = -np.log(ratio) if abs(shape) < 1e-6 else (ratio**-shape - 1.0) / shape
    return float(start + scale * grown)


def _pareto(over: NDArray[np.float64]) -> tuple[float, float]:
    """Return shape and scale by probability-weighted moments of ascending excesses."""
    n = len(over)
    mean = over.mean()
    weighted = float(((n - 1.0 - np.arange(n)) / max(1.0, n - 1.0) * over).mean())
    spread = mean - 2.0 * weighted
    shape = float(np.clip(2.0 - mean / spread, SHORTEST, STEEPEST)) if spread > 0 else 0.0
    return shape, float(mean * (1.0 - shape))
