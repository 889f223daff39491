"""A column as recognisers see it; what costs time is found out when first asked for."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import polars as pl

#: Distinct values that are looked at, and those of them that decide whether to look at all.
SAMPLE, PROBE = 2000, 100
#: Characters of a cell that are looked at.
HEAD = 2048
#: Share of distinct values from which a column is numbers: below it the others may have a sense of their own.
NEARLY_ALL = 0.9
#: What a log writes where it has no number: a field of numbers stays one (Apache and Zeek write "-").
MARKS = frozenset(
    {"", "-", "--", "?", "(empty)", "N/A", "NA", "null", "NULL", "None", "NaN", "nan"}
)

_WORDS = re.compile(r"[A-Z]+(?=[A-Z][a-z])|[A-Z]?[^\W\d_A-Z]+|[A-Z]+|\d+")


def words(name: str) -> tuple[str, ...]:
    """Return the words of a column's name in lower case.

    Examples
    --------
    >>> words("id.orig_h"), words("sourceIPAddress")
    (('id', 'orig', 'h'), ('source', 'ip', 'address'))
    """
    return tuple(word.lower() for word in _WORDS.findall(name[:200]))


def name_words(text: str) -> frozenset[str]:
    """Return the words of ``text``: those of a column's name that hint at a kind."""
    return frozenset(text.split())


def thinned(values: pl.Series, most: int) -> pl.Series:
    """Return at most ``most`` values, evenly spaced, always the same ones."""
    return values if len(values) <= most else values.gather_every(-(-len(values) // most))


@dataclass(frozen=True)
class Column:
    """A column under the glass; what costs time is found out when first asked for.

    Attributes
    ----------
    name : str
    values : polars.Series
        The cells that are not missing: String, Float64, an integer type, Boolean or temporal.
    n_rows : int
        Rows looked at, missing ones included.
    """

    name: str
    values: pl.Series
    n_rows: int

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Return the words of the name."""
        return words(self.name)

    @property
    def is_text(self) -> bool:
        """Return whether the cells are strings."""
        return self.values.dtype == pl.String

    @property
    def is_number(self) -> bool:
        """Return whether the cells are numbers."""
        return self.values.dtype.is_numeric()

    @property
    def n_present(self) -> int:
        """Return the number of cells that are not missing."""
        return len(self.values)

    @property
    def missing_share(self) -> float:
        """Return the share of missing cells, 0 to 1."""
        return 1.0 - self.n_present / self.n_rows if self.n_rows else 0.0

    @cached_property
    def distinct(self) -> pl.Series:
        """Return the distinct values in the order of their first appearance."""
        return self.values.unique(maintain_order=True)

    @property
    def n_distinct(self) -> int:
        """Return the number of distinct values."""
        return len(self.distinct)

    @property
    def distinct_share(self) -> float:
        """Return the distinct values a cell, 0 to 1."""
        return self.n_distinct / self.n_present if self.n_present else 0.0

    @cached_property
    def _telling(self) -> pl.Series:
        """Return the distinct values less marks for "none", unless there is nothing else."""
        told = _unmarked(self.distinct) if self.is_text else self.distinct
        return told if len(told) else self.distinct

    @cached_property
    def sample(self) -> pl.Series:
        """Return distinct values to look at; text stripped, and of long text the head."""
        return self._shortened(thinned(self._telling, SAMPLE))

    @cached_property
    def probe(self) -> pl.Series:
        """Return the few distinct values that decide whether a closer look pays."""
        return self._shortened(thinned(self._telling, PROBE))

    @cached_property
    def characters(self) -> frozenset[str]:
        """Return the characters of the values that are probed."""
        return frozenset("".join(self.probe.to_list())) if self.is_text else frozenset()

    def _shortened(self, values: pl.Series) -> pl.Series:
        return values.str.head(HEAD).str.strip_chars() if self.is_text else values

    @cached_property
    def whole(self) -> pl.Series | None:
        """Return the distinct values as Int64 if all are whole numbers; None for other columns."""
        values = self.distinct
        if self.is_text:
            return None if self.numbers is None else _whole(self.numbers)
        return _whole(values) if self.is_number else None

    @cached_property
    def numbers(self) -> pl.Series | None:
        """Return the distinct values as Float64 if all are numbers or say that there is none.

        None for any other column.
        """
        if self.is_number:
            return self.distinct.cast(pl.Float64)
        if not self.is_text or _misfit(self.probe) or _misfit(self.sample):
            return None
        text = _unmarked(self.distinct.str.strip_chars())
        numbers = text.cast(pl.Float64, strict=False)
        return numbers if len(numbers) and not numbers.null_count() else None

    @cached_property
    def number_share(self) -> float:
        """Return the share of the distinct values that are numbers, marks aside; 0 below NEARLY_ALL.

        Of text it is 0, too, where a value has leading zeros: such are codes.
        """
        if self.numbers is not None:
            return 1.0
        share = self.rate(is_written_number, NEARLY_ALL) if self.is_text else 0.0
        is_code = share >= NEARLY_ALL and self.sample.str.contains(CODE).any()
        return share if share >= NEARLY_ALL and not is_code else 0.0

    @cached_property
    def mostly(self) -> pl.Series | None:
        """Return those distinct values as Float64 that are numbers if nearly all are, else None."""
        if self.numbers is not None or not self.number_share:
            return self.numbers
        text = _unmarked(self.distinct.str.strip_chars())
        numbers = text.cast(pl.Float64, strict=False).drop_nulls()
        return numbers if len(numbers) else None

    @cached_property
    def number_cells(self) -> pl.Series:
        """Return every cell but marks for "none" as Float64, null where one is no number."""
        cells = _unmarked(self.values.str.strip_chars()) if self.is_text else self.values
        return cells.cast(pl.Float64, strict=False)

    @cached_property
    def mostly_whole(self) -> pl.Series | None:
        """Return those distinct values that are numbers as Int64 if nearly all are, and these whole."""
        if self.whole is not None or self.mostly is None:
            return self.whole
        return _whole(self.mostly)

    @cached_property
    def skewness(self) -> float | None:
        """Return how far the tail of the numbers reaches (0 symmetric, 2 exponential)."""
        cells = self.values.cast(pl.Float64, strict=False)
        skew = cells.filter(cells.is_finite()).skew()
        return None if skew is None else float(skew)

    def rate(self, test: Callable[[pl.Series], pl.Series], least: float) -> float:
        """Return the share of sampled values that pass; 0 if it, or a probe by far, is below ``least``."""
        if not self.n_distinct:
            return 0.0
        share = _share(test(self.probe))
        if len(self.probe) == len(self._telling) or share < least - 0.15:
            return share if share >= least else 0.0
        share = _share(test(self.sample))
        return share if share >= least else 0.0


def _share(passed: pl.Series) -> float:
    return float(passed.sum() or 0) / max(1, len(passed))


#: Leading zeros, as in postal codes and badge numbers, are no numbers: they would be lost.
NUMBER = r"^[+-]?(?:0|[1-9]\d*)?(?:\.\d*)?(?:[eE][+-]?\d+)?$"
CODE = r"^[+-]?0\d+(?:\.\d*)?$"


def is_written_number(text: pl.Series) -> pl.Series:
    """Return which strings are a number that loses nothing when it is read.

    Examples
    --------
    >>> is_written_number(pl.Series(["7", "-1.5e3", "007", ".", "err"])).to_list()
    [True, True, False, False, False]
    """
    return text.str.contains(NUMBER) & text.str.contains(r"\d")


def _misfit(text: pl.Series) -> bool:
    return not bool(is_written_number(_unmarked(text)).all())


def _unmarked(text: pl.Series) -> pl.Series:
    return text.filter(~text.is_in(sorted(MARKS)))


def _whole(values: pl.Series) -> pl.Series | None:
    if values.dtype.is_integer():
        return values.cast(pl.Int64, strict=False).drop_nulls()
    fits = (values.is_finite() & (values.abs() < 2.0**53) & (values == values.floor())).all()
    return values.cast(pl.Int64, strict=False).drop_nulls() if fits else None
