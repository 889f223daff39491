"""How far out rare errors lie: peaks over threshold, told where errors are too few to be read by their rank.

Beyond a high line errors fall about as a generalised Pareto distribution does, whatever they are. Its size and
shape are weighed on a grid by how likely they make the errors beyond the line, and the quantile is of the mixture
of all: where few errors tell it lies farther out than that of the likeliest, so that as many values exceed it on
average as are meant to. The shape is drawn towards what errors of forecasts usually have, since a few dozen errors
tell little of it.

Sources: Pickands, "Statistical Inference Using Extreme Order Statistics", Annals of Statistics 3 (1975),
doi:10.1214/aos/1176343003; Zhang & Stephens, "A new and efficient estimation method for the generalized Pareto
distribution", Technometrics 51 (2009), doi:10.1198/tech.2009.08017 (weights on a grid); Martins & Stedinger,
"Generalized maximum-likelihood generalized extreme-value quantile estimators", Water Resources Research 36
(2000), doi:10.1029/1999WR900330 (a prior of the shape).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import brentq

Floats = NDArray[np.float64]
#: Where so many errors lie beyond a quantile, their rank tells it.
ENOUGH = 20
#: Share of the errors that counts as the tail, and how many they are at least and at most.
TAIL_SHARE, LEAST_ROWS, MOST_ROWS = 0.05, 20, 500
#: What the shape is drawn towards, and how far from it others are as usual: between errors of the normal law
#: (below 0) and those of counts and of skewed values (above).
USUAL_SHAPE, SHAPE_SPREAD = 0.05, 0.2
#: The shapes that are weighed, none of them 0, where the formula has a gap, and the sizes in typical excesses.
SHAPES = np.linspace(-0.5, 1.0, 32)
SIZES = np.exp(np.linspace(-2.0, 2.0, 41))
#: An excess counts as so many typical ones at most: more is an error of the values.
FARTHEST = 1e6


def tail_quantile(errors: Floats, share: float) -> float:
    """Return the value that a share of errors like these exceeds.

    Parameters
    ----------
    errors : array of shape (n_errors,)
        One at least, none NaN.
    share : float
        Between 0 and 0.5.

    Examples
    --------
    >>> errors = np.random.default_rng(0).normal(size=1_000)
    >>> 2.9 < tail_quantile(errors, 0.001) < 3.6
    True
    """
    rising = np.sort(errors)
    n_errors = len(rising)
    n_tail = min(max(LEAST_ROWS, min(MOST_ROWS, round(TAIL_SHARE * n_errors))), n_errors // 2)
    expected = share * (n_errors + 1)
    if expected >= min(ENOUGH, n_tail + 1) or n_tail == 0:
        rank = int(np.ceil((1.0 - share) * (n_errors + 1)))
        return float(rising[min(rank, n_errors) - 1])
    line = rising[-n_tail - 1]
    return float(line + _excess(rising[-n_tail:] - line, expected / (n_tail + 1)))


def _excess(over: Floats, share: float) -> float:
    """Return what a share of excesses like these, all at least 0, exceeds."""
    unit = float(np.median(over)) / np.log(2.0) or float(np.mean(over))
    if unit == 0.0:
        return 0.0
    weight = _weights(np.minimum(over, FARTHEST * unit) / unit)

    def too_many(excess: float) -> float:
        return float((weight * _beyond(excess)).sum()) - share

    most = 1.0
    while too_many(most) > 0:
        most *= 2.0
    return unit * float(brentq(too_many, 0.0, most))


def _weights(over: Floats) -> Floats:
    """Return how much each shape and size is believed, shape (n_shapes, n_sizes), summing to 1."""
    shape, size = SHAPES[:, None, None], SIZES[:, None]
    inside = 1.0 + shape * over / size
    logs = np.log(np.where(inside > 0, inside, 1.0)).sum(axis=2)
    likely = -len(over) * np.log(SIZES) - (1.0 / SHAPES[:, None] + 1.0) * logs
    likely = np.where((inside > 0).all(axis=2), likely, -np.inf)
    likely = likely - 0.5 * ((SHAPES[:, None] - USUAL_SHAPE) / SHAPE_SPREAD) ** 2
    weight = np.exp(likely - likely.max())
    return np.asarray(weight / weight.sum(), np.float64)


def _beyond(excess: float) -> Floats:
    """Return which share of excesses is greater by each shape and size, shape (n_shapes, n_sizes)."""
    shape = SHAPES[:, None]
    inside = np.maximum(1.0 + shape * excess / SIZES, 0.0)
    with np.errstate(divide="ignore"):
        return np.asarray(np.where(inside > 0, inside ** (-1.0 / shape), 0.0), np.float64)
