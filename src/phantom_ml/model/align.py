"""Rows to be scored, matched by name to what the model was trained on.

A missing column is refused; an extra one is ignored; a value never seen is scored as missing; a cell that
cannot be what the column was (text where numbers were) is refused with its value.
"""

from __future__ import annotations

import polars as pl

from phantom_ml.data.schema import TableSchema
from phantom_ml.errors import ColumnMissing


def align(frame: pl.DataFrame, inputs: TableSchema, needed: list[str]) -> pl.DataFrame:
    """Return the columns that the model reads, in its order.

    Raises
    ------
    ColumnMissing
        A column that the model reads is not there.
    """
    present = set(frame.columns)
    missing = [c for c in needed if c not in present]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    return frame.select(needed)
