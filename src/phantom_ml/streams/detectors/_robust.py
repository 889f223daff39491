"""Middle and spread that outliers do not move, and windows of the last rows."""

from __future__ import annotations

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from phantom_ml.streams.base import Floats

#: What makes a median of distances the standard deviation of normal ones.
NORMAL = 1.4826
#: A spread is at least this share of the standard deviation: most values of a series may be the same one.
LEAST_SHARE = 0.1
#: Below this share of the middle a difference is rounding.
ROUNDING = 1e-6
#: For the standard deviation no distance counts for more than so many medians of distances: one value that is far
#: out must not widen the scale of all others.
FARTHEST = 100.0


def middle_and_spread(values: Floats) -> tuple[Floats, Floats]:
    """Return medians and spreads of columns, shape (n_columns,) each; spreads are above 0."""
    middle = np.median(values, axis=0)
    distance = np.abs(values - middle)
    away = NORMAL * np.median(distance, axis=0)
    least = 1e-9 + ROUNDING * np.abs(middle)
    # Where most values are the same one, the others are all that tells of a scale.
    farthest = np.where(away > least, FARTHEST * away, np.inf)
    size = np.sqrt((np.minimum(distance, farthest) ** 2).mean(axis=0))
    return middle, np.maximum(np.maximum(away, LEAST_SHARE * size), least)


def last_windows(rows: Floats, n_new: int, width: int) -> Floats:
    """Return the ``width`` rows up to each of the last ``n_new``, shape (n_new, n_columns, width).

    Before the first row there is that row again.
    """
    begin = len(rows) - n_new - width + 1
    if begin < 0:
        rows, begin = np.concatenate([np.repeat(rows[:1], -begin, axis=0), rows]), 0
    return sliding_window_view(rows[begin:], width, axis=0)


def root_mean_square(distances: Floats) -> Floats:
    """Return one size a row of distances, shape (n, n_columns)."""
    return np.asarray(np.sqrt(np.mean(distances * distances, axis=1)))
