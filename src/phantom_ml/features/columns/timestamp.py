"""Timestamps as calendar: hour, weekday, day and month on the clock of a declared zone, never absolute time.

Absolute time and row order separate scripted attacks from the rest without saying why, and mean
nothing in the next month. Nor does a part of the calendar whose cycle training did not see whole: a week of
events gives no day of the month, a morning no hour, for those that follow never were. Days are counted as
integers: 1970-01-01 was a Thursday, so the weekday of day ``d`` is ``(d + 3) % 7`` with Monday 0.
"""

from __future__ import annotations

from collections.abc import Collection
from functools import cache
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.data.times.form import DAYS, time_form
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.data.times.years import days_spanned, tells_year
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.windows.events import microseconds

PARTS = {
    "minute_of_day": "minutes since midnight, 0 to 1439",
    "hour": "hour of the day, 0 to 23",
    "weekday": "day of the week, Monday 1 to Sunday 7",
    "day": "day of the month, 1 to 31",
    "month": "month, 1 to 12",
    "business_hours": "1 from Monday to Friday, 8 to 18",
    "is_weekend": "1 on Saturday and Sunday",
    "is_night": "1 from 22 to 6",
    "hour.sin": "sine of the time of day as an angle, midnight 0, six o'clock 1",
    "hour.cos": "cosine of the time of day as an angle, midnight 1, noon -1",
    "weekday.sin": "sine of the day of the week as an angle, Monday 0",
    "weekday.cos": "cosine of the day of the week as an angle, Monday 1",
}
#: Days of the cycle of a part; a day where none stands here. It was seen where so much of it was.
WEEK, MONTH, YEAR, NEARLY = 7, 31, 365, 0.95
CYCLES = {
    "weekday": WEEK,
    "day": MONTH,
    "month": YEAR,
    "business_hours": WEEK,
    "is_weekend": WEEK,
    "weekday.sin": WEEK,
    "weekday.cos": WEEK,
}
#: Minutes of a day; microseconds of a minute.
MINUTES, MINUTE = 1440, 60_000_000
#: Times taken at once, so that the steps between stay in the cache.
ROWS = 16_384
#: A time of day and its offset from UTC at the end of a text; a day alone ends like an offset.
OFFSET = r":[0-9]{2}(?:[.,][0-9]+)?\s*(?:Z|UTC|GMT|[+-][0-9]{2}:?[0-9]{2})\]?$"


@encoders.add("timestamp")
class TimestampEncoder(ColumnEncoder):
    """The parts that vary in training and whose cycle (day to year) it spans; NaN where no time is told."""

    name = "timestamp"
    kinds = frozenset({ColumnKind.TIMESTAMP})
    family = "temporal"

    parts: tuple[str, ...]
    time_zone: str | None = None
    form: str | None = None

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> TimestampEncoder | None:
        """Return the encoder with the parts that vary, and whose cycle was seen; None if there are none."""
        return cls.fit_in_zone(values, schema, None)

    @classmethod
    def fit_in_zone(
        cls, values: pl.Series, schema: ColumnSchema, time_zone: str | None
    ) -> TimestampEncoder | None:
        """Return the encoder whose calendar is read on the clock of ``time_zone``.

        Parameters
        ----------
        values, schema
            As for ``fit``.
        time_zone : str or None
            An IANA name, "Europe/Berlin". Times without a zone are taken to be of that clock; those with
            one (and epoch numbers, which are UTC) are converted. None: naive ones as they are, others in UTC.
        """
        form = schema.time_form or time_form(values)
        whole = cls(column=schema.name, parts=tuple(PARTS), time_zone=time_zone, form=form)
        out = np.empty((len(values), len(PARTS)), np.float32)
        whole.transform(values, out)
        known = out[~np.isnan(out[:, 0])]
        if not len(known):
            return None
        varies = known.min(axis=0) != known.max(axis=0)
        told = _told(values, form)
        kept = tuple(p for p, v in zip(PARTS, varies, strict=True) if v and p in told)
        return whole.model_copy(update={"parts": kept}) if kept else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a part."""
        name = self.column
        return tuple(Feature(f"{name}.{p}", name, words=PARTS[p], context=name) for p in self.parts)

    def keeping(self, names: Collection[str]) -> Self | None:
        """Return the encoder with the parts that are named; None if none is."""
        parts = tuple(p for p in self.parts if f"{self.column}.{p}" in names)
        return self.model_copy(update={"parts": parts}) if parts else None

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the parts of each time."""
        zone = self.time_zone
        times = values if zone is None else local_times(values, zone, self.form)
        micros, known = microseconds(times, self.form)
        for first in range(0, len(micros), ROWS):
            rows = slice(first, first + ROWS)
            _write(micros[rows], self.parts, out[rows])
        out[~known] = np.nan


def local_times(values: pl.Series, time_zone: str | None, form: str | None = None) -> pl.Series:
    """Return a column as Datetime of the clock of ``time_zone``; null where unreadable.

    ``form`` tells how its cells are written, as for ``to_datetime``.

    Examples
    --------
    >>> text = pl.Series(["2026-07-01T23:30:00Z", "2026-07-01T23:30:00"])
    >>> local_times(text, "Europe/Berlin").dt.hour().to_list()
    [1, 23]
    """
    times = to_datetime(values, form)
    if time_zone is None or values.dtype == pl.Date:
        return times
    t = pl.col("t")
    converted = t.dt.replace_time_zone("UTC").dt.convert_time_zone(time_zone)
    local = pl.when("is_utc").then(converted.dt.replace_time_zone(None)).otherwise(t)
    table = pl.DataFrame({"t": times, "is_utc": is_moment(values)})
    return table.select(local).to_series()


def _told(values: pl.Series, form: str) -> frozenset[str]:
    """Return the parts whose cycle passed in training; of the week none where no year is told."""
    seen = days_spanned(values, form)
    unknown = () if tells_year(values) else (WEEK,)
    cycles = {part: CYCLES.get(part, 1) for part in PARTS}
    return frozenset(p for p, d in cycles.items() if NEARLY * d <= seen and d not in unknown)


def is_moment(values: pl.Series) -> pl.Series:
    """Return which cells tell a moment, not what a clock showed; those were read in UTC."""
    if isinstance(values.dtype, pl.Datetime):
        return pl.Series([values.dtype.time_zone is not None]).new_from_index(0, len(values))
    text = values.cast(pl.String, strict=False).str.strip_chars()
    numbers = text.cast(pl.Float64, strict=False)
    is_epoch = numbers.is_not_null() & ~numbers.is_between(*DAYS)
    return text.str.contains(OFFSET) | is_epoch


def _write(micros: NDArray[np.int64], parts: tuple[str, ...], out: NDArray[np.float32]) -> None:
    minutes = micros // MINUTE
    days = minutes // MINUTES
    minute = (minutes - days * MINUTES).astype(np.intp)
    weekday = (days + 3) % 7
    clock = weekday * 24 + minute // 60
    months = days.astype("datetime64[D]").astype("datetime64[M]") if _of_date(parts) else None
    for i, part in enumerate(parts):
        if part == "month" and months is not None:
            out[:, i] = months.astype(np.int64) % 12 + 1
        elif part == "day" and months is not None:
            out[:, i] = days - months.astype("datetime64[D]").astype(np.int64) + 1
        elif part in _of_minute():
            out[:, i] = _of_minute()[part][minute]
        else:
            out[:, i] = _of_clock()[part][clock]


def _of_date(parts: tuple[str, ...]) -> bool:
    return "day" in parts or "month" in parts


@cache
def _of_minute() -> dict[str, NDArray[np.float32]]:
    """Return the parts that the minute of the day decides, each of shape (1440,)."""
    minute = np.arange(MINUTES)
    angle = 2 * np.pi * minute / MINUTES
    tables = {
        "minute_of_day": minute,
        "hour": minute // 60,
        "is_night": (minute < 6 * 60) | (minute >= 22 * 60),
        "hour.sin": np.sin(angle),
        "hour.cos": np.cos(angle),
    }
    return {part: table.astype(np.float32) for part, table in tables.items()}


@cache
def _of_clock() -> dict[str, NDArray[np.float32]]:
    """Return the parts that weekday and hour decide, each of shape (7 * 24,)."""
    weekday, hour = np.divmod(np.arange(7 * 24), 24)
    angle = 2 * np.pi * weekday / 7
    tables = {
        "weekday": weekday + 1,
        # Monday to Friday, 8 to 18, on the clock of the column.
        "business_hours": (weekday < 5) & (hour >= 8) & (hour < 18),
        "is_weekend": weekday >= 5,
        "weekday.sin": np.sin(angle),
        "weekday.cos": np.cos(angle),
    }
    return {part: table.astype(np.float32) for part, table in tables.items()}
