"""Columns that are plainly nothing, one thing, or one of two: empty, constant, boolean."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.columns.column import Column
from phantom_ml.data.kinds.base import Claim, Recogniser, kinds
from phantom_ml.data.schema import ColumnKind

ZERO_ONE = frozenset({"0", "1"})
#: What two values that say yes and no are called, in lower case.
WORD_PAIRS = (
    frozenset({"true", "false"}),
    frozenset({"t", "f"}),
    frozenset({"yes", "no"}),
    frozenset({"y", "n"}),
    frozenset({"on", "off"}),
)


def _empty(column: Column) -> Claim | None:
    if column.n_present:
        return None
    return Claim(ColumnKind.EMPTY, 1.0, "Every cell is missing.")


def _constant(column: Column) -> Claim | None:
    # One value beside missing cells still tells rows apart.
    if column.n_distinct != 1 or column.n_present < column.n_rows:
        return None
    value = repr(str(column.distinct[0])[:40])
    return Claim(ColumnKind.CONSTANT, 1.0, f"Every cell is {value}.")


def _boolean(column: Column) -> Claim | None:
    if column.n_distinct > 2 or not column.n_present:
        return None
    if column.values.dtype == pl.Boolean:
        return Claim(ColumnKind.BOOLEAN, 1.0, "The column is stored as true and false.")
    if column.n_distinct < 2:
        return None
    whole = column.whole
    if whole is None or frozenset(str(value) for value in whole) != ZERO_ONE:
        return None
    return Claim(ColumnKind.BOOLEAN, 1.0, "The only values are 0 and 1.")


def _word_pair(column: Column) -> Claim | None:
    """Words for yes and no: two levels of a category, which a person may call a boolean."""
    if not column.is_text or column.n_distinct != 2:
        return None
    found = frozenset(column.probe.str.to_lowercase().to_list())
    if found not in WORD_PAIRS:
        return None
    return Claim(ColumnKind.BOOLEAN, 1.0, f"The only values are {' and '.join(sorted(found))}.")


kinds.add("empty")(Recogniser(ColumnKind.EMPTY, 0, _empty))
kinds.add("constant")(Recogniser(ColumnKind.CONSTANT, 1, _constant))
kinds.add("boolean")(Recogniser(ColumnKind.BOOLEAN, 2, _boolean))
kinds.add("word_pair")(Recogniser(ColumnKind.BOOLEAN, 166, _word_pair))
