"""The clock on a wall of a time zone: a day of it begins at midnight there, in summer and in winter.

Moments are nanoseconds since 1970 in UTC. What a wall clock shows is told as nanoseconds too: those of the moment
at which it would show the same in UTC.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Ints = NDArray[np.int64]
NANOSECONDS = pl.Datetime("ns")
#: Before a clock is set by some hours it has been right for so long.
DAY = 86_400 * 10**9


def shown(moments: Ints, zone: str | None) -> Ints:
    """Return what the clock of a zone shows at moments; None: they are left as they are.

    Examples
    --------
    >>> shown(np.array([0]), "Europe/Berlin").tolist() == [3600 * 10**9]
    True
    """
    if zone is None:
        return moments
    told = pl.Series(moments).cast(NANOSECONDS).dt.replace_time_zone("UTC")
    return _whole(told.dt.convert_time_zone(zone).dt.replace_time_zone(None))


def moments_of(shown_times: Ints, zone: str | None) -> Ints:
    """Return when the clock of a zone shows times; None: they are left as they are.

    What it shows twice is told as the first of both; what it leaps over as if it had not been set yet.

    Examples
    --------
    >>> moments_of(np.array([3600 * 10**9]), "Europe/Berlin").tolist()
    [0]
    """
    if zone is None:
        return shown_times
    told = _moments(shown_times, zone)
    leapt = told.is_null().to_numpy()
    found = np.array(_whole(told.fill_null(pl.lit(0).cast(told.dtype))))
    if leapt.any():
        found[leapt] = _whole(_moments(shown_times[leapt] - DAY, zone)) + DAY
    return found


def zone_of(kind: pl.DataType, asked: str | None) -> str | None:
    """Return the zone by whose clock a column of times is counted, None where it is UTC or no moment is told.

    Parameters
    ----------
    kind : polars data type
        Of the column; without a zone its times are taken as they are.
    asked : str or None
        What goes before its own zone.
    """
    own = kind.time_zone if isinstance(kind, pl.Datetime) else None
    zone = None if own is None else asked or own
    return None if zone in (None, "UTC", "Etc/UTC") else zone


def _moments(shown_times: Ints, zone: str) -> pl.Series:
    told = pl.Series(shown_times).cast(NANOSECONDS)
    return told.dt.replace_time_zone(zone, ambiguous="earliest", non_existent="null")


def _whole(times: pl.Series) -> Ints:
    return np.asarray(times.cast(pl.Int64).to_numpy(), np.int64)
