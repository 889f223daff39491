"""Times of a column, whatever form they are stored in."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.form import (
    DAYS,
    ORDERS,
    RECENT,
    mostly_numbers,
    number_form,
    order_of,
    written_numbers,
)

#: The least number above 0.
ABOVE_0 = float(np.nextafter(0.0, 1.0))
#: Nanoseconds of a day.
DAY_NS = 86_400e9
#: What numpy stores for "not a time" when a datetime column is read as int64.
NO_TIME = int(np.iinfo(np.int64).min)
#: Numbers beside text are times where they lie from 1990 to 2100 in one of these counts; no two overlap.
LIKELY = (
    ("days", DAYS),
    ("filetimes", (1.227e17, 1.574e17)),
    ("s", (631_152_000, 4_102_444_800)),
    ("ms", (631_152_000e3, 4_102_444_800e3)),
    ("us", (631_152_000e6, 4_102_444_800e6)),
    ("ns", (631_152_000e9, 4_102_444_800e9)),
)


def to_datetime(values: pl.Series, form: str | None = None) -> pl.Series:
    """Return a column as Datetime in microseconds (UTC where a zone is known); null where unreadable.

    Dates and datetimes are taken as they are, numbers as epoch seconds, milli-, micro- or nanoseconds by
    their size, text as ISO 8601 and its relatives, web server logs, syslog, mail, ctime and spreadsheets.

    Parameters
    ----------
    values : Series
    form : str or None
        What ``time_form`` found in training: each cell is then read by itself. None: decided by these cells.

    Examples
    --------
    >>> to_datetime(pl.Series(["05/01/2023"]), "day first").dt.month().to_list()
    [1]
    """
    if values.dtype == pl.Date:
        return values.cast(pl.Datetime("us"))
    if isinstance(values.dtype, pl.Datetime):
        if values.dtype.time_zone is not None:
            values = values.dt.convert_time_zone("UTC").dt.replace_time_zone(None)
        return values.dt.cast_time_unit("us")
    if values.dtype.is_numeric():
        numbers = values.cast(pl.Float64, strict=False)
        return _from_numbers(numbers, number_form(numbers) if form is None else form)
    text = values.cast(pl.String, strict=False)
    if form in ORDERS:
        return _from_text(text, form)
    numbers = written_numbers(text)
    if form is None:
        form = number_form(numbers) if mostly_numbers(text, numbers) else None
    return _from_text(text, None) if form is None else _from_numbers(numbers, form)


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


def _from_numbers(numbers: pl.Series, form: str) -> pl.Series:
    """Return the times of Float64 numbers; in text, which has an order, only those that are likely ones."""
    if form in ORDERS:
        return _from_likely(numbers)
    if form == "days":
        known = _within(numbers, *DAYS).cast(pl.Int64, strict=False).cast(pl.String)
        return known.str.to_datetime("%Y%m%d", strict=False, time_unit="us")
    if form == "filetimes":
        since = (numbers / 10).cast(pl.Int64, strict=False) - FILETIME_EPOCH
        return since.cast(pl.Datetime("us"))
    factor = {"s": 1e6, "ms": 1e3, "us": 1.0, "ns": 1e-3}[form.removeprefix(RECENT)]
    # Outside the years 1 to 9999 a value is no time.
    lowest = ABOVE_0 if form.startswith(RECENT) else -2.5e17
    micros = _within(numbers * factor, lowest, 2.5e17)
    return micros.cast(pl.Int64, strict=False).cast(pl.Datetime("us"))


def _from_likely(numbers: pl.Series) -> pl.Series:
    """Return the times of numbers, what each counts told by its own size; null where no count is likely."""
    times = _nothing(numbers)
    for form, bounds in LIKELY:
        rows = numbers.is_between(*bounds).arg_true()
        if len(rows):
            times = times.scatter(rows, _from_numbers(numbers.gather(rows), form))
    return times


def _within(numbers: pl.Series, low: float, high: float) -> pl.Series:
    return numbers.set(~numbers.is_between(low, high), None)


#: Whole spellings that are frequent, and so are tried as they stand; evened out, they are read below.
WHOLE = (
    "%Y-%m-%dT%H:%M:%S%.f%#z",
    "%Y-%m-%dT%H:%M:%S%.f",
    "%d/%b/%Y:%H:%M:%S %z",
    "%a, %d %b %Y %H:%M:%S %z",
    "%a %b %e %H:%M:%S %Y",
    "%Y/%m/%d %H:%M:%S%.f",
    "%Y.%m.%d",
    "%Y%m%dT%H%M%S%#z",
)
#: RFC 3164 tells no year: its times take a leap year, so that every day exists.
SYSLOG, LEAP_YEAR = "%b %e %H:%M:%S%.f", "2000"
#: No text fits two of these: the order is free, and what a cell says hangs on no other cell.
FORMS = (
    "%Y-%m-%d %H:%M:%S%.f",  # ISO 8601 and its relatives
    "%Y-%m-%d %H:%M",
    "%Y-%m-%d",
    SYSLOG,
    "%Y-%m-%d-%H.%M.%S%.f",  # Blue Gene/L
    "%Y%m%d %H%M%S%.f",
    "%d/%b/%Y:%H:%M:%S",  # Common Log Format
    "%d/%b/%Y %H:%M:%S",
    "%Y-%m-%d %I:%M:%S %p",  # spreadsheets
    "%Y-%m-%d %I:%M %p",
    "%d.%m.%Y %H:%M:%S%.f",
    "%d.%m.%Y %H:%M",
    "%d.%m.%Y",
    "%d %b %Y %H:%M:%S%.f",  # mail (RFC 5322)
    "%d %b %Y %H:%M",
    "%d %b %Y %I:%M:%S %p",
    "%d %b %Y %I:%M %p",
    "%d %b %Y",
    "%b %e %Y %H:%M:%S%.f",
    "%b %e %Y %H:%M",
    "%b %e %Y %I:%M:%S %p",
    "%b %e %Y %I:%M %p",
    "%b %e %Y",
    "%b %e %H:%M:%S %Y",  # ctime
)
#: Frequent spellings of which the order of the column decides, to be tried as they stand.
ORDERED = {
    "month first": ("%m/%d/%Y %H:%M:%S%.f", "%m/%d/%Y %I:%M:%S %p", "%m/%d/%Y %H:%M", "%m/%d/%Y"),
    "day first": ("%d/%m/%Y %H:%M:%S%.f", "%d/%m/%Y %H:%M", "%d/%m/%Y", "%d-%m-%Y %H:%M:%S%.f"),
    "year first": (),
}
#: Two numbers and a year: what they are is the order's to say.
NUMBERED = r"^(\d\d?)[/-](\d\d?)[/-]"
YEAR_LAST = {
    "month first": "${3}-${1}-${2}",
    "day first": "${3}-${2}-${1}",
    "year first": "${3}-${1}-${2}",
}
SHORT_YEAR = {
    "month first": "20${3}-${1}-${2}",
    "day first": "20${3}-${2}-${1}",
    "year first": "20${1}-${2}-${3}",
}
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
    (r"^(\d{4}-?\d\d?-?\d\d?)(?:[T_-]|, ?)(\d\d?:?\d\d)", "$1 $2"),
    (r"(\d)\s?([AaPp][Mm])$", "$1 $2"),
    (r"(\d [012]?\d)\.(\d\d)\.(\d\d)", "$1:$2:$3"),
    (r"^(\d\d?)-([A-Z][a-z]{2,8})-(\d{4})", "$1 $2 $3"),
    (r"([A-Za-z]{3} +\d\d?), ", "$1 "),
    (r"(\d{4}), ", "$1 "),
    (r"^(\d\d?\.\d\d?\.)(\d\d)( |$)", "${1}20$2$3"),
    (r"\s{2,}", " "),
)
#: What every time has: signs between digits, the digits of a day and a time, or a month.
DATED = r"\d[/.:-]\d|\d{8}[T_ ]\d{4}|Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec"
#: A number that may be a time.
DIGITS = r"^[+\d][\d.eE+]*$"
#: Hours and minutes east of Greenwich, behind a time of day.
OFFSET = r"(:\d\d(?:[.,]\d+)?) ?([+-])(\d\d):?(\d\d)$"
#: Cells that tell which forms to try first, and characters of the longest time.
HEAD, LONGEST = 100, 64


def _from_text(text: pl.Series, order: str | None) -> pl.Series:
    text = text.str.strip_chars()
    in_order = order is not None and text.head(HEAD).str.contains(NUMBERED).any()
    ordered = ORDERED[order] if order is not None and in_order else ()
    parsed = _filled(_nothing(text), text, _likely(text, (*ordered, *WHOLE, *FORMS)))
    unread = (parsed.is_null() & text.is_not_null()).arg_true()
    return parsed.scatter(unread, _of_unread(text.gather(unread), order)) if len(unread) else parsed


def _of_unread(text: pl.Series, order: str | None) -> pl.Series:
    """Return the times of text in no frequent spelling, and of numbers in it."""
    times = _nothing(text)
    short = text.str.len_bytes() <= LONGEST
    odd = (short & text.str.contains(DATED)).arg_true()
    if len(odd):
        times = times.scatter(odd, _from_odd_text(text.gather(odd), order))
    plain = (short & text.str.contains(DIGITS)).arg_true()
    if len(plain):
        numbers = text.gather(plain).cast(pl.Float64, strict=False)
        times = times.scatter(plain, _from_likely(numbers))
    return times


def _from_odd_text(text: pl.Series, order: str | None) -> pl.Series:
    """Return the times of text, first as it stands, then with its spelling evened out."""
    order = order or order_of(text)
    parsed = _filled(_nothing(text), text, _likely(text, ORDERED[order]))
    odd = parsed.is_null().arg_true()
    return parsed.scatter(odd, _evened_out(text.gather(odd), order)) if len(odd) else parsed


def _evened_out(text: pl.Series, order: str) -> pl.Series:
    """Return the times of text once its zone is taken off and its parts are spelled and ordered alike."""
    text = text.str.strip_chars("[]")
    zone = text.str.extract_groups(OFFSET).struct.unnest()
    minutes = zone["3"].cast(pl.Int64) * 60 + zone["4"].cast(pl.Int64)
    east = (minutes * (zone["2"] + "1").cast(pl.Int64)).fill_null(0)
    text = text.str.replace(OFFSET, "$1")
    text = text.str.replace(rf"{NUMBERED}(\d{{4}})([ T,-]|$)", f"{YEAR_LAST[order]}$4")
    text = text.str.replace(rf"{NUMBERED}(\d\d)([ T,-]|$)", f"{SHORT_YEAR[order]}$4")
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
    rest, hits = head.filter(head.str.contains(DATED)), dict.fromkeys(forms, 0)
    # A call takes longer than reading a hundred cells: no form is tried once none is left to be read.
    for form in forms:
        if not len(rest):
            break
        unread = _read(rest, form).is_null()
        hits[form] = len(rest) - int(unread.sum())
        rest = rest.filter(unread)
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


def is_plain_number(values: pl.Series) -> bool:
    """Return whether a column holds small numbers (years, steps), which order as themselves.

    Examples
    --------
    >>> is_plain_number(pl.Series([2025, 2026])), is_plain_number(pl.Series([1.7e9]))
    (True, False)
    """
    return values.dtype.is_numeric() and _largest(values) < 1e8


def _largest(values: pl.Series) -> float:
    numbers = values.cast(pl.Float64).drop_nulls().to_numpy()
    return float(np.abs(numbers).max()) if len(numbers) else 0.0


def nanoseconds(values: pl.Series, form: str | None = None) -> NDArray[np.int64]:
    """Return the times of a column as int64 nanoseconds since 1970, shape (n_rows,).

    A plain small number (a year, a day's number) orders as itself. A missing time is ``NO_TIME``: nobody knows
    what came before such a row.
    """
    is_recent = form is not None and form.startswith(RECENT)
    if is_plain_number(values) and not is_recent:
        numbers = (values.cast(pl.Float64) * DAY_NS).cast(pl.Int64, strict=False)
    else:
        numbers = to_datetime(values, form).dt.timestamp("ns")
    return numbers.fill_null(NO_TIME).to_numpy().astype(np.int64)


def mostly_untimed(times: NDArray[np.int64]) -> bool:
    """Return whether more than half of some rows have no time, so that time parts them no more.

    Examples
    --------
    >>> mostly_untimed(np.array([NO_TIME, NO_TIME, 1])), mostly_untimed(np.array([NO_TIME, 1]))
    (True, False)
    """
    return bool(2 * np.count_nonzero(times == NO_TIME) > len(times))
