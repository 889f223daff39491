"""Times that are written as text, in any frequent spelling, tried as they stand and then evened out."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from phantom_ml.data.times.form import order_of
from phantom_ml.data.times.numbers import from_likely, nothing

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


def from_text(text: pl.Series, order: str | None) -> pl.Series:
    """Return the times of text as Datetime in microseconds, null where unreadable.

    Parameters
    ----------
    text : Series of String
    order : str or None
        One of ``ORDERS``, in which a column writes the parts of a day; None: decided by these cells.
    """
    text = text.str.strip_chars()
    in_order = order is not None and text.head(HEAD).str.contains(NUMBERED).any()
    ordered = ORDERED[order] if order is not None and in_order else ()
    parsed = _filled(nothing(text), text, _likely(text, (*ordered, *WHOLE, *FORMS)))
    unread = (parsed.is_null() & text.is_not_null()).arg_true()
    return parsed.scatter(unread, _of_unread(text.gather(unread), order)) if len(unread) else parsed


def _of_unread(text: pl.Series, order: str | None) -> pl.Series:
    """Return the times of text in no frequent spelling, and of numbers in it."""
    times = nothing(text)
    short = text.str.len_bytes() <= LONGEST
    odd = (short & text.str.contains(DATED)).arg_true()
    if len(odd):
        times = times.scatter(odd, _from_odd_text(text.gather(odd), order))
    plain = (short & text.str.contains(DIGITS)).arg_true()
    if len(plain):
        numbers = text.gather(plain).cast(pl.Float64, strict=False)
        times = times.scatter(plain, from_likely(numbers))
    return times


def _from_odd_text(text: pl.Series, order: str | None) -> pl.Series:
    """Return the times of text, first as it stands, then with its spelling evened out."""
    order = order or order_of(text)
    parsed = _filled(nothing(text), text, _likely(text, ORDERED[order]))
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
    parsed = _filled(nothing(text), text, [*likely, *others])
    return parsed - (east * 60_000_000).cast(pl.Duration("us"))


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
