"""Labels that are known days after their rows: one late block to measure on, and how long a delay may be.

Rows whose labels were not known when a block began teach nothing of it. The longer the delay, the fewer rows
are left to learn from, until none are. Then there is no honest figure, and rows are not dealt at random instead.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.splits.plan import Codes, RowTies
from phantom_ml.data.splits.timeline import Timeline
from phantom_ml.data.times.parse import DAY_NS
from phantom_ml.errors import BadSetting


def latest_block(line: Timeline, embargo_ns: int) -> int | None:
    """Return where the one block begins whose rows, and those known before it, are most; None where none can.

    Of the rarest class counts how many rows are on the side that has fewer.
    """
    edges = line.edges()
    known = np.searchsorted(line.time, line.time[edges] - embargo_ns, side="left")
    before = _counts(line, known)
    after = line.total - _counts(line, edges)
    rarest = np.minimum(before.min(axis=1), np.sort(after, axis=1)[:, -min(2, line.n_classes)])
    able = line.taught(before) & line.measurable(after)
    return int(edges[np.argmax(np.where(able, rarest, -1))]) if able.any() else None


def longest_delay(classes: Codes, time: Codes) -> int:
    """Return the nanoseconds that a label delay must be shorter than; 0 where rows split in no time at all.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes 0..k-1.
    time : int64 array of shape (n_rows,)
        Nanoseconds; the smallest int64 where unknown.

    Examples
    --------
    >>> longest_delay(np.arange(100) % 2, np.arange(100))
    81
    """
    line = Timeline.of(time, classes)
    edges = line.edges()
    seen = line.all_seen()
    if line.mostly_unknown or not edges.size or seen > line.rows.size:
        return 0
    ends = edges[line.measurable(line.total - _counts(line, edges))]
    return max(0, int(line.time[ends[-1]] - line.time[seen - 1])) if ends.size else 0


def has_forward(
    target: NDArray[np.int64] | NDArray[np.float64], kind: ProblemKind, ties: RowTies
) -> bool:
    """Return whether rows can be measured by what was known in time; also where no label is late."""
    if ties.time is None or not ties.embargo_ns:
        return True
    return ties.embargo_ns < longest_delay(codes_of(target, kind), ties.time)


def require_forward(
    target: NDArray[np.int64] | NDArray[np.float64],
    kind: ProblemKind,
    ties: RowTies,
    setting: str = "config.task_settings.label_delay",
) -> None:
    """Return if rows can be measured by what was known in time.

    Parameters
    ----------
    target : array of shape (n_rows,)
        Class codes, or values.
    kind : ProblemKind
    ties : RowTies
        Of the same rows.
    setting : str
        What the delay is called.

    Raises
    ------
    BadSetting
        They cannot: the label delay is too long for them.
    """
    if ties.time is None or has_forward(target, kind, ties):
        return
    line = Timeline.of(ties.time, codes_of(target, kind))
    days = float(np.ptp(line.time)) / DAY_NS if line.rows.size else 0.0
    delay, longest = ties.embargo_ns / DAY_NS, longest_delay(codes_of(target, kind), ties.time)
    told = f"{setting} is {delay:g} days, and the rows to learn from span {days:.3g}: "
    if days <= delay:
        why = "no label would be known in time."
    elif line.mostly_unknown:
        why = "but more than half of them have no time."
    else:
        rows = "rows of every class" if kind.is_classification else "rows"
        why = f"no {rows} are so much older than enough rows to measure on."
    raise BadSetting(told + why, _instead(longest, kind))


def codes_of(target: NDArray[np.int64] | NDArray[np.float64], kind: ProblemKind) -> Codes:
    """Return class codes; of values one for all, because no part of the rows must hold some of them."""
    if kind.is_classification:
        return target.astype(np.int64)
    return np.zeros(target.size, dtype=np.int64)


def _counts(line: Timeline, places: Codes) -> Codes:
    """Return the rows of each class before some places, shape (n_places, n_classes)."""
    each = [np.flatnonzero(line.classes == code) for code in range(line.n_classes)]
    return np.stack([np.searchsorted(rows, places) for rows in each], axis=1)


def _instead(longest_ns: int, kind: ProblemKind) -> str:
    if not longest_ns:
        span = "a span in which every class comes early and late"
        return (
            f"Give rows with times in {span if kind.is_classification else 'a longer span'}, or leave "
            "label_delay out: rows would then teach what nobody knew yet."
        )
    return (
        f"These rows allow a delay below {_rounded_down(longest_ns / DAY_NS)} days: give rows of a longer span, "
        "or a delay that is shorter, if labels are known sooner."
    )


def _rounded_down(value: float) -> str:
    """Return a number with three digits, none of them rounded up.

    Examples
    --------
    >>> _rounded_down(187.96), _rounded_down(0.43289)
    ('187', '0.432')
    """
    step = 10.0 ** (math.floor(math.log10(value)) - 2)
    return f"{math.floor(value / step) * step:.3g}"
