"""Times of a column, whatever form they are stored in."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: Days written as one number, 1900 to 2100, and Windows FILETIME from 1990 to 2100.
DAYS, FILETIMES = (19_000_101, 21_001_231), (1.227e17, 1.574e17)
#: Epoch values of up to this magnitude are seconds, then milli-, micro- and nanoseconds.
UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (float("inf"), "ns"))


def to_datetime(values: pl.Series) -> pl.Series:
    """Return a column as Datetime in microseconds (UTC where a zone is known); null where unreadable.

    Dates and datetimes are taken as they are, numbers as epoch seconds, milli-, micro- or nanoseconds by
    their size, text as ISO 8601 and its usual relatives.
    """
    if values.dtype == pl.Date:
        return values.cast(pl.Datetime("us"))
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone is not None:
            values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return values.dt.cast_time_unit("us")
    if values.dtype.is_numeric():
        return _from_epoch(values)
    text = values.cast(pl.String, strict=False)
    numbers = text.cast(pl.Float64, strict=False)
    if 2 * numbers.count() > max(1, text.count()):
        return _from_epoch(numbers)
    return _from_text(text)


def _from_epoch(values: pl.Series) -> pl.Series:
    numbers = values.cast(pl.Float64, strict=False)
    size = _typical(numbers)
    if DAYS[0] <= size <= DAYS[1] and values.dtype.is_integer():
        return values.cast(pl.String).str.to_datetime("%Y%m%d", strict=False, time_unit="us")
    if FILETIMES[0] <= size <= FILETIMES[1]:
        since = (numbers.cast(pl.Float64) / 10).cast(pl.Int64, strict=False) - FILETIME_EPOCH
        return since.cast(pl.Datetime("us"))
    unit = next(u for limit, u in UNITS if size < limit)
    factor = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[unit]
    scaled = pl.col("t") * factor
    # Outside the years 1 to 9999 a value is no time.
    known = pl.when(scaled.abs() <= 2.5e17).then(scaled)
    micros = numbers.alias("t").to_frame().select(known).to_series()
    return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))


#: Beside ISO 8601: web logs, spreadsheets, supercomputer logs; tried in this order on what is unread.
FORMATS = (
    "%d/%b/%Y:%H:%M:%S %z",
    "%Y/%m/%d %H:%M:%S",
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M",
    "%d.%m.%Y %H:%M",
    "%Y-%m-%d-%H.%M.%S%.f",
)
#: RFC 3164 tells no year: its times take a leap year, so that every day exists.
SYSLOG, SYSLOG_YEAR = "%Y %b %e %H:%M:%S", "2000 "
#: Windows counts tenths of microseconds since 1601; this many microseconds before 1970.
FILETIME_EPOCH = 11_644_473_600_000_000


def _from_text(text: pl.Series) -> pl.Series:
    text = text.str.strip_chars()
    iso = text.str.replace(r"([+-]\d\d:?\d\d|Z)$", "").str.replace("T", " ", literal=True)
    parsed = iso.str.to_datetime("%Y-%m-%d %H:%M:%S%.f", strict=False, time_unit="us")
    if parsed.null_count() > text.null_count():
        day = iso.str.replace_all(".", "-", literal=True)
        days = day.str.to_datetime("%Y-%m-%d", strict=False, time_unit="us")
        minutes = iso.str.to_datetime("%Y-%m-%d %H:%M", strict=False, time_unit="us")
        parsed = parsed.fill_null(minutes).fill_null(days)
    for form in FORMATS:
        if parsed.null_count() == text.null_count():
            break
        other = text.str.to_datetime(form, strict=False, time_unit="us")
        if isinstance(other.dtype, pl.Datetime) and other.dtype.time_zone is not None:
            other = other.dt.replace_time_zone(None)
        parsed = parsed.fill_null(other)
    if parsed.null_count() > text.null_count():
        syslog = (SYSLOG_YEAR + text).str.to_datetime(SYSLOG, strict=False, time_unit="us")
        parsed = parsed.fill_null(syslog)
    return parsed


def _typical(values: pl.Series) -> float:
    numbers = values.drop_nulls().to_numpy()
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(np.median(finite)) if len(finite) else 0.0


def _largest(values: pl.Series) -> float:
    numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
    return float(np.abs(numbers).max()) if len(numbers) else 0.0


def nanoseconds(values: pl.Series) -> NDArray[np.int64]:
    """Return the times of a column as int64 nanoseconds since 1970, shape (n_rows,).

    A plain small number (a year, a day's number) orders as itself. Missing times take the least value,
    so they are never later than a row that is validated.
    """
    if values.dtype.is_numeric() and _largest(values) < 1e8:
        numbers = (values.cast(pl.Float64) * 86_400e9).cast(pl.Int64, strict=False)
    else:
        numbers = to_datetime(values).dt.timestamp("ns")
    least = numbers.min()
    return numbers.fill_null(0 if least is None else least).to_numpy().astype(np.int64)
