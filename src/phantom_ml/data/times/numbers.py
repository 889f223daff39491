"""Times that are written as numbers: epochs in four units, days such as 20240301, and Windows FILETIME."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.times.form import DAYS, ORDERS, RECENT

#: The least number above 0.
ABOVE_0 = float(np.nextafter(0.0, 1.0))
#: Windows counts tenths of microseconds since 1601; this many microseconds before 1970.
FILETIME_EPOCH = 11_644_473_600_000_000
#: Numbers beside text are times where they lie from 1990 to 2100 in one of these counts; no two overlap.
LIKELY = (
    ("days", DAYS),
    ("filetimes", (1.227e17, 1.574e17)),
    ("s", (631_152_000, 4_102_444_800)),
    ("ms", (631_152_000e3, 4_102_444_800e3)),
    ("us", (631_152_000e6, 4_102_444_800e6)),
    ("ns", (631_152_000e9, 4_102_444_800e9)),
)


def from_numbers(numbers: pl.Series, form: str) -> pl.Series:
    """Return the times of Float64 numbers; in text, which has an order, only those that are likely ones."""
    if form in ORDERS:
        return from_likely(numbers)
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


def from_likely(numbers: pl.Series) -> pl.Series:
    """Return the times of numbers, what each counts told by its own size; null where no count is likely."""
    times = nothing(numbers)
    for form, bounds in LIKELY:
        rows = numbers.is_between(*bounds).arg_true()
        if len(rows):
            times = times.scatter(rows, from_numbers(numbers.gather(rows), form))
    return times


def _within(numbers: pl.Series, low: float, high: float) -> pl.Series:
    return numbers.set(~numbers.is_between(low, high), None)


def nothing(cells: pl.Series) -> pl.Series:
    """Return as many times as there are cells, all null, under the name of the column."""
    return pl.repeat(None, len(cells), dtype=pl.Datetime("us"), eager=True).alias(cells.name)
