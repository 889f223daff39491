"""Rows to be scored, matched by name to what the model was trained on.

A missing column is refused; an extra one is ignored; a value never seen is scored as missing, and so is a cell
that is no time where times were, unless many rows hold nothing but such: these are refused. Where training
times named their zone, those that name none are taken to be in UTC.
"""

from __future__ import annotations

import polars as pl

from phantom_ml.data.columns.column import MARKS
from phantom_ml.data.columns.text_types import TextType, datetime_expr
from phantom_ml.data.schema import TableSchema
from phantom_ml.data.times.form import ORDERS
from phantom_ml.data.times.parse import to_datetime
from phantom_ml.errors import ColumnMissing, TypeUnsafe
from phantom_ml.features.columns.timestamp import is_moment

#: How a schema writes the type of times that name their zone.
MOMENT = str(pl.Datetime("us", "UTC"))
#: So many cells without a time among them are another column; fewer may be what one log left out.
LEAST_JUNK = 20


def align(frame: pl.DataFrame, inputs: TableSchema, needed: list[str]) -> pl.DataFrame:
    """Return the columns that the model reads, in its order.

    Raises
    ------
    ColumnMissing
        A column that the model reads is not there.
    TypeUnsafe
        A column held times in training, LEAST_JUNK cells or more hold something else now, and none a time.
    """
    present = set(frame.columns)
    missing = [c for c in needed if c not in present]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    times = {c.name: c.time_form for c in inputs.columns if c.dtype.startswith("Datetime")}
    written = [c for c in needed if c in times and frame.schema[c] == pl.String]
    # Plain indexing: a query costs more than scoring one row.
    found = frame[needed].with_columns(_as_time(frame[c], times[c]) for c in written)
    moments = [c.name for c in inputs.columns if c.dtype == MOMENT and c.name in present]
    naive = [c for c in moments if found.schema.get(c) == pl.Datetime("us")]
    if not naive:
        return found
    return found.with_columns(found[c].cast(pl.Datetime("us", "UTC")) for c in naive)


def _as_time(text: pl.Series, form: str | None) -> pl.Series:
    """Return written times as the reader of files takes them: in UTC where one of them names a zone."""
    for kind in (TextType.DATETIME, TextType.MOMENT):
        found = text.to_frame().select(datetime_expr(text.name, kind)).to_series()
        if found.null_count() == text.null_count():
            return found
    found = _or(found, to_datetime(text, form or ORDERS[0]).dt.replace_time_zone("UTC"))
    if found.null_count() == len(text):
        refuse_junk(text, f"Column {text.name!r} held times, and no cell is one now")
    zoned = (found.is_not_null() & is_moment(text)).any()
    return found if zoned else found.dt.replace_time_zone(None)


def refuse_junk(values: pl.Series, what: str) -> None:
    """Raise TypeUnsafe where LEAST_JUNK cells or more of a column without a time hold something.

    Parameters
    ----------
    values : Series
        None of its cells is a time.
    what : str
        What to say of it, before an example.
    """
    text = values.drop_nulls().cast(pl.String, strict=False)
    junk = text.filter(~text.str.strip_chars().is_in(sorted(MARKS)))
    if len(junk) >= LEAST_JUNK:
        raise TypeUnsafe(
            f"{what}: {junk[0][:60]!r}.",
            "Write times as 2026-01-31T12:00:00Z, or as the training data had them.",
        )


def _or(first: pl.Series, second: pl.Series) -> pl.Series:
    return first.zip_with(first.is_not_null(), second)
