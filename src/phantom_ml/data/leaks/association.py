"""How much one column alone tells of the target: rank AUC of classes, rank correlation of values.

The AUC of class c against the rest is (R_c - n_c (n_c + 1) / 2) / (n_c (n - n_c)), where R_c is
the sum of the mid-ranks of its rows (Mann and Whitney, 1947).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Codes = NDArray[np.int64]

#: Rows of a class below which its AUC says little.
MIN_CLASS_ROWS = 8


def mid_ranks(values: Floats) -> Floats:
    """Return ranks 1..n, ties sharing their mean; NaN ranks below everything.

    Examples
    --------
    >>> mid_ranks(np.array([3.0, np.nan, 3.0])).tolist()
    [2.5, 1.0, 2.5]
    """
    filled = np.where(np.isnan(values), -np.inf, values)
    order = np.argsort(filled, kind="stable")
    ranked = filled[order]
    starts = np.flatnonzero(np.concatenate([[True], ranked[1:] != ranked[:-1]]))
    ends = np.append(starts[1:], len(ranked))
    ranks = np.empty(len(values))
    ranks[order] = np.repeat((starts + ends + 1) / 2.0, ends - starts)
    return ranks


def class_aucs(values: Floats, codes: Codes, n_classes: int) -> Floats:
    """Return the AUC of each class against the rest, at least 0.5; NaN for classes with few rows.

    Parameters
    ----------
    values : float64 array of shape (n_rows,)
    codes : int64 array of shape (n_rows,), classes 0..k-1
    n_classes : int

    Examples
    --------
    >>> class_aucs(np.arange(80.0), np.repeat([0, 1], 40), 2).tolist()
    [1.0, 1.0]
    """
    sums = np.bincount(codes, weights=mid_ranks(values), minlength=n_classes)
    return _aucs(sums.astype(np.float64), np.bincount(codes, minlength=n_classes))


def _aucs(rank_sums: Floats, sizes: Codes) -> Floats:
    rest = sizes.sum() - sizes
    enough = (sizes >= MIN_CLASS_ROWS) & (rest >= MIN_CLASS_ROWS)
    wins = rank_sums - sizes * (sizes + 1) / 2.0
    auc: Floats = np.divide(wins, sizes * rest, out=np.full(len(sizes), np.nan), where=enough)
    return np.maximum(auc, 1.0 - auc)


def level_aucs(levels: Codes, codes: Codes, n_classes: int, half: NDArray[np.bool_]) -> Floats:
    """Return the AUC of each class by the class's share in each level.

    Shares are learned on one half of the rows and scored on the other, so that a level of its own
    in every row tells nothing.

    Parameters
    ----------
    levels : int64 array of shape (n_rows,), levels 0..m-1
    codes : int64 array of shape (n_rows,), classes 0..k-1
    half : bool array of shape (n_rows,)
        True for the rows that shares are learned on.
    """
    n_levels, seen = int(levels.max()) + 1, np.bincount(codes[half], minlength=n_classes)
    prior = seen / max(1, seen.sum())
    cells = np.bincount(levels[half] * n_classes + codes[half], minlength=n_levels * n_classes)
    table = cells.reshape(n_levels, n_classes) + prior
    share = table / table.sum(axis=1, keepdims=True)
    scored, truth = share[levels[~half]], codes[~half]
    sums = np.array([mid_ranks(scored[:, c])[truth == c].sum() for c in range(n_classes)])
    return _aucs(sums, np.bincount(truth, minlength=n_classes))


def level_means(levels: Codes, target: Floats, half: NDArray[np.bool_]) -> Floats:
    """Return the target's mean in each row's level, learned on one half, for the other half."""
    n_levels, mean = int(levels.max()) + 1, float(target[half].mean())
    total = np.bincount(levels[half], weights=target[half], minlength=n_levels) + mean
    count = np.bincount(levels[half], minlength=n_levels) + 1.0
    means: Floats = (total / count)[levels[~half]]
    return means


def rank_correlation(one: Floats, other: Floats) -> float:
    """Return the absolute Spearman correlation, 0 where either is constant.

    Examples
    --------
    >>> rank_correlation(np.array([1.0, 2, 3]), np.array([9.0, 4, 1]))
    1.0
    """
    a, b = mid_ranks(one), mid_ranks(other)
    a, b = a - a.mean(), b - b.mean()
    scale = float(np.sqrt((a @ a) * (b @ b)))
    return abs(float(a @ b)) / scale if scale > 0 else 0.0
