"""Numbers as normal scores: where a value stands among those of training, read off a normal curve.

The scores are those of scikit-learn's ``QuantileTransformer(output_distribution="normal")``, but at
the ends: there a value is half a quantile inside, and a tie stands in its middle as elsewhere.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import require

Floats = NDArray[np.float32]

#: Quantiles of a column that are kept, at most.
MAX_QUANTILES = 1_000
#: Cells that are scored at once, but for a long column: so many stay near the processor.
BLOCK_CELLS = 65_536


def quantiles(sample: Floats) -> Floats:
    """Return evenly spaced quantiles of each column.

    Parameters
    ----------
    sample : float32 array of shape (n_rows, n_columns)
        What is not finite is left out.

    Returns
    -------
    float32 array of shape (n_columns, n_quantiles)
        Ascending in each row; 0 where a column has no value. ``n_quantiles`` is the number of rows,
        but from 2 to ``MAX_QUANTILES``.

    Examples
    --------
    >>> quantiles(np.array([[1, 5], [2, 5], [4, np.nan]], np.float32))
    array([[1., 2., 4.],
           [5., 5., 5.]], dtype=float32)
    """
    ordered = np.sort(np.where(np.isfinite(sample), sample, np.nan), axis=0).T.astype(np.float64)
    n = min(max(ordered.shape[1], 2), MAX_QUANTILES)
    if not ordered.shape[1]:
        return np.zeros((len(ordered), n), np.float32)
    last = np.maximum(np.count_nonzero(~np.isnan(ordered), axis=1) - 1, 0)
    # Whole numbers are divided last: a place that is one is exact, and keeps its tie.
    place = last[:, None] * np.arange(n) / (n - 1)
    below = place.astype(np.int64)
    above = np.minimum(below + 1, last[:, None])
    low, high = (np.take_along_axis(ordered, at, axis=1) for at in (below, above))
    between: Floats = (low + (place - below) * (high - low)).astype(np.float32)
    return np.nan_to_num(between, copy=False)


def normal_scores(values: Floats, known: Floats) -> Floats:
    """Return the normal score of each cell, 0 where it is missing.

    Parameters
    ----------
    values : float32 array of shape (n_rows, n_columns)
    known : float32 array of shape (n_columns, n_quantiles)
        What ``quantiles`` returned. Between two of them the share of lower values grows evenly.

    Returns
    -------
    float32 array of shape (n_rows, n_columns)
        About -3.3 to 3.3 with 1,000 quantiles.

    Examples
    --------
    >>> known = quantiles(np.arange(5, dtype=np.float32)[:, None])
    >>> normal_scores(np.array([[-9], [1], [2], [np.nan], [9]], np.float32), known)[:, 0].round(2)
    array([-1.28, -0.67,  0.  ,  0.  ,  1.28], dtype=float32)
    """
    scores = np.empty(values.shape, np.float32)
    step = max(1, BLOCK_CELLS // max(1, len(values)))
    for start in range(0, len(known), step):
        part = slice(start, start + step)
        scores[:, part] = _scores(np.ascontiguousarray(values[:, part].T), known[part]).T
    return scores


def _scores(cells: Floats, known: Floats) -> NDArray[np.float64]:
    """Return the scores of columns that lie in rows, shape (n_columns, n_rows)."""
    from scipy.special import ndtri

    n, (first, last) = known.shape[1], _neighbours(cells, known)
    columns = np.arange(len(known))[:, None]
    below, above = known[columns, last].astype(np.float64), known[columns, first]
    width, middle = above - below, 0.5 * (above + below)
    place = 0.5 * (first + last)
    np.divide(cells - middle, width, out=middle, where=width > 0)
    np.add(place, middle, out=place, where=width > 0)
    place[np.isnan(cells)] = 0.5 * (n - 1)
    return np.asarray(ndtri(np.clip(place / (n - 1), 0.5 / n, 1.0 - 0.5 / n)))


def _neighbours(cells: Floats, known: Floats) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return of each cell the first quantile that is not below it, and the last not above it.

    Where the cell is no quantile the first is one behind the last; at the ends they are the same.
    """
    # Cells in their order are found several times as fast.
    order = np.argsort(cells, axis=1)
    ordered = np.take_along_axis(cells, order, axis=1)
    first, last = np.empty(cells.shape, np.int64), np.empty(cells.shape, np.int64)
    for column, own in enumerate(known):
        first[column, order[column]] = np.searchsorted(own, ordered[column], "left")
        last[column, order[column]] = np.searchsorted(own, ordered[column], "right")
    end = known.shape[1] - 1
    return np.minimum(first, end, out=first), np.maximum(last - 1, 0, out=last)


def check_quantiles(known: Floats, n_columns: int) -> None:
    """Raise BundleDamaged unless ``quantiles`` could have made it for so many columns."""
    right = known.dtype == np.float32 and known.ndim == 2 and len(known) == n_columns
    require(right and 2 <= known.shape[1] <= MAX_QUANTILES, "the quantiles have another shape")
    require(bool(np.isfinite(known).all()), "a quantile is not finite")
    require(bool((np.diff(known, axis=1) >= 0).all()), "the quantiles do not ascend")
