"""When rows happened, by a column that was named for it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.parse import NO_TIME, nanoseconds, to_datetime
from phantom_ml.data.times.units import require_one_unit
from phantom_ml.errors import BadSetting
from phantom_ml.wording import counted


def times_of(values: pl.Series) -> NDArray[np.int64]:
    """Return the times of a column as ``nanoseconds`` does.

    Raises
    ------
    BadSetting
        They order no row.
    DataError
        They count in two units, seconds and milliseconds.
    """
    require_one_unit(values)
    times = nanoseconds(values)
    told = times[times != NO_TIME]
    if len(times) < 2 or (told != told[:1]).any():
        return times
    known = to_datetime(values)
    within = known.dt.timestamp("ns").count()
    if within < known.count():
        raise BadSetting(
            f"Only {within:,} of {counted(len(values), 'row')} have a readable time from 1678 to 2261 in the time "
            f"column {values.name!r}, and no two different ones.",
            "Leave cells empty that stand for no time, such as 9999-12-31, or name another column.",
        )
    if not values.dtype.is_numeric() and not known.count():
        raise BadSetting(
            f"None of {counted(len(values), 'row')} has a readable time in the time column {values.name!r}"
            f"{for_one(values)}.",
            "Name a column of dates, times or numbers that grow with time, or write these as ISO 8601.",
        )
    raise BadSetting(
        f"The time column {values.name!r} holds no two different times.",
        "Name a column of dates, times or numbers that grow with time.",
    )


def for_one(values: pl.Series) -> str:
    """Return in words the first cell that holds something; nothing where none does.

    Examples
    --------
    >>> for_one(pl.Series([None, "soon"])), for_one(pl.Series([None]))
    (", 'soon' for one", '')
    """
    held = values.drop_nulls().head(1).cast(pl.String, strict=False).to_list()
    return f", {held[0][:60]!r} for one" if held else ""
