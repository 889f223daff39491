"""With which power of the steps ahead errors grow: not at all without a memory, with the root of a walk."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def mean_size(errors: Floats) -> Floats:
    """Return the mean absolute error of each step, shape (n_steps,), 0 where none is known.

    Parameters
    ----------
    errors : array of shape (n_rows, n_steps)
        NaN where unknown.
    """
    known = ~np.isnan(errors)
    total = np.where(known, np.abs(errors), 0.0).sum(axis=0)
    return np.asarray(total / np.maximum(known.sum(axis=0), 1), np.float64)


def power_of(steps: NDArray[np.int64], size: Floats) -> float:
    """Return the power of the steps with which sizes grow, in [0, 1], NaN where fewer than two are above 0.

    A line through logarithms; steps weigh so that each doubling of them counts the same.

    Examples
    --------
    >>> round(power_of(np.array([1, 4, 9]), np.array([1.0, 2.0, 3.0])), 6)
    0.5
    """
    tells = size > 0
    if tells.sum() < 2:
        return np.nan
    own = steps[tells]
    slope = np.polyfit(np.log(own), np.log(size[tells]), 1, w=np.sqrt(1.0 / own))[0]
    return float(np.clip(slope, 0.0, 1.0))
