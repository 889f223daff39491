"""Forward in time: train on what lies before, measure on what comes after (rolling origin)."""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from phantom_ml.data.splits.delayed import latest_block
from phantom_ml.data.splits.plan import Codes, Split, SplitPlan, has_classes
from phantom_ml.data.splits.timeline import Timeline
from phantom_ml.data.times.parse import DAY_NS

#: The first part of the rows, by time, is only trained on.
FIRST_SHARE = 0.4
#: The same for a single holdout.
HOLDOUT_SHARE = 0.8
#: With so few times that this share cannot be kept, a first part may be this small.
LEAST_TRAIN_SHARE = 0.1


def forward(
    classes: Codes, time: Codes, n_folds: int, embargo_ns: int = 0
) -> tuple[SplitPlan | None, str]:
    """Return blocks of time, each measured on by what was trained on all rows before it.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1.
    time : int64 array of shape (n_rows,)
        Nanoseconds; rows without a time are on no side.
    n_folds : int
        Blocks wanted; fewer come where times, or rows of a class, are too few.
    embargo_ns : int
        Rows less than this before a block are not trained on for it.

    Returns
    -------
    plan : SplitPlan or None
        None where the rows cannot be split in time.
    why_not : str
        The reason then.
    """
    line = Timeline.of(time, classes)
    if line.mostly_unknown:
        return None, "More than half of the rows have no time."
    edges = line.edges()
    if not edges.size:
        return None, "All rows have the same time."
    cuts = _cuts(line, edges[edges >= line.all_seen()], n_folds)
    blocks = _blocks(line, cuts)
    splits = [_split(line, start, end, embargo_ns) for start, end in blocks]
    usable = tuple(s for s in splits if line.taught(_of_classes(classes, s.train, line)))
    if not usable and embargo_ns and (late := latest_block(line, embargo_ns)) is not None:
        usable = (_split(line, late, line.rows.size, embargo_ns),)
    if not usable:
        return None, "No point in time has rows of every class before it and enough rows after it."
    few = f"there are {edges.size + 1} different times, and each part needs rows of the classes"
    if embargo_ns:
        few = "each needs rows of the classes, and rows of every class that were known before it"
    return SplitPlan(usable, "forward", _reason(usable, n_folds, few) + _delayed(embargo_ns)), ""


def without_shared_groups(plan: SplitPlan, classes: Codes, groups: Codes) -> SplitPlan:
    """Return the plan with train parts that know no entity of their valid part.

    Where that would leave a train part without a class, or with less than a tenth of its rows, the
    plan is returned as it is, with the reason.
    """
    n_classes = int(classes.max()) + 1
    strict = []
    for split in plan.splits:
        known = (groups[split.train] >= 0) & np.isin(groups[split.train], groups[split.valid])
        train = split.train[~known]
        if train.size < 0.1 * split.train.size or not has_classes(classes, train, n_classes):
            told = " Entities may occur before and after: without those too little would be left."
            return replace(plan, reason=plan.reason + told)
        strict.append(replace(split, train=train))
    told = " What is trained on knows no entity of the rows that it is measured on."
    return SplitPlan(tuple(strict), "forward_grouped", plan.reason + told)


def _cuts(line: Timeline, edges: Codes, n_folds: int) -> Codes:
    """Return the edges where blocks begin, at most ``n_folds``."""
    n_rows = line.rows.size
    if edges.size <= n_folds:
        roomy = edges[edges >= LEAST_TRAIN_SHARE * n_rows]
        return roomy if roomy.size else edges[-1:]
    first = max((HOLDOUT_SHARE if n_folds == 1 else FIRST_SHARE) * n_rows, float(edges[0]))
    wanted = first + (n_rows - first) * np.arange(n_folds) / n_folds
    right = np.clip(np.searchsorted(edges, wanted), 1, edges.size - 1)
    nearer_left = wanted - edges[right - 1] < edges[right] - wanted
    return np.unique(edges[right - nearer_left])


def _blocks(line: Timeline, cuts: Codes) -> list[tuple[int, int]]:
    """Return the (start, end) of blocks; one with too few rows of the classes joins the next."""
    ends = [*cuts.tolist(), line.rows.size][1:]
    blocks: list[tuple[int, int]] = []
    start: int | None = None
    for cut, end in zip(cuts.tolist(), ends, strict=True):
        start = cut if start is None else start
        if line.measurable(line.counts(start, end)):
            blocks.append((start, end))
            start = None
    if start is not None and blocks:
        blocks[-1] = (blocks[-1][0], line.rows.size)
    return blocks


def _of_classes(classes: Codes, rows: Codes, line: Timeline) -> Codes:
    return np.bincount(classes[rows], minlength=line.n_classes)


def _split(line: Timeline, start: int, end: int, embargo_ns: int) -> Split:
    """Return the split whose valid part is one block."""
    begin = int(line.time[start]) - embargo_ns
    before = int(np.searchsorted(line.time, begin, side="left"))
    return Split(np.sort(line.rows[:before]), np.sort(line.rows[start:end]))


def _delayed(embargo_ns: int) -> str:
    """Return the sentence on rows that are left out before a block, or an empty one."""
    if not embargo_ns:
        return ""
    days = embargo_ns / DAY_NS
    return f" Rows of the {days:g} days before a block teach nothing of it: their labels were not known yet."


def _reason(splits: tuple[Split, ...], n_folds: int, few: str) -> str:
    """Return the sentence on blocks, with why there are fewer than were wanted."""
    blocks = "block" if len(splits) == 1 else f"{len(splits)} blocks"
    reason = f"Forward in time: the last {blocks} of rows measured what the rows before taught."
    if len(splits) < n_folds:
        reason += f" {n_folds} were wanted, but {few}."
    return reason
