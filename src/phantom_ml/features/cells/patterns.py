"""Patterns that are looked for in strings: in many by polars, in a few by what was compiled once.

polars keeps the last 32 patterns that a thread compiled, and a row has hundreds: to compile them takes ten
times as long as all else. Pydantic reads patterns with the same engine, Rust's regex, and keeps them. It tells
only whether a string has one; how often, and where, polars is asked for the few that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property
from typing import NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic_core import SchemaValidator, core_schema

from phantom_ml.features.cells.queries import selected
from phantom_ml.features.lately import FEW

#: For each string whether it has a pattern; None where it is missing.
Hits = list[bool | None]


class Sought(NamedTuple):
    """A pattern, and the column of strings that it is looked for in."""

    column: str
    pattern: str


@dataclass(frozen=True)
class Signs:
    """What patterns tell of the columns of a table.

    Attributes
    ----------
    flags : part -> whether it is there
    counts : part -> how often
    words : part -> its first group, null where it is not there
    others : part -> expression on the table and on any of the former
    """

    flags: Mapping[str, Sought] = field(default_factory=dict)
    counts: Mapping[str, Sought] = field(default_factory=dict)
    words: Mapping[str, Sought] = field(default_factory=dict)
    others: Mapping[str, pl.Expr] = field(default_factory=dict)

    def of(self, table: pl.DataFrame, wanted: Collection[str]) -> dict[str, pl.Series]:
        """Return those of the wanted parts that are known here, row for row.

        Examples
        --------
        >>> table = pl.DataFrame({"t": ["a=1;b=2", "c", None]})
        >>> signs = Signs(counts={"pairs": Sought("t", "=")}, words={"first": Sought("t", "([a-z])")})
        >>> found = signs.of(table, ["pairs", "first"])
        >>> found["pairs"].to_list(), found["first"].to_list()
        ([2, 0, None], ['a', 'c', None])
        """
        others = [p for p in wanted if p in self.others]
        roots = frozenset[str]().union(*(self._roots[p] for p in others))
        asked = roots.union(wanted)
        found = {s.name: s for s in self._found(table, [p for p in self._patterns if p in asked])}
        whole = table.hstack([s for name, s in found.items() if name in roots])
        found |= selected(whole, (self._named[p] for p in others)).to_dict()
        return {p: found[p] for p in wanted if p in found}

    @cached_property
    def _patterns(self) -> dict[str, Sought]:
        return {**self.flags, **self.counts, **self.words}

    @cached_property
    def _named(self) -> dict[str, pl.Expr]:
        return {p: made.alias(p) for p, made in self.others.items()}

    @cached_property
    def _roots(self) -> dict[str, frozenset[str]]:
        """Return what each expression reads."""
        return {p: frozenset(e.meta.root_names()) for p, e in self.others.items()}

    def _found(self, table: pl.DataFrame, asked: list[str]) -> list[pl.Series]:
        if not asked:
            return []
        if table.height > FEW:
            return table.select(map(self._expression, asked)).get_columns()
        cells = {c: table[c].to_list() for c in {self._patterns[p].column for p in asked}}
        hits = {
            p: hits_of(self._patterns[p].pattern, cells[self._patterns[p].column]) for p in asked
        }
        there = [p for p in asked if p not in self.flags and any(hits[p])]
        told = {p: self._told(p, hits[p]) for p in asked if p not in there}
        types = {p: self._type(p) for p in told}
        known = pl.DataFrame(list(zip(*told.values(), strict=True)), schema=types, orient="row")
        return [*known.get_columns(), *selected(table, map(self._expression, there)).get_columns()]

    def _expression(self, part: str) -> pl.Expr:
        column, pattern = self._patterns[part]
        text = pl.col(column).str
        if part in self.flags:
            return text.contains(pattern).alias(part)
        found = text.count_matches(pattern) if part in self.counts else text.extract(pattern)
        return found.alias(part)

    def _told(self, part: str, hits: Hits) -> list[bool | int | None]:
        """Return what a pattern tells that no string has, or that only has to be there."""
        if part in self.words:
            return [None] * len(hits)
        return [None if h is None else 0 for h in hits] if part in self.counts else [*hits]

    def _type(self, part: str) -> type[pl.DataType]:
        known = pl.Boolean if part in self.flags else pl.UInt32
        return pl.String if part in self.words else known


def replaced(text: pl.Series, pattern: str, by: str, *, every: bool = True) -> pl.Series:
    """Return strings with what a pattern finds replaced, every time or only the first.

    Examples
    --------
    >>> replaced(pl.Series(["a  b", None]), " +", " ").to_list()
    ['a b', None]
    """
    if len(text) <= FEW and not any(hits_of(pattern, text.to_list())):
        return text
    return text.str.replace_all(pattern, by) if every else text.str.replace(pattern, by)


def lowered(text: pl.Series) -> pl.Series:
    """Return strings in small letters.

    Examples
    --------
    >>> lowered(pl.Series(["A.B", None])).to_list()
    ['a.b', None]
    """
    # What Unicode calls small letters, Python and Rust do not always agree on.
    cells = text.to_list() if len(text) <= FEW else [""]
    if len(text) > FEW or not all(cell is None or cell.isascii() for cell in cells):
        return text.str.to_lowercase()
    return pl.Series(text.name, [cell and cell.lower() for cell in cells], pl.String)


def extracted(text: pl.Series, pattern: str) -> pl.Series:
    """Return the first group of a pattern in each string; null where it is not there.

    Examples
    --------
    >>> extracted(pl.Series(["a=1", "b", None]), "=(.)").to_list()
    ['1', None, None]
    """
    if len(text) <= FEW and not any(hits_of(pattern, text.to_list())):
        return pl.Series(text.name, [None] * len(text), pl.String)
    return text.str.extract(pattern, 1)


def contained(text: pl.Series, pattern: str) -> pl.Series:
    """Return which strings have a pattern; null where one is missing.

    Examples
    --------
    >>> contained(pl.Series(["ab", "b", None]), "^a").to_list()
    [True, False, None]
    """
    if len(text) <= FEW:
        return pl.Series(text.name, hits_of(pattern, text.to_list()), pl.Boolean)
    return text.str.contains(pattern)


def rows_with(pattern: str, text: pl.Series) -> NDArray[np.int64]:
    """Return the places of the strings that have a pattern, ascending.

    Examples
    --------
    >>> rows_with("a", pl.Series(["b", "a", None, "ca"])).tolist()
    [1, 3]
    """
    if len(text) <= FEW:
        hits = hits_of(pattern, text.to_list())
        return np.array([i for i, hit in enumerate(hits) if hit], np.int64)
    return np.flatnonzero(text.str.contains(pattern).fill_null(value=False).to_numpy())


def hits_of_each(patterns: Sequence[str], text: pl.Series) -> NDArray[np.bool_]:
    """Return which strings have which patterns, shape (n_patterns, n_strings); a missing one has none.

    Examples
    --------
    >>> hits_of_each(["a", "^b"], pl.Series(["ab", "b", None])).tolist()
    [[True, False, False], [False, True, False]]
    """
    if len(text) <= FEW:
        cells = text.to_list()
        found = [[bool(hit) for hit in hits_of(p, cells)] for p in patterns]
        return np.array(found, np.bool_).reshape(len(patterns), len(cells))
    has = pl.col("s").str
    each = (has.contains(p).fill_null(value=False).alias(str(i)) for i, p in enumerate(patterns))
    return text.alias("s").to_frame().select(each).to_numpy().T


def hits_of(pattern: str, cells: Iterable[str | None]) -> Hits:
    """Return for each of a few strings whether it has a pattern; None where it is missing."""
    is_in = _compiled(pattern)
    return [None if cell is None else is_in(cell) for cell in cells]


@cache
def _compiled(pattern: str) -> Callable[[str], bool]:
    schema = core_schema.str_schema(pattern=pattern, regex_engine="rust-regex", strict=True)
    return SchemaValidator(schema).isinstance_python
