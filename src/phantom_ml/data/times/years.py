"""Times that may tell no year: whether they do, how long they span, and whether over a year's end."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.parse import to_datetime
from phantom_ml.data.times.text import HEAD, LEAP_YEAR

#: Days of the year that is taken for those that tell none; microseconds of a day.
LEAP_DAYS, DAY = 366, 86_400_000_000
#: The share of times at either end that may be mistakes.
ENDS = 0.01
#: How that year looks where a cell does tell it, and a plain number.
THAT_YEAR = r"2000|[/.]00\b|^\d[\d.]*$"


def tells_year(values: pl.Series) -> bool:
    """Return whether most of the first cells tell their year; where they do not, 2000 is taken for it.

    Examples
    --------
    >>> tells_year(pl.Series(["Mar  1 10:00:00"])), tells_year(pl.Series(["2000-03-01"]))
    (False, True)
    """
    if values.dtype != pl.String:
        return True
    head = values.drop_nulls().head(HEAD)
    assumed = (to_datetime(head).dt.year() == int(LEAP_YEAR)) & ~head.str.contains(THAT_YEAR)
    return 2 * assumed.sum() <= len(head)


def days_spanned(values: pl.Series, form: str | None = None) -> float:
    """Return the days from the first time of a column to the last, odd ones at either end left out.

    Times without a year lie on a circle: they span what their widest gap leaves of it.

    Examples
    --------
    >>> days_spanned(pl.Series(["2026-12-30", "2027-01-02"]))
    3.0
    >>> days_spanned(pl.Series(["Dec 30 00:00:00", "Jan  2 00:00:00"]))
    3.0
    """
    times = _sorted(values, form)
    if not len(times):
        return 0.0
    if not tells_year(values):
        widest = max(np.diff(times).max(initial=0), _around(times))
        return float(LEAP_DAYS - widest / DAY)
    odd = int(ENDS * len(times))
    return float(times[-1 - odd] - times[odd]) / DAY


def spans_new_year(values: pl.Series) -> bool:
    """Return whether times that tell no year lie on both sides of a year's end: their widest gap is inside.

    Examples
    --------
    >>> spans_new_year(pl.Series(["Dec 30 00:00:00", "Jan  2 00:00:00"]))
    True
    """
    if tells_year(values):
        return False
    times = _sorted(values)
    return bool(len(times) and np.diff(times).max(initial=0) > _around(times))


def _sorted(values: pl.Series, form: str | None = None) -> NDArray[np.int64]:
    return np.sort(to_datetime(values, form).drop_nulls().to_numpy().astype(np.int64))


def _around(times: NDArray[np.int64]) -> int:
    """Return the gap from the last time over the end of the year to the first."""
    return int(LEAP_DAYS * DAY - (times[-1] - times[0]))
