"""Expressions on the columns of a table: of many rows side by side, of few one after another.

To hand even one expression to another thread, and to wait for it, takes longer than to evaluate it on a few
rows; and where the processors are busy, a hundred times as long. Where a few rows come as lists, no query is
made at all (see expressions).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import polars as pl

from phantom_ml.features.cells.expressions import Cells, Evaluated, Rows, function_of
from phantom_ml.features.lately import FEW

Made = pl.Expr | Iterable[pl.Expr]
#: A column of many rows, or of a few; and a table of them.
Column = pl.Series | Cells
Table = pl.DataFrame | dict[str, Cells]


def selected(table: pl.DataFrame, *made: Made, **named: pl.Expr) -> pl.DataFrame:
    """Return expressions on a table, as ``DataFrame.select`` does.

    Examples
    --------
    >>> selected(pl.DataFrame({"a": [1, 2]}), b=pl.col("a") + 1)["b"].to_list()
    [2, 3]
    """
    if table.height <= FEW:
        return table.select_seq(*made, **named)
    return table.select(*made, **named)


def extended(table: pl.DataFrame, *made: Made, **named: pl.Expr) -> pl.DataFrame:
    """Return a table with expressions on it beside, as ``DataFrame.with_columns`` does.

    Examples
    --------
    >>> extended(pl.DataFrame({"a": [1, 2]}), b=pl.col("a") + 1).columns
    ['a', 'b']
    """
    if table.height <= FEW:
        return table.with_columns_seq(*made, **named)
    return table.with_columns(*made, **named)


@dataclass(frozen=True)
class Formulas:
    """Named expressions on the columns of a table.

    Attributes
    ----------
    made : name -> expression
    counts : those columns that hold whole numbers from counting (UInt32)
    """

    made: Mapping[str, pl.Expr]
    counts: frozenset[str] = frozenset()

    @cached_property
    def _functions(self) -> dict[str, Evaluated | None]:
        kinds = dict.fromkeys(self.counts, "count")
        return {name: function_of(made, kinds) for name, made in self.made.items()}

    @cached_property
    def roots(self) -> dict[str, frozenset[str]]:
        """Return what each expression reads."""
        return {name: frozenset(made.meta.root_names()) for name, made in self.made.items()}

    def of_few(
        self, table: Mapping[str, Cells], names: Iterable[str] | None = None
    ) -> dict[str, Cells]:
        """Return the named expressions of a few rows, all unless told.

        Examples
        --------
        >>> Formulas({"n": pl.col("t").str.len_chars()}).of_few({"t": ["ab", None]})
        {'n': [2, None]}
        """
        rows = Rows(table, len(next(iter(table.values()))))
        found: dict[str, Cells] = {}
        for name in self.made if names is None else names:
            function = self._functions[name]
            found[name] = self._by_polars(table, name) if function is None else function(rows)
        return found

    def _by_polars(self, table: Mapping[str, Cells], name: str) -> Cells:
        read = {
            c: _series(cells, c in self.counts)
            for c, cells in table.items()
            if c in self.roots[name]
        }
        return pl.DataFrame(read).select_seq(self.made[name]).to_series().to_list()


def _series(cells: Cells, is_count: bool) -> pl.Series:
    some: Any = next((cell for cell in cells if cell is not None), "")
    types: dict[type, Any] = {bool: pl.Boolean, int: pl.UInt32 if is_count else pl.Int64}
    return pl.Series(cells, dtype=types.get(type(some), pl.String))
