"""Peaks over threshold: where to cut scores of which nobody knows the truth.

A surprise in nats is exceeded by a share exp(-nats) of rows, as far as its model holds. So its tail falls about
exponentially, by a factor of e each nat (a little faster where detectors that differ are averaged), and the score
that one row in so many exceeds lies no higher than the logarithm of that number. Held-out rows correct both: their
mean excess counts beside what it is expected to be. (A generalised Pareto tail also has a shape; told by a few
dozen rows it is mostly chance, and so is the line.) The highest scores count as "at least so high", and those
beyond a gap are left out: anomalies among the rows must not lift the line above themselves.

Sources: Pickands, "Statistical Inference Using Extreme Order Statistics", Annals of Statistics 1975,
doi:10.1214/aos/1176343003; the mean of excesses of which the highest are censored: Epstein & Sobel, "Life
Testing", JASA 1953, doi:10.1080/01621459.1953.10483488; the use for alerts: Siffer et al., KDD 2017,
doi:10.1145/3097983.3098144.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.gaps import n_beyond_gap

Scores = NDArray[np.float64]

#: Share of rows that is expected beyond the line, if they are like those of training.
RISK = 1e-3
#: Share of the scores that counts as the tail, and how many they are at least and at most: of many rows the tail
#: begins higher, and what is not exponential about it matters less.
TAIL_SHARE, LEAST_ROWS, MOST_ROWS = 0.05, 8, 150
#: The mean excess that is expected, in nats, and how many rows of the tail that counts as. A single detector has
#: 1, a mean of detectors less: docs/decisions/0042 tells what was measured.
PRIOR_NATS, PRIOR_ROWS = 0.85, 30
#: Where so many rows lie beyond the line, they tell it themselves.
ENOUGH = 20
#: Of how many of the highest scores it counts only that they are high, and of which share at most.
CENSORED, CENSORED_SHARE = 5, 0.025


def tail_cut(scores: Scores, risk: float = RISK) -> float:
    """Return the score that a share ``risk`` of rows like these exceeds, those beyond a gap left out.

    Parameters
    ----------
    scores : float64 array of shape (n_rows,)
        In nats of surprise.
    risk : float
        Between 0 and 1.

    Examples
    --------
    >>> scores = np.random.default_rng(0).exponential(size=20_000)
    >>> bool(abs(np.mean(scores >= tail_cut(scores)) - 0.001) < 0.0005)
    True
    """
    falling = np.sort(scores)[::-1]
    n, apart = len(falling), n_beyond_gap(falling)
    expected = risk * n
    n_tail = min(n - 1, max(LEAST_ROWS, min(MOST_ROWS, round(TAIL_SHARE * n))))
    if expected >= min(ENOUGH, n_tail):
        return float(np.quantile(falling[apart:], 1.0 - risk))
    by_tail = falling[n_tail] + _mean_excess(falling, n_tail, apart) * np.log(n_tail / expected)
    # More rows than chance puts there lie beyond: a surprise means less here, as of later rows that changed.
    seen = falling[min(n - 1, apart + math.ceil(expected) + 1)]
    return float(min(by_tail, max(-np.log(risk), seen)))


def _mean_excess(falling: Scores, n_tail: int, apart: int) -> float:
    over = falling[:n_tail] - falling[n_tail]
    n_high = max(apart, min(CENSORED, math.ceil(CENSORED_SHARE * len(falling))))
    n_high = min(n_high, n_tail - 1)
    told = float(np.minimum(over, over[n_high]).sum())
    return (told + PRIOR_ROWS * PRIOR_NATS) / (n_tail - n_high + PRIOR_ROWS)


def n_apart(scores: Scores) -> int:
    """Return how many scores lie beyond a gap, above all others."""
    return n_beyond_gap(np.sort(scores)[::-1])
