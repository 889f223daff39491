"""What a recogniser sees of a column, what it answers, and the order in which they are asked.

A kind is claimed on the evidence of its values; a column's name can only lower the bar, not decide.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import polars as pl

from phantom_ml.data.columns.column import NEARLY_ALL, Column
from phantom_ml.data.schema import ColumnKind
from phantom_ml.registry import Registry

#: Share of distinct values that must fit, without and with a name that hints at the kind.
FLOOR, HINTED_FLOOR = NEARLY_ALL, 0.6


@dataclass(frozen=True)
class Claim:
    """A recogniser's answer: what the column is, how many values fit (0 to 1), and why."""

    kind: ColumnKind
    rate: float
    evidence: str


@dataclass(frozen=True)
class Recogniser:
    """One kind and how it is known.

    Attributes
    ----------
    kind : ColumnKind
    precedence : int
        The least is asked first; later kinds swallow earlier ones, so order decides.
    claim : callable of Column -> Claim or None
    """

    kind: ColumnKind
    precedence: int
    claim: Callable[[Column], Claim | None]


@dataclass(frozen=True)
class Pattern:
    """Text that is known by a pattern, each value on its own.

    Attributes
    ----------
    kind : ColumnKind
    what : str
        What the values are, in the plural: ``IPv4 or IPv6 addresses``.
    pattern : str
        A regular expression of Rust's engine, whose time is linear in the length of the text.
    hints : frozenset of str
        Words of a column's name that speak for the kind.
    but_not : str, optional
        A pattern that rules a value out.
    loose : str, optional
        The pattern of a column whose name hints at the kind.
    hinted_floor : float
        The share that must fit if the name hints at the kind.
    vetoes : frozenset of str
        Words of a name that rule the kind out.
    needs : str
        Characters of which every fitting value holds one; it spares a look at other columns.
    """

    kind: ColumnKind
    what: str
    pattern: str
    hints: frozenset[str] = frozenset()
    but_not: str | None = None
    loose: str | None = None
    hinted_floor: float = HINTED_FLOOR
    vetoes: frozenset[str] = frozenset()
    needs: str = ""

    def claim(self, column: Column) -> Claim | None:
        """Return the claim on a column of strings, None where too few values fit."""
        if not column.is_text or not self.vetoes.isdisjoint(column.words):
            return None
        if self.needs and column.characters.isdisjoint(self.needs):
            return None
        hinted = hints_at(column, self.hints)
        least = self.hinted_floor if hinted else FLOOR
        pattern = self.loose if hinted and self.loose is not None else self.pattern
        rate = column.rate(lambda values: self._fits(values, pattern), least)
        return Claim(self.kind, rate, evidence(rate, self.what, hinted)) if rate >= least else None

    def _fits(self, values: pl.Series, pattern: str) -> pl.Series:
        fits = values.str.contains(pattern)
        if self.but_not is None or not fits.any():
            return fits
        return fits & ~values.str.contains(self.but_not)


def hints_at(column: Column, hints: frozenset[str]) -> bool:
    """Return whether a word of the name, or the whole name run together, is among ``hints``."""
    return not hints.isdisjoint(column.words) or "".join(column.words) in hints


def evidence(rate: float, what: str, hinted: bool) -> str:
    """Return the sentence for a match rate.

    Examples
    --------
    >>> evidence(0.985, "IP addresses", True)
    '98.5 % of the distinct values are IP addresses, and the name says so.'
    """
    also = ", and the name says so" if hinted else ""
    return f"{round(100 * rate, 1):g} % of the distinct values are {what}{also}."


def but_for_a_few(column: Column, why: str) -> str:
    """Return a sentence on a column's numbers, and how many of its values are none where some are.

    Examples
    --------
    >>> but_for_a_few(Column("n", pl.Series([1.5, 2.5]), 2), "Numbers, stored as Float64.")
    'Numbers, stored as Float64.'
    """
    others = 1.0 - column.number_share if column.is_text else 0.0
    return f"{why} {100 * others:.2g} % of the distinct values are none." if others else why


kinds: Registry[Recogniser] = Registry("column kind", "phantom_ml.data.kinds")


def in_order() -> list[Recogniser]:
    """Return all recognisers, the first to be asked first."""
    return sorted(kinds, key=lambda recogniser: recogniser.precedence)
