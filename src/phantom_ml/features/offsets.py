"""Numbers far from 0: where float32 would lose how they differ, they are counted from an offset.

A counter at three thousand million goes up by 1, float32 by 256 there. The offset lies in the middle of the
shortest interval that holds more than half of the values (the shorth of Andrews et al., "Robust Estimates of
Location", 1972): what lies elsewhere, a 0 for none or a long tail, neither moves it nor widens the interval.
"""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

#: The largest float32; a finite number beyond it counts as this, so that it stays the most extreme of its column.
LIMIT = float(np.finfo(np.float32).max)
#: Steps of float32 matter that are wider than this share of the interval, or move a result by this share.
MATTERS = 1e-4
#: A result matters that differs in more than this share of the rows.
LEAST_SHARE = 0.01
#: Rows that are looked at for that, at most.
LOOK_ROWS = 20_000
#: Bits of a float32's mantissa: whole numbers that they hold are exact.
MANTISSA = 24
EXACT = 2**MANTISSA
#: Whole numbers whose difference is below this are subtracted in 64 bits, which hold it.
WITHIN = 2.0**62
#: Types of whole numbers of up to 64 bits.
WHOLE = frozenset(
    {pl.Int8, pl.Int16, pl.Int32, pl.Int64, pl.UInt8, pl.UInt16, pl.UInt32, pl.UInt64}
)

Floats = NDArray[np.float64]
Counts = NDArray[np.int64]


def offset_of(numbers: pl.Series) -> float:
    """Return what the numbers of a column are counted from, 0 where float32 holds them as they are.

    It is the middle of the shortest interval that holds more than half of the rows, or of the distinct values,
    where float32's steps are wider than a ten-thousandth of that interval, and more rows are told apart with it
    than without.

    Parameters
    ----------
    numbers : Series
        Of training rows, stored as numbers.

    Examples
    --------
    >>> offset_of(pl.Series([3_000_000_000, 3_000_000_001, 3_000_000_002, 0]))
    3000000000.0
    >>> offset_of(pl.Series([0.5, 1.5, 1e9]))
    0.0
    """
    if is_narrow(numbers):
        return 0.0
    distinct, rows, origin = _distinct(numbers)
    for counted in (rows, np.ones_like(rows)):
        low, high = _shortest(distinct, counted)
        step = math.ldexp(1.0, math.frexp(max(abs(low + origin), abs(high + origin)))[1] - MANTISSA)
        if low < high and step > MATTERS * (high - low):
            offset = _middle(low, high, origin)
            apart = _n_apart(distinct - (offset - origin), rows)
            if apart > _n_apart(distinct + origin, rows):
                return offset
    return 0.0


def is_narrow(numbers: pl.Series) -> bool:
    """Return whether float32 holds all of the numbers exactly, as far as that is quickly told."""
    if numbers.dtype.is_integer():
        return not (np.abs(numbers.cast(pl.Float64).to_numpy()) > EXACT).any()
    known = bounded(numbers.cast(pl.Float64, strict=False).to_numpy())
    return bool((np.isnan(known) | (known.astype(np.float32) == known)).all())


def less(numbers: pl.Series, offset: float) -> Floats:
    """Return numbers less an offset, NaN for null: whole ones are subtracted in 64 bits.

    Examples
    --------
    >>> less(pl.Series([2**60 + 1, None]), 2.0**60).tolist()
    [1.0, nan]
    """
    found: Floats = numbers.cast(pl.Float64, strict=False).to_numpy()
    if not offset:
        return found
    rough = found - offset
    if numbers.dtype not in WHOLE or not offset.is_integer():
        return rough
    return _exact(numbers, np.uint64(int(offset) % 2**64), rough)


def difference(left: pl.Series, right: pl.Series) -> Floats:
    """Return the differences of two columns of whole numbers of up to 64 bits; NaN where one is null.

    Examples
    --------
    >>> difference(pl.Series([2**60 + 1]), pl.Series([2**60])).tolist()
    [1.0]
    """
    one, other = (side.cast(pl.Float64).to_numpy() for side in (left, right))
    return _exact(left, _bits(right), one - other)


def bounded(numbers: Floats) -> Floats:
    """Return numbers with infinite ones as NaN, and finite ones beyond float32 as its largest."""
    return np.where(np.isinf(numbers), np.nan, np.clip(numbers, -LIMIT, LIMIT))


def spaced(frame: pl.DataFrame) -> pl.DataFrame:
    """Return evenly spaced rows, enough to see whether float32 loses anything."""
    return frame.gather_every(-(-frame.height // LOOK_ROWS) or 1)


def matters(narrow: NDArray[np.float32], wide: NDArray[np.float32]) -> bool:
    """Return whether results computed in float32 differ from those in float64 by more than a rounding.

    Parameters
    ----------
    narrow, wide : float32 arrays of shape (n_rows,)

    Examples
    --------
    >>> matters(np.float32([1, 2, 3]), np.float32([1, 2, 3.0000002]))
    False
    >>> matters(np.float32([0, 0, 256]), np.float32([1, 2, 300]))
    True
    """
    known = np.isfinite(wide)
    one, other = (found[known].astype(np.float64) for found in (narrow, wide))
    if not len(other):
        return False
    size = np.abs(other)
    off = ~(np.abs(one - other) <= MATTERS * np.maximum(size, np.median(size)))
    return bool(off.mean() > LEAST_SHARE)


def _distinct(numbers: pl.Series) -> tuple[Floats, Counts, float]:
    """Return the distinct values, rising, counted from an origin; how many rows hold each; and the origin.

    The origin of whole numbers is one of them, from which the others are counted exactly.
    """
    if numbers.dtype not in WHOLE:
        known = bounded(numbers.cast(pl.Float64, strict=False).to_numpy())
        distinct, rows = np.unique(known[~np.isnan(known)], return_counts=True)
        return distinct, rows.astype(np.int64), 0.0
    told = numbers.drop_nulls().alias("n").value_counts(name="rows").sort("n")
    origin = float(told["n"][told.height // 2])
    return less(told["n"], origin), told["rows"].to_numpy().astype(np.int64), origin


def _shortest(distinct: Floats, rows: Counts) -> tuple[float, float]:
    """Return the ends of the shortest interval that holds more than half of the rows."""
    upto = np.cumsum(rows)
    wanted = upto - rows + upto[-1] // 2 + 1
    first = np.flatnonzero(wanted <= upto[-1])
    last = np.searchsorted(upto, wanted[first])
    best = int(np.argmin(distinct[last] - distinct[first]))
    return float(distinct[first[best]]), float(distinct[last[best]])


def _middle(low: float, high: float, origin: float) -> float:
    """Return the middle of an interval, no finer than its width: whole numbers get a whole one."""
    unit = 2.0 ** (math.frexp(high - low)[1] - 1)
    return round((low + (high - low) / 2 + origin) / unit) * unit


def _n_apart(distinct: Floats, rows: Counts) -> int:
    """Return how many rows hold a value that float32 tells from the next on either side."""
    kept = np.clip(distinct, -LIMIT, LIMIT).astype(np.float32)
    steps = np.concatenate([[True], kept[1:] != kept[:-1], [True]])
    return int(rows[steps[1:] & steps[:-1]].sum())


def _exact(numbers: pl.Series, other: NDArray[np.uint64] | np.uint64, rough: Floats) -> Floats:
    """Return whole numbers less others, by their bits; as roughly computed where 64 bits cannot hold that."""
    found = np.subtract(_bits(numbers), other).view(np.int64).astype(np.float64)
    return np.where(np.abs(rough) < WITHIN, found, rough)


def _bits(numbers: pl.Series) -> NDArray[np.uint64]:
    """Return whole numbers modulo 2^64, 0 for null."""
    kind = pl.UInt64 if numbers.dtype == pl.UInt64 else pl.Int64
    return numbers.fill_null(0).cast(kind).to_numpy().view(np.uint64)
