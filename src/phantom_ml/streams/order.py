"""How far a series has come in time: rows go forward, but one wrong clock does not end a series.

A row that leaps years ahead is believed once further rows have followed it there. Until then a row may go back to
where the series was before, and the clock of what leapt is taken for wrong. A true pause, however long, needs
nothing: the rows after it follow each other.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
#: Nanoseconds that a row must lie ahead of the one before it to be a leap: longer than a year of rare rows.
LEAP = 400 * 86_400 * 10**9
#: So many rows at the other end of a leap show that time itself went on: from then on there is no way back.
BELIEVED = 100


@dataclass(frozen=True)
class Reached:
    """Where a series is in time.

    Attributes
    ----------
    last : int
        The time of the last row.
    before : int or None
        The time of the last row before a leap that is not believed yet; None where there was none.
    n_since : int
        Rows since that leap, with the one that leapt.
    """

    last: int
    before: int | None = None
    n_since: int = 0


@dataclass(frozen=True)
class Walk:
    """What rows of a series make of its time.

    Attributes
    ----------
    reached : Reached
        After the rows, or before the one that goes back.
    back : int or None
        Which row goes back, None for none.
    doubted : tuple of int
        Times of rows that leapt and were gone back from, the last one of each leap.
    """

    reached: Reached
    back: int | None = None
    doubted: tuple[int, ...] = ()


def walk(reached: Reached | None, times: Ints, leap: int | None) -> Walk:
    """Return how far rows take a series.

    Parameters
    ----------
    reached : Reached or None
        Where it was; None at its begin.
    times : int64 array of shape (n,)
        Of the rows, n at least 1.
    leap : int or None
        How far ahead is a leap; None where the unit of time is not known, and no row is doubted.

    Examples
    --------
    >>> walk(None, np.array([1, 2, 900, 3, 4]), leap=100)
    Walk(reached=Reached(last=4, before=None, n_since=0), back=None, doubted=(900,))
    >>> walk(None, np.array([1, 3, 2]), leap=100).back
    2
    """
    now = Reached(int(times[0])) if reached is None else reached
    if now.before is None and _is_plain(np.append(now.last, times), leap):
        return Walk(Reached(int(times[-1])))
    doubted: list[int] = []
    for i, time in enumerate(times.tolist()):
        after = _after(now, time, leap)
        if after is None:
            return Walk(now, i, tuple(doubted))
        if time < now.last:
            doubted.append(now.last)
        now = after
    return Walk(now, None, tuple(doubted))


def _is_plain(times: Ints, leap: int | None) -> bool:
    """Return whether times go forward without a leap."""
    if (times[1:] < times[:-1]).any():
        return False
    gaps = np.diff(times)
    # The widest gaps of all are more than 64 bits hold of one sign.
    return leap is None or not ((gaps < 0) | (gaps > leap)).any()


def _after(now: Reached, time: int, leap: int | None) -> Reached | None:
    """Return where a series is after one more row; None where that row goes back."""
    if time >= now.last and now.before is not None:
        n_since = now.n_since + 1
        return Reached(time) if n_since >= BELIEVED else Reached(time, now.before, n_since)
    start = now.last if time >= now.last else now.before
    if start is None or time < start:
        return None
    is_leap = leap is not None and time - start > leap
    return Reached(time, start, 1) if is_leap else Reached(time)
