"""Patterns that are looked for in strings: in many by polars, in a few by what was compiled once.

polars keeps the last 32 patterns that a thread compiled, and a row has hundreds: to compile them takes ten
times as long as all else. Pydantic reads patterns with the same engine, Rust's regex, and keeps them. It tells
only whether a string has one; how often, and where, polars is asked for the few that are there.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property, lru_cache, partial
from typing import Any, NamedTuple, TypeVar, overload

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells import strings
from phantom_ml.features.cells.expressions import Cells
from phantom_ml.features.cells.queries import Formulas, selected
from phantom_ml.features.lately import FEW

#: Sets of wanted parts of which what is to be done is remembered.
MOST_PLANS = 64
#: For each string whether it has a pattern; None where it is missing.
Hits = list[bool | None]
#: A column of strings: of many rows, or of a few.
Strings = TypeVar("Strings", pl.Series, list[Any])


class Sought(NamedTuple):
    """A pattern, and the column of strings that it is looked for in."""

    column: str
    pattern: str


class _Plan(NamedTuple):
    """What is done to few rows for some wanted parts.

    Attributes
    ----------
    flags : a part, the column that it is looked for in, and what tells whether a string has it
    found : the same of parts that are counted or taken out
    others : parts that are expressions
    told : parts that are returned
    """

    flags: list[tuple[str, str, Callable[[str], bool]]]
    found: list[tuple[str, str, strings.Operation]]
    others: list[str]
    told: list[str]


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

    @overload
    def of(self, table: pl.DataFrame, wanted: Collection[str]) -> dict[str, pl.Series]: ...
    @overload
    def of(self, table: dict[str, Cells], wanted: Collection[str]) -> dict[str, Cells]: ...
    def of(self, table: Any, wanted: Collection[str]) -> dict[str, Any]:
        """Return those of the wanted parts that are known here, row for row.

        Examples
        --------
        >>> table = pl.DataFrame({"t": ["a=1;b=2", "c", None]})
        >>> signs = Signs(counts={"pairs": Sought("t", "=")}, words={"first": Sought("t", "([a-z])")})
        >>> found = signs.of(table, ["pairs", "first"])
        >>> found["pairs"].to_list(), found["first"].to_list()
        ([2, 0, None], ['a', 'c', None])
        """
        if isinstance(table, dict):
            return self._of_few(table, wanted)
        others = [p for p in wanted if p in self.others]
        asked = self._asked(others, wanted)
        found = {s.name: s for s in self._found(table, [p for p in self._patterns if p in asked])}
        whole = table.hstack([s for name, s in found.items() if name in self._roots])
        found |= selected(whole, (self._named[p] for p in others)).to_dict()
        return {p: found[p] for p in wanted if p in found}

    @cached_property
    def _patterns(self) -> dict[str, Sought]:
        return {**self.flags, **self.counts, **self.words}

    @cached_property
    def _roots(self) -> frozenset[str]:
        return frozenset[str]().union(*self._formulas.roots.values())

    @cached_property
    def _named(self) -> dict[str, pl.Expr]:
        return {p: made.alias(p) for p, made in self.others.items()}

    @cached_property
    def _formulas(self) -> Formulas:
        return Formulas(self.others, frozenset(self.counts))

    def _of_few(self, table: dict[str, Cells], wanted: Collection[str]) -> dict[str, Cells]:
        plan = self._planned(tuple(wanted))
        found = {
            part: [None if cell is None else is_in(cell) for cell in table[column]]
            for part, column, is_in in plan.flags
        }
        found |= {part: sought(table[column]) for part, column, sought in plan.found}
        if plan.others:
            found |= self._formulas.of_few(table | found, plan.others)
        return {part: found[part] for part in plan.told}

    @cached_property
    def _planned(self) -> Callable[[tuple[str, ...]], _Plan]:
        return lru_cache(MOST_PLANS)(self._plan)

    def _plan(self, wanted: tuple[str, ...]) -> _Plan:
        others = [p for p in wanted if p in self.others]
        asked = self._asked(others, wanted)
        flags, found = (
            [(p, *s) for p, s in some.items() if p in asked]
            for some in (self.flags, {**self.counts, **self.words})
        )
        return _Plan(
            [(p, column, strings.compiled(pattern)) for p, column, pattern in flags],
            [(p, column, self._sought(p)) for p, column, _ in found],
            others,
            [p for p in wanted if p in self._patterns or p in self.others],
        )

    def _asked(self, others: list[str], wanted: Collection[str]) -> frozenset[str]:
        """Return what is wanted, and what the others read."""
        return frozenset(wanted).union(*(self._formulas.roots[p] for p in others))

    def _sought(self, part: str) -> strings.Operation:
        if part in self.counts:
            return partial(strings.counted, self.counts[part].pattern)
        return partial(strings.extracted, self.words[part].pattern, 1)

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


def replaced(text: Strings, pattern: str, by: str, *, every: bool = True) -> Strings:
    """Return strings with what a pattern finds replaced, every time or only the first.

    Examples
    --------
    >>> replaced(pl.Series(["a  b", None]), " +", " ").to_list()
    ['a b', None]
    """
    if isinstance(text, list):
        return strings.replaced(pattern, by, text, every=every)
    if len(text) <= FEW and not any(hits_of(pattern, text.to_list())):
        return text
    return text.str.replace_all(pattern, by) if every else text.str.replace(pattern, by)


def lowered(text: Strings) -> Strings:
    """Return strings in small letters.

    Examples
    --------
    >>> lowered(pl.Series(["A.B", None])).to_list()
    ['a.b', None]
    """
    if isinstance(text, list):
        return strings.lowercase(text)
    if len(text) > FEW:
        return text.str.to_lowercase()
    return pl.Series(text.name, strings.lowercase(text.to_list()), pl.String)


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


def contained(text: Strings, pattern: str) -> Strings:
    """Return which strings have a pattern; null where one is missing.

    Examples
    --------
    >>> contained(pl.Series(["ab", "b", None]), "^a").to_list()
    [True, False, None]
    """
    if isinstance(text, list):
        return strings.has(pattern, text)
    if len(text) <= FEW:
        return pl.Series(text.name, hits_of(pattern, text.to_list()), pl.Boolean)
    return text.str.contains(pattern)


def rows_with(pattern: str, text: pl.Series | Cells) -> NDArray[np.int64]:
    """Return the places of the strings that have a pattern, ascending.

    Examples
    --------
    >>> rows_with("a", pl.Series(["b", "a", None, "ca"])).tolist()
    [1, 3]
    """
    if isinstance(text, list) or len(text) <= FEW:
        hits = hits_of(pattern, text if isinstance(text, list) else text.to_list())
        return np.array([i for i, hit in enumerate(hits) if hit], np.int64)
    return np.flatnonzero(text.str.contains(pattern).fill_null(value=False).to_numpy())


def hits_of_each(patterns: Sequence[str], text: pl.Series | list[str | None]) -> NDArray[np.bool_]:
    """Return which strings have which patterns, shape (n_patterns, n_strings); a missing one has none.

    Examples
    --------
    >>> hits_of_each(["a", "^b"], pl.Series(["ab", "b", None])).tolist()
    [[True, False, False], [False, True, False]]
    """
    if isinstance(text, list) or len(text) <= FEW:
        cells = text if isinstance(text, list) else text.to_list()
        found = [[bool(hit) for hit in hits_of(p, cells)] for p in patterns]
        return np.array(found, np.bool_).reshape(len(patterns), len(cells))
    has = pl.col("s").str
    each = (has.contains(p).fill_null(value=False).alias(str(i)) for i, p in enumerate(patterns))
    return text.alias("s").to_frame().select(each).to_numpy().T


def hits_of(pattern: str, cells: Iterable[str | None]) -> Hits:
    """Return for each of a few strings whether it has a pattern; None where it is missing."""
    return strings.has(pattern, cells)
