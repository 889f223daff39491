"""Grouped folds: no entity is on both sides of a split."""

from __future__ import annotations

import numpy as np

from phantom_ml.data.splits.balance import deal
from phantom_ml.data.splits.plan import Codes, Split, SplitPlan, has_classes, splits_of_folds
from phantom_ml.data.splits.stratified import HOLDOUT_FOLDS, take
from phantom_ml.wording import counted

#: A fold with more of the rows than this leaves too few to train on; its group is only trained on.
LARGEST_VALID_SHARE = 0.6


def grouped(classes: Codes, groups: Codes, n_folds: int, seed: int) -> SplitPlan | None:
    """Return folds of whole groups, balanced by rows and classes; None where that is impossible.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1.
    groups : int64 array of shape (n_rows,)
        Negative: a group of its own.
    n_folds : int
        1: a single holdout of about a fifth.
    seed : int

    Notes
    -----
    Fewer folds are taken where a valid part would have one class only. A split whose train part
    lacks a class, or is less than 40 % of the rows, is left out.
    """
    units = whole_groups(groups)
    n_groups = int(units.max()) + 1
    wanted = min(HOLDOUT_FOLDS if n_folds == 1 else n_folds, n_groups)
    best: tuple[Split, ...] = ()
    for k in range(wanted, 1, -1):
        splits = splits_of_folds(deal(classes, units, k, seed), k)
        usable = tuple(s for s in splits if _usable(classes, s))
        best = max(best, usable, key=len)
        if len(usable) == k:
            break
    return _plan(take(best, n_folds, classes), n_groups) if best else None


def whole_groups(groups: Codes) -> Codes:
    """Return codes 0..k-1 in which each negative code is a group of its own."""
    top = int(groups.max(initial=-1)) + 1
    filled = np.where(groups < 0, top + np.arange(groups.size), groups)
    return np.unique(filled, return_inverse=True)[1].astype(np.int64)


def _usable(classes: Codes, split: Split) -> bool:
    """Return whether every class can be learned, and at least two of them measured."""
    n_classes = int(classes.max()) + 1
    if not split.valid.size or split.valid.size > LARGEST_VALID_SHARE * classes.size:
        return False
    measured = np.unique(classes[split.valid]).size >= min(2, n_classes)
    return measured and has_classes(classes, split.train, n_classes)


def _plan(splits: tuple[Split, ...], n_groups: int) -> SplitPlan:
    parts = counted(len(splits), "part is", "parts are")
    reason = f"No group is on both sides of a split: of {n_groups} whole groups, {parts} held out."
    return SplitPlan(splits, "grouped", reason)
