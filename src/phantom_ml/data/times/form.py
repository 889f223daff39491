"""How the times of one column are written: what one cell cannot tell of itself, decided once for all of them.

``05/01/2023`` is a day of January or of May, and ``1709251200`` seconds or a name: the cells of training decide,
and a cell that is scored alone is read as they were.
"""

from __future__ import annotations

import numpy as np
import polars as pl

#: Orders of the parts of a day in text, the first where nothing proves another.
ORDERS = ("month first", "day first", "year first")
#: Days written as one number, 1900 to 2100, and Windows FILETIME from 1990 to 2100.
DAYS, FILETIMES = (19_000_101, 21_001_231), (1.227e17, 1.574e17)
#: Epoch values of up to this magnitude are seconds, then milli-, micro- and nanoseconds.
UNITS = ((1e11, "s"), (1e14, "ms"), (1e17, "us"), (float("inf"), "ns"))
#: Before a unit: no number says a time of before 1980, and 0 and less stand for no time.
RECENT = "recent "
#: The first number of 1980, by unit.
FIRST_RECENT = {"s": 315_532_800, "ms": 315_532_800e3, "us": 315_532_800e6, "ns": 315_532_800e9}
#: Two numbers and a year, each of one or two digits but for a year of four: what may be read in two orders.
PARTS = r"^\[?(?:[A-Z][a-z]{2,8},?\s+)?(\d\d?)[/-](\d\d?)[/-](\d{4}|\d\d)(?:\D|$)"


def time_form(values: pl.Series) -> str:
    """Return how the times of a column are written: one of ORDERS, or what its numbers count.

    Numbers count ``days`` (20240301), ``filetimes``, or ``s``, ``ms``, ``us`` or ``ns`` since 1970, by the
    size of the middle one; ``recent s`` and so on where all above 0 lie in 1980 or later. Text of which most
    is numbers counts as such; any other text, and what is stored as times, has an order: that which most
    cells fit.

    Examples
    --------
    >>> time_form(pl.Series(["05/01/2023", "22/01/2023"])), time_form(pl.Series([1.7e9, 0.0]))
    ('day first', 'recent s')
    >>> time_form(pl.Series([0, 1, 2]))
    's'
    """
    if values.dtype.is_numeric():
        return number_form(values.cast(pl.Float64))
    if values.dtype.is_temporal():
        return ORDERS[0]
    text = values.cast(pl.String, strict=False)
    numbers = written_numbers(text)
    return number_form(numbers) if mostly_numbers(text, numbers) else order_of(text)


def written_numbers(text: pl.Series) -> pl.Series:
    """Return text as Float64; null where it is no number."""
    return text.str.strip_chars().cast(pl.Float64, strict=False)


def mostly_numbers(text: pl.Series, numbers: pl.Series) -> bool:
    """Return whether more than half of the cells are numbers."""
    return 2 * numbers.count() > max(1, text.count())


def number_form(numbers: pl.Series) -> str:
    """Return what numbers count: days, filetimes, or a unit since 1970, RECENT before it where none is early."""
    above = numbers.filter(numbers.is_finite() & (numbers > 0))
    unit = _unit(_typical(above))
    # A log that knows no time writes 0 or -1 for it, and none of its times lies near 1970.
    if len(above) and bool((above >= FIRST_RECENT[unit]).all()):
        return f"{RECENT}{unit}"
    size = _typical(numbers)
    if DAYS[0] <= size <= DAYS[1] and (numbers == numbers.floor()).all():
        return "days"
    if FILETIMES[0] <= size <= FILETIMES[1]:
        return "filetimes"
    return _unit(size)


def _unit(size: float) -> str:
    """Return what a number of such a size counts since 1970."""
    return next(unit for limit, unit in UNITS if size < limit)


def _typical(values: pl.Series) -> float:
    numbers = values.drop_nulls().to_numpy()
    finite = np.abs(numbers[np.isfinite(numbers)])
    return float(np.median(finite)) if len(finite) else 0.0


def order_of(text: pl.Series) -> str:
    """Return the order that most cells fit.

    Of orders that fit as many, the year comes first where the last part takes more values than the first,
    as days do; else the month.

    Examples
    --------
    >>> order_of(pl.Series(["01/22/23"])), order_of(pl.Series(["23/01/05", "23/01/06"]))
    ('month first', 'year first')
    """
    parts = _parts(text)
    fitting = _fitting(parts)
    best = [order for order in ORDERS if fitting[order] == max(fitting.values())]
    varies = parts["3"].n_unique() > parts["1"].n_unique()
    if "year first" in best and varies:
        return "year first"
    return best[0]


def in_two_orders(values: pl.Series) -> str | None:
    """Return a cell that may be read month first or day first where no cell proves either; else None.

    Examples
    --------
    >>> in_two_orders(pl.Series(["5/5/2023", "5/1/2023"])), in_two_orders(pl.Series(["22/1/2023"]))
    ('5/1/2023', None)
    """
    if values.dtype != pl.String:
        return None
    parts = _parts(values)
    fitting = _fitting(parts)
    if order_of(values) == "year first" or fitting["month first"] != fitting["day first"]:
        return None
    either = parts.filter((pl.col("1") <= 12) & (pl.col("2") <= 12) & (pl.col("1") != pl.col("2")))
    return str(either["cell"][0]) if either.height else None


def _parts(text: pl.Series) -> pl.DataFrame:
    """Return the cells that may be read in two orders, their parts as numbers, and the digits of the year."""
    text = text.str.strip_chars()
    told = text.filter(text.str.contains(PARTS)).unique(maintain_order=True)
    parts = told.str.extract_groups(PARTS).struct.unnest()
    digits = parts["3"].str.len_bytes().alias("digits")
    return parts.cast(pl.Int64).with_columns(told.alias("cell"), digits)


def other_order(unread: pl.Series, order: str) -> str | None:
    """Return the order that cells prove which the order of training does not read; None where they prove none.

    Parameters
    ----------
    unread : Series of text
        Cells that hold no time by ``order``.
    order : str
        One of ORDERS.

    Examples
    --------
    >>> other_order(pl.Series(["25/12/2026", "soon"]), "month first")
    'day first'
    >>> other_order(pl.Series(["03/04/2026 25:00"]), "month first") is None
    True
    """
    fits = _fits(_parts(unread))
    proofs = {name: int((fit & ~fits[order]).sum()) for name, fit in fits.items()}
    best = max(proofs, key=lambda name: proofs[name])
    return best if proofs[best] else None


def _fitting(parts: pl.DataFrame) -> dict[str, int]:
    """Return how many cells fit each order."""
    return {order: int(fit.sum()) for order, fit in _fits(parts).items()}


def _fits(parts: pl.DataFrame) -> dict[str, pl.Series]:
    """Return which cells fit each order."""
    first, second, third = (parts[c] for c in "123")
    short = parts["digits"] == 2
    fits = (
        (first <= 12) & (second <= 31),
        (second <= 12) & (first <= 31),
        short & (second <= 12) & (third <= 31),
    )
    return dict(zip(ORDERS, fits, strict=True))
