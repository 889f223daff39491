"""Whether times name a zone: a moment, and what a clock on some wall showed, are not the same."""

from __future__ import annotations

import polars as pl

#: A day and a time of it in ISO 8601, and a zone at the end of them.
ISO_CLOCK, ISO_ZONE = r"^\d{4}-\d\d-\d\d[T ]\d", r"(?:[Zz]|[+-]\d\d:?\d*)$"


def names_zone(column: pl.Series) -> bool | None:
    """Return whether times name a zone; None where that cannot be told, or some do and others do not.

    A day alone tells nothing of it, nor does text of another kind than ISO 8601.

    Examples
    --------
    >>> names_zone(pl.Series(["2026-01-31T12:00:00Z", None])), names_zone(pl.Series(["2026-01-31 12:00"]))
    (True, False)
    >>> names_zone(pl.Series(["2026-01-31"])), names_zone(pl.Series(["31/01/2026 12:00"]))
    (None, None)
    """
    if isinstance(column.dtype, pl.Datetime):
        return column.dtype.time_zone is not None
    if column.dtype != pl.String:
        return None
    text = column.drop_nulls().str.strip_chars()
    if not (len(text) and text.str.contains(ISO_CLOCK).all()):
        return None
    zoned = text.str.contains(ISO_ZONE)
    return bool(zoned[0]) if zoned.n_unique() == 1 else None
