"""Rows that stretch a series: times far from all others of it, as of a clock that was years off."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.stray import stray_times
from phantom_ml.forecasters.series.columns import named
from phantom_ml.forecasters.series.grid import told_times
from phantom_ml.wording import counted

Ints = NDArray[np.int64]
#: What to do about one such row, and about several.
MENDED = (
    "Leave the row out, or mend its time where its clock was wrong.",
    "Leave these rows out, or mend their times where a clock was wrong.",
)


def told_far_rows(
    times: Ints, kind: pl.DataType, names: tuple[pl.DataFrame, int], day: float
) -> tuple[str, str] | None:
    """Return which rows of a series lie far from its others, and what to do; None where none does.

    Parameters
    ----------
    times : int64 array of shape (n_rows,)
        Of one series, ascending: nanoseconds, or whole numbers.
    kind : polars data type
        What the time column is.
    names : frame and int
        The names of all series, and which one it is.
    day : float
        What a day is in the unit of ``times``; 0 where a gap of less than 30 days counts too.

    Examples
    --------
    >>> times = np.array([*range(30), 9_000])
    >>> told_far_rows(times, pl.Int64(), (pl.DataFrame(), 0), 0.0)[0]
    '1 row lies far from all others, 9000; these are of 0 to 29'
    """
    far = stray_times(times, day)
    if not far.any():
        return None
    first, *_, last = _shown(times[~far], kind)
    n, which = int(far.sum()), _shown(times[far], kind)[0]
    lie = "lies" if n == 1 else "lie"
    for_one = "" if n == 1 else " for one"
    return (
        f"{counted(n, 'row')}{named(*names)} {lie} far from all others, {which}{for_one}; these are of "
        f"{first} to {last}",
        MENDED[min(n, 2) - 1],
    )


def told_span(times: Ints, kind: pl.DataType, names: tuple[pl.DataFrame, int]) -> str:
    """Return from when to when the rows of a series are; parameters as for ``told_far_rows``."""
    first, last = _shown(times[[0, -1]], kind)
    return f"those{named(*names)} are of {first} to {last}"


def _shown(times: Ints, kind: pl.DataType) -> list[str]:
    return [str(time) for time in told_times(pl.Series(times), kind)]
