"""Rows to score, straight from memory: no child process for a frame, a mapping or a line of JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import polars as pl

from phantom_ml.data.columns.tidy import plain_table
from phantom_ml.data.columns.values import frame_of_columns, frame_of_rows
from phantom_ml.errors import SourceUnreadable


def rows(data: Any) -> pl.DataFrame | None:
    """Return the rows of data that is in memory already; None for a path or a foreign table.

    A mapping of single values is one row; text that begins like JSON is read as an object or a list of them.
    Columns get the names and types that they get when a table is read to be trained on.

    Raises
    ------
    SourceUnreadable
        The text is no JSON, or the values are no table.
    """
    if isinstance(data, str) and data.lstrip()[:1] in ("{", "["):
        return _of_json(data)
    try:
        return _table(data)
    except pl.exceptions.PolarsError as error:
        raise SourceUnreadable(
            f"The rows are no table: {str(error).splitlines()[0]}.",
            "Give each column as many values, of one type.",
        ) from None


def _table(data: Any) -> pl.DataFrame | None:
    if isinstance(data, pl.LazyFrame):
        return plain_table(data.collect())
    if isinstance(data, pl.DataFrame):
        return plain_table(data)
    if isinstance(data, Mapping):
        lists = all(_is_list(v) for v in data.values())
        return plain_table((frame_of_columns(data) if lists else frame_of_rows([data]))[0])
    if isinstance(data, list) and data and all(isinstance(row, Mapping) for row in data):
        return plain_table(frame_of_rows(data)[0])
    return None


def _is_list(value: Any) -> bool:
    return hasattr(value, "__len__") and not isinstance(value, str | bytes | Mapping)


def _of_json(text: str) -> pl.DataFrame:
    expected = 'Give an object {"column": value, ...} or a list of objects.'
    try:
        values = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(f"The text is not JSON: {error}.", expected) from None
    found = rows(values)
    if found is None:
        raise SourceUnreadable(
            f"The JSON text holds a {type(values).__name__} that is not rows.", expected
        )
    return found
