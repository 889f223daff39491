"""Stratified folds: every fold has its share of each class, near-duplicates stay together."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.splits.balance import deal
from phantom_ml.data.splits.plan import Codes, Split, SplitPlan, has_classes, splits_of_folds
from phantom_ml.wording import counted

#: A single holdout is one of so many folds.
HOLDOUT_FOLDS = 5
#: The share of a fold's rows of a class that copies of one row may be. More, such as rows that are blank, would be
#: all that a score is of.
MOST_OF_FOLD = 0.25
#: What folds have their share of, in words.
OF_CLASSES, OF_VALUES = "every class", "small and large values"


def stratified(
    classes: Codes,
    n_folds: int,
    seed: int,
    duplicates: Codes | None = None,
    share: str = OF_CLASSES,
) -> SplitPlan:
    """Return stratified folds, or one holdout of a fifth for ``n_folds`` 1.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1, each in at least two rows where a model has to know every class.
    n_folds : int
    seed : int
    duplicates : int64 array of shape (n_rows,), optional
        Rows with one code are kept in one fold, unless they would be more than a quarter of its rows of their
        class: such a cluster is what the data is like, not a copy, and is spread.
    share : str
        What each fold has its share of, in words.
    """
    dealt = _bounded(n_folds, classes.size)
    n_classes = int(classes.max()) + 1
    reason = f"Rows were dealt to {dealt} folds at random, each with its share of {share}."
    if n_folds == 1:
        reason = f"A fifth of the rows was held out at random, with its share of {share}."
    if duplicates is not None:
        units, kept = _small_clusters(classes, duplicates, dealt)
        fold = deal(classes, units, dealt, seed)
        splits = splits_of_folds(fold, dealt)
        if all(has_classes(classes, s.train, n_classes) for s in splits):
            copies = counted(kept, "row that is nearly a copy", "rows that are nearly copies")
            stay = "stays" if kept == 1 else "stay"
            told = f" {copies} of another {stay} beside it." if kept else ""
            return SplitPlan(take(splits, n_folds, classes), "stratified", reason + told)
    fold = deal(classes, np.arange(classes.size), dealt, seed)
    return SplitPlan(take(splits_of_folds(fold, dealt), n_folds, classes), "stratified", reason)


def strata(values: NDArray[np.float64], n_folds: int) -> Codes:
    """Return bins of about equally many rows, by value, so that folds see small and large ones.

    Examples
    --------
    >>> strata(np.array([1.0, 9.0, 2.0, 8.0]), 2).tolist()
    [0, 1, 0, 1]
    """
    n_bins = int(np.clip(values.size // max(2, n_folds), 1, 20))
    edges = np.unique(np.quantile(values, np.linspace(0, 1, n_bins + 1)[1:-1]))
    bins = np.searchsorted(edges, values, side="left")
    return np.unique(bins, return_inverse=True)[1].astype(np.int64)


def take(splits: tuple[Split, ...], n_folds: int, classes: Codes) -> tuple[Split, ...]:
    """Return all splits, or for ``n_folds`` 1 the one whose valid part is the best holdout."""
    if n_folds > 1:
        return splits
    return (max(splits, key=lambda s: _worth(classes, s)),)


def _worth(classes: Codes, split: Split) -> tuple[int, float]:
    """Return how many classes the valid part has, then how close to a fifth of the rows it is."""
    away = abs(split.valid.size - classes.size / HOLDOUT_FOLDS)
    return int(np.unique(classes[split.valid]).size), -away


def _bounded(n_folds: int, n_rows: int) -> int:
    wanted = HOLDOUT_FOLDS if n_folds == 1 else n_folds
    return max(2, min(wanted, n_rows))


def _small_clusters(classes: Codes, duplicates: Codes, n_folds: int) -> tuple[Codes, int]:
    """Return units of rows, too large clusters taken apart, and how many rows keep a copy."""
    cluster = np.unique(duplicates, return_inverse=True)[1].astype(np.int64)
    n_classes = int(classes.max()) + 1
    cells, place = np.unique(cluster * n_classes + classes, return_inverse=True)
    rows = np.bincount(place)
    of_class = np.bincount(classes, minlength=n_classes)[cells % n_classes]
    limit = MOST_OF_FOLD * of_class / n_folds
    too_large = np.zeros(int(cluster.max()) + 1, dtype=bool)
    too_large[cells[rows > np.maximum(limit, 2.0)] // n_classes] = True
    loose = too_large[cluster]
    kept = int((~loose & (np.bincount(cluster)[cluster] > 1)).sum())
    apart = np.where(loose, int(cluster.max()) + 1 + np.arange(classes.size), cluster)
    return np.unique(apart, return_inverse=True)[1].astype(np.int64), kept
