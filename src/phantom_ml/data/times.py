"""Times of a column, whatever form they are stored in."""

from __future__ import annotations

from collections.abc import Sequence

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
    their size, text as ISO 8601 and its relatives, web server logs, syslog, mail, ctime and spreadsheets.
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


def days_spanned(values: pl.Series) -> float:
    """Return the days from the first time of a column to the last, odd ones at either end left out.

    Times without a year lie on a circle: they span what their widest gap leaves of it.

    Examples
    --------
    >>> days_spanned(pl.Series(["2026-12-30", "2027-01-02"]))
    3.0
    >>> days_spanned(pl.Series(["Dec 30 00:00:00", "Jan  2 00:00:00"]))
    3.0
    """
    times = _sorted(values)
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


def _sorted(values: pl.Series) -> NDArray[np.int64]:
    return np.sort(to_datetime(values).drop_nulls().to_numpy().astype(np.int64))


def _around(times: NDArray[np.int64]) -> int:
    """Return the gap from the last time over the end of the year to the first."""
    return int(LEAP_DAYS * DAY - (times[-1] - times[0]))


def _from_epoch(values: pl.Series) -> pl.Series:
    numbers = values.cast(pl.Float64, strict=False)
    size = _typical(numbers)
    if DAYS[0] <= size <= DAYS[1] and (numbers == numbers.floor()).all():
        days = numbers.cast(pl.Int64, strict=False).cast(pl.String)
        return days.str.to_datetime("%Y%m%d", strict=False, time_unit="us")
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


#: Whole spellings that are frequent, and so are tried as they stand; evened out, they are read below.
WHOLE = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %e %H:%M:%S %Y",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y.%m.%d",
    "%Y%m%dT%H%M%S%#z",
)
#: No text fits two of these: the order is free, and what a cell says hangs on no other cell.
FORMS = (
    "%Y-%m-%d %H:%M:%S%.f",  # ISO 8601 and its relatives
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    "%Y-%m-%d-%H.%M.%S%.f",  # Blue Gene/L
    "%Y%m%d %H%M%S%.f",
    "%d/%b/%Y:%H:%M:%S",  # Common Log Format
    "%d/%b/%Y %H:%M:%S",
    "%m/%d/%Y %I:%M:%S %p",  # spreadsheets
    "%m/%d/%Y %I:%M %p",
    "%m/%d/%Y %H:%M:%S%.f",
    "%m/%d/%Y %H:%M",
    "%m/%d/%Y",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d %b %Y %H:%M:%S%.f",  # mail (RFC 5322)
    "%d %b %Y %H:%M",
    "%d %b %Y",
    "%b %e %Y %H:%M:%S%.f",
    "%b %e %Y",
    "%b %e %H:%M:%S %Y",  # ctime
    "%b %e %H:%M:%S%.f",  # syslog (RFC 3164)
)
#: RFC 3164 tells no year: its times take a leap year, so that every day exists.
SYSLOG, LEAP_YEAR = FORMS[-1], "2000"
#: Its days; microseconds of a day; the share of times at either end that may be mistakes.
LEAP_DAYS, DAY, ENDS = 366, 86_400_000_000, 0.01
#: How that year looks where a cell does tell it, and a plain number.
THAT_YEAR = r"2000|[/.]00\b|^\d[\d.]*$"
#: Windows counts tenths of microseconds since 1601; this many microseconds before 1970.
FILETIME_EPOCH = 11_644_473_600_000_000
#: What stands around a time or between its parts, and how the forms above want it.
SPELLINGS = (
    (r"^<\d{1,3}>", ""),
    (r"^(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]*,?\s+", ""),
    (r"(\d) ?(?:Z|UTC|GMT)(?:$| (\d{4})$)", "$1 $2"),
    (r"(:\d\d) ?[A-Z]{3,4}(?:$| (\d{4})$)", "$1 $2"),
    (r"^([^A-Za-z]*[A-Z][a-z][a-z])[a-z]+", "$1"),
    (r",(\d+ ?)$", ".$1"),
    (r"^(\d{4})[./](\d\d?)[./](\d\d?)", "$1-$2-$3"),
    (r"^(\d{4}-?\d\d-?\d\d)[T_-](\d\d:?\d\d)", "$1 $2"),
    (r"^(\d\d?)-([A-Z][a-z]{2,8})-(\d{4})", "$1 $2 $3"),
    (r"([A-Za-z]{3} +\d\d?), ", "$1 "),
    (r"^(\d\d?[/.]\d\d?[/.])(\d\d)( |$)", "${1}20$2$3"),
    (r"\s{2,}", " "),
)
#: What every time has: signs between digits, the digits of a day and a time, or a month.
DATED = r"\d[/.:-]\d|\d{8}[T_ ]\d{4}|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: Hours and minutes east of Greenwich, behind a time of day.
OFFSET = r"(:\d\d(?:[.,]\d+)?) ?([+-])(\d\d):?(\d\d)$"
#: Cells that tell which forms to try first, and characters of the longest time.
HEAD, LONGEST = 100, 64


def _from_text(text: pl.Series) -> pl.Series:
    text = text.str.strip_chars()
    parsed = _filled(_nothing(text), text, _likely(text, (*WHOLE, *FORMS)))
    unread = parsed.is_null() & (text.str.len_bytes() <= LONGEST) & text.str.contains(DATED)
    odd = unread.arg_true()
    return parsed.scatter(odd, _from_odd_text(text.gather(odd))) if len(odd) else parsed


def _from_odd_text(text: pl.Series) -> pl.Series:
    """Return the times of text once its zone is taken off and its spelling is evened out."""
    text = text.str.strip_chars("[]")
    zone = text.str.extract_groups(OFFSET).struct.unnest()
    minutes = zone["3"].cast(pl.Int64) * 60 + zone["4"].cast(pl.Int64)
    east = (minutes * (zone["2"] + "1").cast(pl.Int64)).fill_null(0)
    text = text.str.replace(OFFSET, "$1")
    for spelling, wanted in SPELLINGS:
        text = text.str.replace(spelling, wanted)
    text = text.str.strip_chars()
    likely = _likely(text, FORMS)
    others = [form for form in FORMS if form not in likely]
    parsed = _filled(_nothing(text), text, [*likely, *others])
    return parsed - (east * 60_000_000).cast(pl.Duration("us"))


def _nothing(text: pl.Series) -> pl.Series:
    return pl.repeat(None, len(text), dtype=pl.Datetime("us"), eager=True).alias(text.name)


def _likely(text: pl.Series, forms: Sequence[str]) -> list[str]:
    """Return the forms of the first cells, the most frequent first."""
    head = text.drop_nulls().head(HEAD)
    hits = {form: _read(head, form).count() for form in forms}
    return sorted((form for form in forms if hits[form]), key=lambda form: -hits[form])


def _filled(parsed: pl.Series, text: pl.Series, forms: Sequence[str]) -> pl.Series:
    """Return the times with those added that are still unread and in one of the forms."""
    for form in forms:
        rest = (parsed.is_null() & text.is_not_null()).arg_true()
        if not len(rest):
            break
        whole = len(rest) == len(text)
        read = _read(text if whole else text.gather(rest), form)
        parsed = read if whole else parsed.scatter(rest, read)
    return parsed


def _read(text: pl.Series, form: str) -> pl.Series:
    if form == SYSLOG:
        text, form = f"{LEAP_YEAR} " + text, f"%Y {form}"
    times = text.str.to_datetime(form, strict=False, time_unit="us")
    zoned = isinstance(times.dtype, pl.Datetime) and times.dtype.time_zone is not None
    times = times.dt.replace_time_zone(None) if zoned else times
    # The year 24 is 2024 cut short.
    return times.set(times.dt.year() < 100, None)


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
