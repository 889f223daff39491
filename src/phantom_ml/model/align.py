"""Rows to be scored, matched by name to what the model was trained on.

A missing column is refused; an extra one is ignored; a value never seen is scored as missing; a cell that
cannot be what the column was (text where numbers were) is refused with its value. Where training times named
their zone, those that name none are taken to be in UTC.
"""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import TableSchema
from phantom_ml.data.text_types import TextType, datetime_expr
from phantom_ml.data.times import to_datetime
from phantom_ml.errors import ColumnMissing, TypeUnsafe

#: How a schema writes the type of times that name their zone.
MOMENT = str(pl.Datetime("us", "UTC"))


def align(frame: pl.DataFrame, inputs: TableSchema, needed: list[str]) -> pl.DataFrame:
    """Return the columns that the model reads, in its order.

    Raises
    ------
    ColumnMissing
        A column that the model reads is not there.
    TypeUnsafe
        A column held times in training, and none of its cells is one.
    """
    present = set(frame.columns)
    missing = [c for c in needed if c not in present]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    times = {c.name for c in inputs.columns if c.dtype.startswith("Datetime")}
    written = [c for c in needed if c in times and frame.schema[c] == pl.String]
    # Plain indexing: a query costs more than scoring one row.
    found = frame[needed].with_columns(_as_time(frame[c]) for c in written)
    moments = [c.name for c in inputs.columns if c.dtype == MOMENT and c.name in present]
    naive = [c for c in moments if found.schema.get(c) == pl.Datetime("us")]
    if not naive:
        return found
    return found.with_columns(found[c].cast(pl.Datetime("us", "UTC")) for c in naive)


def _as_time(text: pl.Series) -> pl.Series:
    """Return written times as the reader of files takes them: in UTC where one of them names a zone."""
    for kind in (TextType.DATETIME, TextType.MOMENT):
        found = text.to_frame().select(datetime_expr(text.name, kind)).to_series()
        if found.null_count() == text.null_count():
            return found
    found = _or(found, to_datetime(text).dt.replace_time_zone("UTC"))
    if found.null_count() == len(text):
        raise TypeUnsafe(
            f"Column {text.name!r} held times, and no cell is one now: {text.drop_nulls()[0][:60]!r}.",
            "Write times as 2026-01-31T12:00:00Z, or as the training data had them.",
        )
    return found


def _or(first: pl.Series, second: pl.Series) -> pl.Series:
    return first.zip_with(first.is_not_null(), second)
