"""Rows that were given for validation, below those to learn from, in the same columns and types."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.files.parts import wider
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import Target, require_columns
from phantom_ml.errors import BadSetting, TypeUnsafe
from phantom_ml.wording import counted

#: The family of types that tell times, with a zone or without.
TIME = "time"


def joined(rows: pl.DataFrame, validation: Dataset) -> pl.DataFrame:
    """Return the rows with those for validation below them; raises TypeUnsafe where types differ."""
    require_columns(validation.columns, rows.columns)
    below = validation.frame(rows.columns)
    empty = [c.name for c in below if c.null_count() == len(c)]
    below = below.with_columns(pl.col(c).cast(rows.schema[c]) for c in empty)
    for name, dtype in rows.schema.items():
        if _family(dtype) != _family(below.schema[name]):
            raise TypeUnsafe(
                f"Column {name!r} is {dtype} in the rows to learn from and "
                f"{below.schema[name]} in validation_data.",
                "Bring both to one type.",
            )
    times = {c: wider(t, below.schema[c]) for c, t in rows.schema.items() if _family(t) == TIME}
    parts = [
        part.with_columns(pl.col(c).cast(t) for c, t in times.items()) for part in (rows, below)
    ]
    return pl.concat(parts, how="vertical_relaxed")


def count_answered(target: Target, n_rows: int) -> int:
    """Return how many rows for validation have an answer.

    Parameters
    ----------
    target : Target
        The answers of the rows to learn from, and of those for validation below them.
    n_rows : int
        How many rows there are to learn from, with an answer or without.

    Raises
    ------
    BadSetting
        None has one, or their answers are classes and all the same.
    """
    answers = target.values[target.keep >= n_rows]
    if not len(answers):
        raise BadSetting(
            f"No row of validation_data has a value of {target.name!r}.",
            "Give rows with answers, or leave validation_data out.",
        )
    codes = np.unique(answers)
    if target.classes and len(codes) == 1:
        only, rows = target.classes[int(codes[0])], counted(len(answers), "row")
        raise BadSetting(
            f"validation_data holds one class only: {target.name!r} is {only!r} in all its rows that have an "
            f"answer ({rows}). No model can be told from another by them.",
            "Give rows of more than one class, or leave validation_data out.",
        )
    return len(answers)


def _family(dtype: pl.DataType) -> str:
    if isinstance(dtype, pl.Datetime):
        return TIME
    return "number" if dtype.is_numeric() or dtype == pl.Boolean else str(dtype)
