"""Points in time: dates and times as text, and epochs in seconds, milli-, micro- or nanoseconds."""

from __future__ import annotations

from dataclasses import dataclass

import polars as pl

from phantom_ml.data.columns.column import Column, name_words
from phantom_ml.data.kinds.base import Claim, Pattern, Recogniser, evidence, hints_at, kinds
from phantom_ml.data.schema import ColumnKind
from phantom_ml.data.times.parse import to_datetime

HINTS = name_words(
    """time ts timestamp date datetime epoch when start end created updated modified seen
    begin stime ltime first last eventtime starttime endtime dteday rt utctime
    flowstart flowend filetime"""
)
#: A duration, a zone, a volume or a count in the name: no point in time, however large it grows.
VETOES = name_words(
    """duration elapsed delta zone timezone ttl timeout interval latency byte bytes octets pkt
    pkts packet packets size length volume count total"""
)

_MONTH = r"(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
_CLOCK = r"(?:[01]?\d|2[0-3])[:.][0-5]\d(?:[:.][0-5]\d(?:[.,:]\d{1,9})?)?(?:\s?[AaPp][Mm])?"
_ZONE = r"\s?(?:Z|UTC|GMT|[A-Z]{3,4}|[+-]\d{2}:?\d{2})?"
_DAY, _MON, _YEAR = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])", r"(?:19|20)\d{2}"
SHAPES = (
    rf"{_YEAR}[-/.]{_MON}[-/.]{_DAY}(?:[T \-_]{_CLOCK}{_ZONE})?",  # ISO 8601, RFC 3339
    rf"{_DAY}[-/.]{_MON}[-/.](?:{_YEAR}|\d\d)(?:[T ,]+{_CLOCK}{_ZONE})?",  # day first
    rf"{_MON}[-/]{_DAY}[-/](?:{_YEAR}|\d\d)(?:[T ,]+{_CLOCK}{_ZONE})?",  # month first
    rf"\[?{_DAY}/{_MONTH}/{_YEAR}:{_CLOCK}{_ZONE}\]?",  # Common Log Format
    rf"(?:<\d+>)?{_MONTH}\s+{_DAY}(?:,?\s+{_YEAR})?(?:,?\s+{_CLOCK}{_ZONE})?",  # RFC 3164, no year
    rf"(?:[A-Z][a-z]{{2,8}},?\s+)?{_DAY}[ -]{_MONTH}[ -]{_YEAR}(?:,?\s+{_CLOCK}{_ZONE})?",  # mail
    rf"[A-Z][a-z]{{2}}\s+{_MONTH}\s+{_DAY}\s+{_CLOCK}{_ZONE}\s+{_YEAR}",  # ctime
    rf"{_YEAR}(?:0[1-9]|1[0-2])(?:0[1-9]|[12]\d|3[01])[T_](?:[01]\d|2[0-3])[0-5]\d[0-5]\d(?:\.\d+)?Z?",
)


@dataclass(frozen=True)
class _Readable(Pattern):
    """A pattern of which only that fits which is read as a time: what is recognised is read, too."""

    def _fits(self, values: pl.Series, pattern: str) -> pl.Series:
        fits = Pattern._fits(self, values, pattern)
        return fits & to_datetime(values).is_not_null() if fits.any() else fits


_TEXT = _Readable(
    ColumnKind.TIMESTAMP,
    "dates or times",
    "^(?:" + "|".join(SHAPES) + ")$",
    HINTS,
    vetoes=VETOES,
)
#: 1990 to 2100 in seconds since 1970, and 1998 to 2035 for a column whose name says nothing.
WIDE, NARROW = (631_152_000, 4_102_444_800), (883_612_800, 2_051_222_400)
UNITS = ((1, "seconds"), (10**3, "milliseconds"), (10**6, "microseconds"), (10**9, "nanoseconds"))
#: Windows FILETIME counts 100 ns since 1601: 1990 to 2100 again.
FILETIME = (122_756_256_000_000_000, 157_469_184_000_000_000)


def _claim(column: Column) -> Claim | None:
    if column.values.dtype in (pl.Date, pl.Datetime):
        return Claim(ColumnKind.TIMESTAMP, 1.0, "The column is stored as dates or times.")
    return _TEXT.claim(column) or _epoch(column) or _compact_date(column)


def _epoch(column: Column) -> Claim | None:
    """Numbers in the range of an epoch, if the name hints or they never fall."""
    numbers, share = column.mostly, column.number_share
    if numbers is None or column.n_distinct < 2 or not VETOES.isdisjoint(column.words):
        return None
    hinted = hints_at(column, HINTS)
    for factor, unit in UNITS:
        low, high = (bound * factor for bound in (WIDE if hinted else NARROW))
        rate = float(numbers.is_between(low, high).mean() or 0.0)  # type: ignore[arg-type]
        if rate >= 0.99 and (hinted or _never_falls(column)):
            rate *= share
            return Claim(ColumnKind.TIMESTAMP, rate, evidence(rate, f"{unit} since 1970", hinted))
    rate = float(numbers.is_between(*FILETIME).mean() or 0.0)  # type: ignore[arg-type]
    if rate >= 0.99 and hinted:
        rate *= share
        return Claim(ColumnKind.TIMESTAMP, rate, evidence(rate, "Windows file times", hinted))
    return None


def _never_falls(column: Column) -> bool:
    values = column.values
    if column.is_text:
        values = values.cast(pl.Float64, strict=False).drop_nulls()
    return column.n_distinct >= 20 and values.is_sorted()


def _compact_date(column: Column) -> Claim | None:
    """Eight digits that are all calendar days, and a name that says so."""
    whole = column.whole if hints_at(column, HINTS) else None
    if whole is None or not whole.is_between(19_000_101, 21_001_231).all():
        return None
    days = whole.cast(pl.String).str.to_date("%Y%m%d", strict=False)
    rate = 1.0 - days.null_count() / len(days)
    if rate < 0.99:
        return None
    return Claim(
        ColumnKind.TIMESTAMP, rate, evidence(rate, "days written as YYYYMMDD", hinted=True)
    )


kinds.add("timestamp")(Recogniser(ColumnKind.TIMESTAMP, 10, _claim))
