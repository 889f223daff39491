"""Stratified folds: every fold has its share of each class, near-duplicates stay together."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.splits.balance import deal
from phantom_ml.data.splits.copies import Units, largest_share, units_of
from phantom_ml.data.splits.plan import Codes, Split, SplitPlan, has_classes, splits_of_folds

#: A single holdout is one of so many folds.
HOLDOUT_FOLDS = 5
#: What folds have their share of, in words.
OF_CLASSES, OF_VALUES = "every class", "small and large values"


def stratified(
    classes: Codes,
    n_folds: int,
    seed: int,
    duplicates: Codes | None = None,
    needed: Codes | None = None,
) -> SplitPlan:
    """Return stratified folds, or one holdout of a fifth for ``n_folds`` 1.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1, each in at least two rows where a model has to know every class.
    n_folds : int
    seed : int
    duplicates : int64 array of shape (n_rows,), optional
        Rows with one code are kept in one fold, unless they are too many for one, or a lot of it with answers as
        mixed as the table's. Fewer folds are taken where a class has fewer different rows.
    needed : int64 array of shape (n_rows,), optional
        Codes of what must be learned in every fold, where ``classes`` are bins of values; else the classes.
    """
    labels = classes if needed is None else needed
    wanted = _bounded(n_folds, classes.size)
    units = Units(np.arange(classes.size), wanted, 0, 0, 0)
    if duplicates is not None:
        units = units_of(classes, duplicates, wanted, labels, fewer=n_folds > 1)
    splits = _dealt(classes, units, seed)
    if duplicates is not None and not _all_learned(labels, splits):
        units = Units(np.arange(classes.size), wanted, 0, 0, 0)
        splits = _dealt(classes, units, seed)
    share = OF_CLASSES if needed is None else OF_VALUES
    taken = take(splits, n_folds, classes, [largest_share(labels, units.codes, s) for s in splits])
    reason = _reason(taken, wanted, units, share)
    return SplitPlan(taken, "stratified", reason)


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


def take(
    splits: tuple[Split, ...], n_folds: int, classes: Codes, alike: Sequence[float] = ()
) -> tuple[Split, ...]:
    """Return all splits, or for ``n_folds`` 1 the one whose valid part is the best holdout.

    It has the most classes, then is the least made of copies of one row (``alike``: that share of each), and then
    the closest to a fifth of the rows.
    """
    if n_folds > 1:
        return splits
    away = [abs(s.valid.size - classes.size / HOLDOUT_FOLDS) for s in splits]
    known = [np.unique(classes[s.valid]).size for s in splits]
    copied = alike or [0.0] * len(splits)
    best = max(range(len(splits)), key=lambda i: (known[i], -copied[i], -away[i]))
    return (splits[best],)


def _dealt(classes: Codes, units: Units, seed: int) -> tuple[Split, ...]:
    return splits_of_folds(deal(classes, units.codes, units.n_folds, seed), units.n_folds)


def _all_learned(labels: Codes, splits: tuple[Split, ...]) -> bool:
    n_labels = int(labels.max()) + 1
    return all(has_classes(labels, s.train, n_labels) for s in splits)


def _reason(taken: tuple[Split, ...], wanted: int, units: Units, share: str) -> str:
    """Return the sentences on how rows were dealt, and what became of copies."""
    reason = f"Rows were dealt to {units.n_folds} folds at random, each with its share of {share}."
    if len(taken) == 1:
        held_out = f"A fifth of the rows ({taken[0].valid.size:,})"
        reason = f"{held_out} was held out at random, with its share of {share}."
    if units.n_folds < wanted:
        few = "a class has no more different rows" if share == OF_CLASSES else "no more rows differ"
        reason += f" {wanted} were wanted, but {few}."
    return reason + units.told()


def _bounded(n_folds: int, n_rows: int) -> int:
    wanted = HOLDOUT_FOLDS if n_folds == 1 else n_folds
    return max(2, min(wanted, n_rows))
