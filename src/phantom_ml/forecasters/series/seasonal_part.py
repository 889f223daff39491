"""The season of a history: how far each of its steps lies from the level.

Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, section 3.4 (classical
decomposition).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Seasons from which one that is taken out is learned, the last ones.
MOST_SEASONS = 10


def seasonal_part(history: Floats, season: int) -> Floats:
    """Return how far each step of a season lies from the level, shape (season,), mean 0.

    Parameters
    ----------
    history : array of shape (n_values,)
        Two seasons and one value at least, of which the last ten seasons are looked at.
    season : int

    Examples
    --------
    >>> seasonal_part(np.array([1.0, 3.0, 2.0, 4.0, 3.0, 5.0, 4.0]), 2).tolist()
    [-0.75, 0.75]
    """
    first = max(len(history) - MOST_SEASONS * season, 0)
    values = history[first:]
    # A mean over an even season lies between two steps: its ends count half.
    weights = np.full(season + 1 - season % 2, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2.0
    level = np.convolve(values, weights, mode="valid")
    start = len(weights) // 2
    phases = (first + start + np.arange(len(level))) % season
    rest = values[start : start + len(level)] - level
    means = np.bincount(phases, rest, season) / np.maximum(np.bincount(phases, minlength=season), 1)
    return np.asarray(means - means.mean(), np.float64)
