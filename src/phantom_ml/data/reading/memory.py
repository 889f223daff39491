"""Tables that are in memory already, without a copy where their format allows it."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from uuid import uuid4

import numpy as np
import polars as pl

from phantom_ml.data.columns.names import check_width, clean_names, repeated
from phantom_ml.data.columns.tidy import tidied
from phantom_ml.data.columns.values import (
    frame_of_rows,
    series_of,
    some_with_a_zone,
    told_odd,
)
from phantom_ml.data.files.parts import write_table
from phantom_ml.data.files.source import ReadOptions
from phantom_ml.data.reading.dataset import Dataset, ReadReport
from phantom_ml.errors import SourceEmpty, SourceUnreadable

Columns = list[tuple[str, Any]]
EXPECTED = (
    "Give a path, a polars or pandas DataFrame, an Arrow table, a two-dimensional or structured "
    "NumPy array, a mapping of lists, a list of mappings, or rows as lists of one length."
)


def read_in_memory(source: Any, options: ReadOptions, scratch: Path) -> Dataset:
    """Return a table in memory as a Dataset; a LazyFrame is run once and kept in ``scratch``.

    Raises
    ------
    SourceUnreadable
        It is no table, or a column of it holds complex numbers or floats of more than 64 bits.
    SourceEmpty
        It has no row or no column.
    TooManyColumns
    """
    if isinstance(source, pl.LazyFrame):
        scratch.mkdir(parents=True, exist_ok=True)
        target = scratch / f"lazy-{uuid4().hex}.parquet"
        write_table(source, target)
        return _dataset(pl.scan_parquet(target, glob=False), options, [])
    frame, warnings = _frame_of(source)
    return _dataset(frame.lazy(), options, warnings, repeated(_names_of(source)))


def is_json_text(source: str) -> bool:
    """Return whether a string is JSON text rather than a path: it stands in brackets.

    Examples
    --------
    >>> is_json_text('[{"a": 1}]'), is_json_text("events.csv")
    (True, False)
    """
    text = source.strip()
    return text[:1] + text[-1:] in {"[]", "{}"}


def read_json_text(source: str, options: ReadOptions, scratch: Path) -> Dataset:
    """Return JSON text as a Dataset; raises SourceUnreadable where it is no JSON."""
    try:
        value = json.loads(source)
    except (ValueError, RecursionError) as error:
        raise SourceUnreadable(
            f"The text is not JSON: {error}.", "Mend it, or give a path."
        ) from None
    return read_in_memory(value, options, scratch)


def _dataset(
    lazy: pl.LazyFrame, options: ReadOptions, warnings: list[str], again: tuple[str, ...] = ()
) -> Dataset:
    width = len(lazy.collect_schema())
    check_width(width, options.max_columns, "The table")
    n_rows = int(lazy.select(pl.len()).collect().item()) if width else 0
    if not n_rows:
        raise SourceEmpty(
            "The table has no row." if width else "The table has no column.", EXPECTED
        )
    plain, told = tidied(lazy, keep_infinite=options.keep_infinite)
    report = ReadReport("frame", {}, (*warnings, *told), repeated=again)
    return Dataset(plain, n_rows, "frame", report)


def _names_of(source: Any) -> list[str]:
    """Return the column names of the tables that can bear one twice."""
    library = type(source).__module__.partition(".")[0]
    if library == "pandas" and hasattr(source, "columns"):
        return [_name(c) for c in source.columns]
    schema = getattr(source, "schema", None) if library == "pyarrow" else None
    return [] if schema is None else list(schema.names)


def _frame_of(source: Any) -> tuple[pl.DataFrame, list[str]]:
    library = type(source).__module__.partition(".")[0]
    if isinstance(source, pl.DataFrame):
        return _assembled([(name, source[name]) for name in source.columns])
    if library == "pandas" and hasattr(source, "columns"):
        return _assembled([(_name(c), source.iloc[:, i]) for i, c in enumerate(source.columns)])
    if isinstance(source, np.ndarray):
        return _assembled(_array_columns(source))
    if library == "pyarrow" and hasattr(source, "schema") and hasattr(source, "column"):
        names = source.schema.names
        return _assembled([(name, source.column(i)) for i, name in enumerate(names)])
    if isinstance(source, Mapping):
        return _from_mapping(source)
    if _is_lines(source) or _is_rows(source):
        return _from_rows(source)
    raise SourceUnreadable(f"A {type(source).__name__} cannot be read as a table.", EXPECTED)


def _assembled(columns: Columns) -> tuple[pl.DataFrame, list[str]]:
    names, warnings = clean_names([name for name, _ in columns])
    odd: dict[str, str] = {}
    series = []
    for name, (_, values) in zip(names, columns, strict=True):
        column, example = _series(name, values)
        series.append(column)
        if example is not None:
            odd[name] = example
    try:
        return pl.DataFrame(series), [*warnings, *told_odd(odd)]
    except pl.exceptions.PolarsError as error:
        raise SourceUnreadable(f"The columns are no table: {error}.", EXPECTED) from None


def _series(name: str, values: Any) -> tuple[pl.Series, str | None]:
    library = type(values).__module__.partition(".")[0]
    if isinstance(values, pl.Series):
        if values.dtype == pl.Object:
            return series_of(name, values.to_list())
        return values.alias(name), None
    if library == "pandas":
        return _pandas_series(name, values)
    if library == "pyarrow":
        return pl.Series(name, values), None
    if isinstance(values, np.ndarray) and values.dtype.kind in "biufMmU" and not _is_long(values):
        return _numpy_series(name, values), None
    return series_of(name, list(values))


def _is_long(values: np.ndarray[Any, Any]) -> bool:
    return np.issubdtype(values.dtype, np.longdouble)


def _pandas_series(name: str, values: Any) -> tuple[pl.Series, str | None]:
    import pyarrow as pa

    try:
        column = pl.Series(name, pa.Array.from_pandas(values))
        # Of datetimes of which some name a zone Arrow makes one type, and loses the zones unseen.
        is_mixed = column.dtype == pl.Datetime and values.dtype == object
        if not (is_mixed and some_with_a_zone(values)):
            return column, None
        return series_of(name, values.astype(object).where(values.notna(), None).to_list())
    except (pa.ArrowException, TypeError, ValueError, pl.exceptions.PolarsError):
        # A column of objects of several types.
        missing = values.isna().to_list()
        present = zip(values.to_list(), missing, strict=True)
        return series_of(name, [None if gone else value for value, gone in present])


def _numpy_series(name: str, values: np.ndarray[Any, Any]) -> pl.Series:
    values = values.astype(np.float32) if values.dtype == np.float16 else values
    if isinstance(values, np.ma.MaskedArray):
        mask = np.ma.getmaskarray(values)
        return (
            pl.select(pl.when(~pl.Series(mask)).then(pl.Series(values.data)))
            .to_series()
            .alias(name)
        )
    return pl.Series(name, values)


def _array_columns(array: np.ndarray[Any, Any]) -> Columns:
    if array.dtype.names:
        return [(name, array[name].reshape(len(array), -1)[:, 0]) for name in array.dtype.names]
    if array.ndim == 2 and array.dtype.kind in "biufMmUO":
        return [(f"c{j}", array[:, j]) for j in range(array.shape[1])]
    raise SourceUnreadable(
        f"An array of shape {array.shape} and type {array.dtype} cannot be read as a table.",
        EXPECTED,
    )


def _from_mapping(source: Mapping[Any, Any]) -> tuple[pl.DataFrame, list[str]]:
    values = list(source.values())
    lists = [
        v for v in values if not isinstance(v, str | bytes | Mapping) and hasattr(v, "__len__")
    ]
    if len(lists) == len(values):
        if len({len(v) for v in lists}) > 1:
            raise SourceUnreadable("The lists have different lengths.", "Give each as many values.")
        return _assembled([(_name(name), v) for name, v in source.items()])
    records = [v for v in lists if v and _is_rows(v)]
    frame, odd = frame_of_rows(records[0] if len(records) == 1 else [source])
    return frame, told_odd(odd)


def _is_rows(source: Any) -> bool:
    listed = isinstance(source, Sequence) and not isinstance(source, str | bytes)
    return listed and all(isinstance(row, Mapping) for row in source)


def _from_rows(source: Any) -> tuple[pl.DataFrame, list[str]]:
    if _is_lines(source):
        return _assembled([(f"c{j}", values) for j, values in enumerate(zip(*source, strict=True))])
    frame, odd = frame_of_rows(source)
    return frame, told_odd(odd)


def _is_lines(source: Any) -> bool:
    """Return whether rows are lists of cells, equally long."""
    if not isinstance(source, list | tuple) or not source:
        return False
    lines = all(isinstance(row, list | tuple) for row in source)
    return lines and len({len(row) for row in source}) == 1 and len(source[0]) > 0


def _name(name: Any) -> str:
    return ".".join(map(str, name)) if isinstance(name, tuple) else str(name)
