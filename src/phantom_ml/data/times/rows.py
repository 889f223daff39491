"""When rows happened, by a column that was named for it."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.parse import NO_TIME, nanoseconds, to_datetime
from phantom_ml.errors import BadSetting
from phantom_ml.wording import counted


def times_of(values: pl.Series) -> NDArray[np.int64]:
    """Return the times of a column as ``nanoseconds`` does; raises BadSetting where they order no row."""
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
            f"None of {counted(len(values), 'row')} has a readable time in the time column {values.name!r}.",
            "Name a column of dates, times or numbers that grow with time, or write these as ISO 8601.",
        )
    raise BadSetting(
        f"The time column {values.name!r} holds no two different times.",
        "Name a column of dates, times or numbers that grow with time.",
    )
