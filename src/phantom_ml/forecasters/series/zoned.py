"""Whether the times of a history are moments, or what a clock on a wall showed, and new rows are the same."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.times.rows import for_one
from phantom_ml.data.times.zones import names_zone
from phantom_ml.errors import DataError

#: A time of day in text: 10:00, T1000, 10.00.00.
CLOCK = r"\d:\d\d|\d[T_ ]\d{4}|[ -]\d\d?\.\d\d\.\d\d"
#: A zone behind it that is read: UTC, or hours and minutes from it. A year may follow, as in ctime.
ZONE = r"(?:(?:\d|[AaPp][Mm]) ?(?:Z|UTC|GMT)|(?::\d\d|T\d{4}(?:\d\d)?)(?:[.,]\d+)? ?[+-]\d\d:?\d\d)(?: +\d{4})?$"


def is_zoned(column: pl.Series) -> bool | None:
    """Return whether times name a zone; None where that cannot be told, or some do and others do not.

    Letters of other zones than UTC are read as if they were not there, and so name none.

    Examples
    --------
    >>> is_zoned(pl.Series(["31/Jan/2026:12:00:00 +0200"])), is_zoned(pl.Series(["31.01.2026 12:00"]))
    (True, False)
    >>> is_zoned(pl.Series(["31.01.2026"])) is None
    True
    """
    known = names_zone(column)
    if known is not None or column.dtype != pl.String:
        return known
    text = column.drop_nulls().str.strip_chars().str.strip_chars("[]")
    if not (len(text) and text.str.contains(CLOCK).all()):
        return None
    zoned = text.str.contains(ZONE)
    return bool(zoned[0]) if zoned.n_unique() == 1 else None


def zoned_type(kind: pl.DataType) -> bool | None:
    """Return whether times of a type are told with a zone; None where they are no datetimes.

    Examples
    --------
    >>> zoned_type(pl.Datetime("us", "UTC")), zoned_type(pl.Datetime("us")), zoned_type(pl.Int64())
    (True, False, None)
    """
    return kind.time_zone is not None if isinstance(kind, pl.Datetime) else None


def require_same_kind(column: pl.Series, history: bool | None) -> None:
    """Raise DataError where times name a zone and those of the history name none, or the other way round.

    A clock on the wall and a moment are not the same, and nothing tells how far apart they are.

    Parameters
    ----------
    column : polars series
        New times.
    history : bool or None
        What ``is_zoned`` told of those of the history.
    """
    own = is_zoned(column)
    if own is None or history is None or own == history:
        return
    held, others = ("with a zone", "without one") if own else ("without a zone", "with one")
    raise DataError(
        f"The time column {column.name!r} holds times {held}{for_one(column)}; the history has times {others}.",
        "Give the times that a clock on the wall showed, without a zone, as the history has them, or train on "
        "times with a zone."
        if own
        else "Give them with their zone, as the history has them: Z for UTC, +02:00 for two hours east of it.",
    )
