"""JSON that stands in cells as text: it is read as text, and told how its keys become columns."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.columns.column import HEAD, Column
from phantom_ml.data.kinds.base import FLOOR, Claim, Recogniser, evidence, kinds
from phantom_ml.data.schema import ColumnKind

#: An object that begins with a key and a value, a list that begins with text, an object or a list, and
#: a list of numbers. RFC 8259.
_BEGINS = (
    r"^(?:\{\s*(?:\}|\"(?:[^\"\\]|\\.){0,200}\"\s*:\s*(?:[\"\[{\d-]|true|false|null))"
    r"|\[\s*[\"\[{]|\[[-+.,eE\d\s]*\]$)"
)
_ENDS = r"[\]}]$"
#: Objects that are stored as such become columns with dotted names, in training and in scoring.
ADVICE = "Decode them before (polars: str.json_decode), and each key is a column."


def json_share(column: Column) -> float:
    """Return the share of the distinct values that are JSON objects or lists; 0 below 0.9.

    Examples
    --------
    >>> json_share(Column("details", pl.Series(['{"n": 1}', '{"n": 2}']), 2))
    1.0
    """
    if not column.is_text or column.characters.isdisjoint("{["):
        return 0.0
    return column.rate(_is_json, FLOOR)


def _is_json(values: pl.Series) -> pl.Series:
    # Of a cell that is cut, the end is not seen.
    is_cut = values.str.len_chars() >= HEAD
    return values.str.contains(_BEGINS) & (is_cut | values.str.contains(_ENDS))


def _claim(column: Column) -> Claim | None:
    rate = json_share(column)
    if not rate:
        return None
    objects = column.rate(lambda values: values.str.starts_with("{"), FLOOR)
    told = evidence(rate, "JSON objects" if objects else "JSON", hinted=False)
    return Claim(ColumnKind.TEXT, rate, f"{told} {ADVICE}" if objects else told)


# After categories: a few objects that repeat are levels.
kinds.add("json")(Recogniser(ColumnKind.TEXT, 168, _claim))
