"""From what is known about the rows to the splits that an attacker or a later month would make."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.splits.delayed import codes_of, require_forward
from phantom_ml.data.splits.forward import forward, without_shared_groups
from phantom_ml.data.splits.grouped import grouped
from phantom_ml.data.splits.plan import RowTies, Split, SplitPlan
from phantom_ml.data.splits.stratified import strata, stratified
from phantom_ml.wording import counted

UNTIED = RowTies()
#: How a reason begins that says why rows with a time are not split forward in it.
NOT_FORWARD = "No split forward in time"


def make_splits(
    target: NDArray[np.int64] | NDArray[np.float64],
    kind: ProblemKind,
    *,
    n_folds: int,
    seed: int,
    ties: RowTies = UNTIED,
) -> SplitPlan:
    """Return which rows to fit on and which to measure on.

    Forward in time where a time is known, by groups where entities are known, both where both are,
    else stratified. What cannot be done falls back to the next, and the reason says so; but rows whose labels
    are late are never measured by labels of their future.

    Parameters
    ----------
    target : array of shape (n_rows,)
        int64 class codes 0..k-1, each in at least two rows, or float64 values.
    kind : ProblemKind
    n_folds : int
        Splits wanted, at least 1; 1 is a single holdout of a fifth.
    seed : int
        The same seed gives the same splits.
    ties : RowTies
        Times, groups and near-duplicates, for the same rows.

    Raises
    ------
    BadSetting
        Labels are so late that no rows of every class are known before enough others.

    Examples
    --------
    >>> plan = make_splits(np.array([0, 1] * 50), ProblemKind.BINARY, n_folds=5, seed=0)
    >>> plan.scheme, plan.n_splits, plan.held_out.size
    ('stratified', 5, 100)
    """
    classes = codes_of(target, kind)
    reasons = []
    if ties.time is not None:
        plan, why_not = forward(classes, ties.time, n_folds, ties.embargo_ns)
        if plan is not None:
            return (
                plan if ties.groups is None else without_shared_groups(plan, classes, ties.groups)
            )
        require_forward(target, kind, ties)
        reasons.append(f"{NOT_FORWARD}: {why_not}")
    if ties.groups is not None:
        plan = grouped(classes, ties.groups, n_folds, seed)
        if plan is not None:
            return _after(reasons, plan)
        reasons.append("No split by groups: no fold would leave every class and enough rows.")
    if kind.is_classification:
        return _after(reasons, stratified(classes, n_folds, seed, ties.duplicates))
    bins = strata(target.astype(np.float64), n_folds)
    return _after(reasons, stratified(bins, n_folds, seed, ties.duplicates, classes))


def given_split(n_train: int, n_valid: int) -> SplitPlan:
    """Return the one split of rows that came apart, the valid ones placed after the others.

    Examples
    --------
    >>> given_split(3, 2).held_out.tolist()
    [3, 4]
    """
    rows = np.arange(n_train + n_valid, dtype=np.int64)
    split = Split(rows[:n_train], rows[n_train:])
    rows_held = counted(n_valid, "row given for validation was", "rows given for validation were")
    return SplitPlan((split,), "given", f"The {rows_held} held out.")


def _after(reasons: list[str], plan: SplitPlan) -> SplitPlan:
    """Return the plan with what had to be given up said first."""
    return replace(plan, reason=" ".join([*reasons, plan.reason]))
