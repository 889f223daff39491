"""Expressions on the columns of a table: of many rows side by side, of few one after another.

To hand even one expression to another thread, and to wait for it, takes longer than to evaluate it on a few
rows; and where the processors are busy, a hundred times as long.
"""

from __future__ import annotations

from collections.abc import Iterable

import polars as pl

from phantom_ml.features.lately import FEW

Made = pl.Expr | Iterable[pl.Expr]


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
