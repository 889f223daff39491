"""Columns whose values are too close for scikit-learn's trees, moved apart by a power of two while they grow.

Two values that differ by 1e-7 or less are one to a split of scikit-learn, whatever the scale of their column.
A power of two moves float32 without rounding, so thresholds turn back exactly, and the trees that are kept know
the column as it came.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Exponents = NDArray[np.int32]
#: Differences of a column below this are widened: ten times what scikit-learn takes for equal.
NARROW = 1e-6
#: Power of two of the least difference once it is widened.
WIDENED = -10
#: Power of two under which a widened column stays: float32 ends at 128.
LARGEST = 96
#: Rows, and steps between their distinct values, by which a column's differences are told.
LOOKED_AT, STEPS = 10_000, 32
#: Differences of a few last digits of float32 are the noise of a sum, and no difference.
NOISE = 8 * float(np.finfo(np.float32).eps)


def widening(values: NDArray[np.float32]) -> Exponents:
    """Return the power of two that each column is multiplied by, 0 where it stays as it is.

    Parameters
    ----------
    values : float32 array of shape (n_rows, n_features)
        Of training rows; NaN where missing.

    Returns
    -------
    int32 array of shape (n_features,)

    Examples
    --------
    >>> usual = np.linspace(0, 1, 50, dtype=np.float32)
    >>> widening(np.column_stack([usual, usual * np.float32(1e-8)])).tolist()
    [0, 23]
    """
    rows = values[:: -(-len(values) // LOOKED_AT) or 1]
    return np.array([_exponent(column) for column in rows.T], np.int32)


def widened(values: NDArray[np.float32], exponents: Exponents) -> NDArray[np.float32]:
    """Return the values times their powers of two: the same array where no column moves."""
    moved = np.flatnonzero(exponents)
    if not len(moved):
        return values
    values = values.copy()
    values[:, moved] = np.ldexp(values[:, moved], exponents[moved])
    return values


def narrowed(thresholds: Any, feature: Any, exponents: Exponents) -> NDArray[np.float64]:
    """Return the thresholds of splits in the units that their columns came in.

    Parameters
    ----------
    thresholds : float64 array of shape (n_nodes,)
    feature : int array of shape (n_nodes,)
        The column of each split.
    exponents : int32 array of shape (n_features,)
    """
    return np.asarray(np.ldexp(thresholds, -exponents[feature]))


def _exponent(column: NDArray[np.float32]) -> int:
    """Return the power of two that lifts a column's least difference, as far as float32 goes."""
    distinct = np.unique(column[np.isfinite(column)]).astype(np.float64)
    if len(distinct) < 2:
        return 0
    at = np.unique(np.linspace(0, len(distinct) - 1, STEPS + 1).astype(np.int64))
    steps, size = np.diff(distinct[at]), np.maximum(abs(distinct[at[1:]]), abs(distinct[at[:-1]]))
    steps = steps[steps > NOISE * size]
    if not len(steps) or steps.min() >= NARROW:
        return 0
    room = LARGEST - int(np.frexp(abs(distinct).max())[1])
    return max(0, min(WIDENED - int(np.frexp(steps.min())[1]) + 1, room))
