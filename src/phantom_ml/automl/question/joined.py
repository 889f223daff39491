"""Rows that were given for validation, below those to learn from, in the same columns and types."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.config import AutoMLTaskType
from phantom_ml.data.files.parts import wider
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import Target, require_columns
from phantom_ml.data.target.read import plain_column, read_target
from phantom_ml.errors import BadSetting, TypeUnsafe, listed, nearest
from phantom_ml.wording import counted

#: The family of types that tell times, with a zone or without.
TIME = "time"
#: So many classes that cannot be are told, and no more.
MOST_TOLD = 5


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


def check_taught(answers: pl.Series, n_rows: int, task_type: AutoMLTaskType) -> None:
    """Return if rows to learn from have every class that the rows for validation have.

    Parameters
    ----------
    answers : polars.Series
        The raw column of the rows to learn from, with those for validation below them.
    n_rows : int
        How many rows there are to learn from, with an answer or without.
    task_type : AutoMLTaskType
        One that asks for numbers has no classes.

    Raises
    ------
    BadSetting
        A class stands in the rows for validation alone: no model can learn it, and it is often another by a slip.
    TargetUnusable
        The column holds no answers of such a task.
    """
    if not read_target(answers, answers.name, task_type).classes:
        return
    column = plain_column(answers, answers.name)
    taught = column.head(n_rows).drop_nulls().unique().sort()
    below = column.slice(n_rows).drop_nulls().alias("class")
    alone = below.filter(~below.is_in(taught.implode())).value_counts(name="rows")
    if len(alone):
        raise _untaught(answers.name, alone, [_class_text(c) for c in taught])


def _untaught(name: str, alone: pl.DataFrame, taught: list[str]) -> BadSetting:
    """Return the error of classes that validation alone has, told with their rows, those of the most first."""
    ordered = alone.sort("rows", "class", descending=[True, False])
    texts = [_class_text(c) for c in ordered["class"]]
    rows = ordered["rows"].to_list()[:MOST_TOLD]
    told = [f"{listed([t])} ({counted(n, 'row')})" for t, n in zip(texts, rows, strict=False)]
    more = f" and {len(texts) - MOST_TOLD} more" if len(texts) > MOST_TOLD else ""
    noun = "a class" if len(texts) == 1 else "classes"
    meant = next((found for text in texts if (found := nearest(text, taught))), "")
    return BadSetting(
        f"validation_data holds {noun} of {name!r} that no row to learn from has: {', '.join(told)}{more}. "
        f"The classes to learn from are {listed(taught) or 'none'}.{meant}",
        "Spell classes as the rows to learn from do, give rows of each to learn from, or leave theirs out of "
        "validation_data.",
    )


def _class_text(value: object) -> str:
    """Return a class as text, a whole number as one even in a column of fractions."""
    return str(int(value) if isinstance(value, float) and value.is_integer() else value)


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
