"""Units of rows dealt to folds, so that every fold has its share of rows and of each class.

Weighty units (large, or holding much of a rare class) go one by one, the heaviest first, to the
fold that keeps the sum of squared loads least; the many light ones are shuffled and fill what is
then missing, all at once: longest-processing-time scheduling (Graham, 1969), many-dimensional.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.data.splits.plan import Codes

Loads = NDArray[np.float64]

#: A unit below this share of a fold cannot unbalance it noticeably.
LIGHT_SHARE = 0.01
#: Units that are placed one by one, at most: some 20 us each.
MAX_WEIGHTY = 5_000


def deal(classes: Codes, units: Codes, n_folds: int, seed: int) -> Codes:
    """Return a fold number 0..n_folds-1 for each row; rows of one unit share theirs.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1.
    units : int64 array of shape (n_rows,)
        Codes 0..n_units-1.
    n_folds : int
        At least 2.
    seed : int

    Examples
    --------
    >>> fold = deal(np.array([0, 0, 1, 1]), np.arange(4), 2, seed=0)
    >>> sorted(fold[:2].tolist()), sorted(fold[2:].tolist())
    ([0, 1], [0, 1])
    """
    rng = np.random.default_rng(seed)
    shares = _shares(classes, units)
    # A unit is dealt with those of the class that it matters most to.
    weight, leading = _heaviest(shares)
    heavy = _weighty(weight, n_folds)
    fold = np.full(shares.shape[0], -1, dtype=np.int64)
    loads = np.zeros((shares.shape[1], n_folds))
    order = heavy[np.lexsort((rng.random(heavy.size), -weight[heavy]))]
    _place(shares, order, fold, loads)
    for label in np.unique(leading[fold < 0]):
        light = np.flatnonzero((fold < 0) & (leading == label))
        rng.shuffle(light)
        own = np.asarray(shares[light][:, [label]].todense()).ravel()
        fold[light] = _fill(own, loads[label], rng)
    return fold[units]


def _shares(classes: Codes, units: Codes) -> sparse.csr_array:
    """Return what part of each class (and of all rows, the last column) each unit holds."""
    n_units, n_classes = int(units.max()) + 1, int(classes.max()) + 1
    ones = np.ones(classes.size)
    by_class = sparse.csr_array((ones, (units, classes)), shape=(n_units, n_classes))
    by_class.sum_duplicates()
    total = np.maximum(np.bincount(classes, minlength=n_classes), 1)
    by_class.data /= total[by_class.indices]
    rows = np.bincount(units, minlength=n_units) / classes.size
    return sparse.csr_array(sparse.hstack([by_class, sparse.csr_array(rows[:, None])]))


def _heaviest(shares: sparse.csr_array) -> tuple[NDArray[np.float64], Codes]:
    """Return each unit's largest share, and the column that it lies in."""
    n_units = shares.shape[0]
    unit = np.repeat(np.arange(n_units), np.diff(shares.indptr))
    order = np.lexsort((shares.indices, -shares.data, unit))
    first = order[np.flatnonzero(np.diff(unit[order], prepend=-1))]
    return shares.data[first], shares.indices[first].astype(np.int64)


def _weighty(weight: NDArray[np.float64], n_folds: int) -> Codes:
    """Return the units that are placed one by one."""
    heavy = np.flatnonzero(weight > LIGHT_SHARE / n_folds)
    if heavy.size <= MAX_WEIGHTY:
        return heavy
    return heavy[np.argsort(-weight[heavy], kind="stable")[:MAX_WEIGHTY]]


def _place(shares: sparse.csr_array, order: Codes, fold: Codes, loads: Loads) -> None:
    """Give each unit in turn to the fold where it raises the sum of squared loads least."""
    pointer, columns, data = shares.indptr, shares.indices, shares.data
    for unit in order:
        part = slice(pointer[unit], pointer[unit + 1])
        best = int(np.argmin(data[part] @ loads[columns[part]]))
        fold[unit] = best
        loads[columns[part], best] += data[part]


def _fill(own: NDArray[np.float64], load: NDArray[np.float64], rng: np.random.Generator) -> Codes:
    """Return folds for light units so that the loads become as equal as they can."""
    folds = rng.permutation(load.size)
    even = (load.sum() + own.sum()) / load.size
    wanted = np.maximum(even - load[folds], 0.0)
    ends = np.cumsum(wanted) * (own.sum() / wanted.sum())
    middle = np.cumsum(own) - own / 2
    return folds[np.minimum(np.searchsorted(ends, middle), load.size - 1)]
