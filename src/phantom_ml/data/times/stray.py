"""Rows whose clocks lie far from all others: one of them would stretch the days that a table spans.

Alerts a day, and recall over time, are counted by the days from the first row to the last. A device whose clock
was never set, or runs years ahead, tells nothing of these.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.parse import DAY_NS, NO_TIME, is_plain_number
from phantom_ml.data.times.rows import times_of
from phantom_ml.data.times.years import ENDS, tells_year
from phantom_ml.wording import counted

Times = NDArray[np.int64]
Flags = NDArray[np.bool_]
#: Of fewer rows none is far from the others.
LEAST_ROWS = 20
#: A shorter gap is a pause of what was logged, even where the other rows span less.
FAR_DAYS = 30
#: What becomes of one such row, and of several.
LEFT_OUT = (", and a split in time leaves it out", ", and a split in time leaves them out")


def stray_times(times: Times, day: float = DAY_NS) -> Flags:
    """Return which of some times are far from all others, shape (n_rows,).

    So are the first ones, and the last ones, up to a hundredth of the rows or one, that a gap parts from the
    others which is longer than these span all together, and than FAR_DAYS.

    Parameters
    ----------
    times : int64 array of shape (n_rows,)
        NO_TIME where not known; such a row is no stray one.
    day : float
        What a day is in the unit of ``times``.

    Examples
    --------
    >>> week = np.arange(100) * 7 * int(DAY_NS) // 100
    >>> np.flatnonzero(stray_times(np.append(week, 5_000 * int(DAY_NS)))).tolist()
    [100]
    """
    known = times[times != NO_TIME]
    if known.size < LEAST_ROWS:
        return np.zeros(len(times), np.bool_)
    most = max(1, int(ENDS * known.size))
    parted = np.partition(known, [most, known.size - 1 - most])
    # In floats: all the nanoseconds of an int64 are more than it holds of one sign.
    first, last = (
        np.sort(end).astype(np.float64) for end in (parted[: most + 1], parted[-most - 1 :])
    )
    gap = max(last[0] - first[-1], FAR_DAYS * day)
    early, late = np.flatnonzero(np.diff(first) > gap), np.flatnonzero(np.diff(last) > gap)
    low = first[early[-1] + 1] if early.size else first[0]
    high = last[late[0]] if late.size else last[-1]
    placed = times.astype(np.float64)
    far: Flags = ((placed < low) | (placed > high)) & (times != NO_TIME)
    return far


def strays_of(values: pl.Series, times: Times, day: float = DAY_NS) -> Flags:
    """Return which rows of a column of times are stray, as ``stray_times`` does.

    None is where the column holds plain numbers, which are of no clock, or times without a year, which come
    round again.

    Parameters
    ----------
    values : Series
    times : int64 array of shape (n_rows,)
        Of its cells, NO_TIME where not known.
    day : float
        What a day is in the unit of ``times``.
    """
    if is_plain_number(values) or not tells_year(values):
        return np.zeros(len(times), np.bool_)
    return stray_times(times, day)


def usual_times_of(values: pl.Series, sizes: Sequence[int]) -> tuple[Times, tuple[str, ...]]:
    """Return the times of a column as ``times_of`` does, NO_TIME for stray ones, and what to say of these.

    Parameters
    ----------
    values : Series
    sizes : sequence of int
        How many rows, one part after the other, were gathered together: each part is looked at by itself, and
        rows after the last one are left as they are.

    Raises
    ------
    BadSetting
        The times order no row.
    """
    times = times_of(values)
    stray, ends = np.zeros(len(times), np.bool_), np.cumsum([0, *sizes])
    for start, end in pairwise(ends):
        stray[start:end] = strays_of(values[int(start) : int(end)], times[start:end])
    told = told_strays(values.name, times, stray, LEFT_OUT)
    times[stray] = NO_TIME
    return times, told


def days_of(times: Times, day: float = DAY_NS) -> float | None:
    """Return the days from the first known time to the last; None where none is known, or all are the same.

    Examples
    --------
    >>> days_of(np.array([0, 36 * 3_600_000_000_000, NO_TIME]))
    1.5
    """
    known = times[times != NO_TIME]
    span = int(known.max()) - int(known.min()) if known.size else 0
    return span / day if span else None


def told_strays(
    name: str, times: Times, stray: Flags, beside: tuple[str, str] = ("", "")
) -> tuple[str, ...]:
    """Return a sentence or two on stray rows; nothing where there is none.

    Parameters
    ----------
    name : str
        The column.
    times : int64 array of shape (n_rows,)
        In nanoseconds.
    stray : bool array of shape (n_rows,)
    beside : pair of str
        What else becomes of one such row, and of several.
    """
    if not stray.any():
        return ()
    n, others = int(stray.sum()), times[~stray & (times != NO_TIME)]
    lie, clock, them, left = (
        ("lies", "Its clock is", "it", beside[0])
        if n == 1
        else ("lie", "Their clocks are", "them", beside[1])
    )
    which = _day(times[stray][0]) if n == 1 else f"{_day(times[stray][0])} for one"
    return (
        f"{counted(n, 'row')} {lie} far from all others in {name!r}, {which}; the others are of "
        f"{_day(others.min())} to {_day(others.max())}. {clock} taken for wrong: no days are counted by {them}"
        f"{left}.",
    )


def _day(time: np.int64) -> str:
    return str(np.datetime64(int(time), "ns").astype("datetime64[D]"))
