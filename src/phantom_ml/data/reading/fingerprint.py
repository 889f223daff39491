"""One SHA-256 for a table: the same rows, names and types give the same, wherever they are from.

Each column has streams of its own (values, lengths, places of missing cells), so that the result
does not depend on how the rows were batched.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.reading.dataset import Dataset

_BATCH_ROWS = 65_536
_TEMPORAL = (pl.Date, pl.Time, pl.Datetime, pl.Duration)


def fingerprint(table: Dataset | pl.DataFrame | pl.LazyFrame) -> str:
    """Return the SHA-256 of a table as 64 hexadecimal digits.

    Parameters
    ----------
    table : Dataset, polars.DataFrame or polars.LazyFrame
        What is lazy is read in batches and never held whole.

    Returns
    -------
    str
        It changes with any cell, column name, type, column order and row order.

    Examples
    --------
    >>> table = pl.DataFrame({"a": [1, 2]})
    >>> fingerprint(table) == fingerprint(table.lazy())
    True
    >>> fingerprint(table) == fingerprint(table.reverse())
    False
    """
    source = table.lazy if isinstance(table, Dataset) else table
    schema = source.collect_schema()
    columns = [_ColumnHash(name, dtype) for name, dtype in schema.items()]
    for batch in _batches(source):
        for column, series in zip(columns, batch.get_columns(), strict=True):
            column.add(series)
    whole = hashlib.sha256(b"phantom table 1\n")
    for column in columns:
        whole.update(column.digest())
    return whole.hexdigest()


def _batches(source: pl.DataFrame | pl.LazyFrame) -> Iterable[pl.DataFrame]:
    if isinstance(source, pl.DataFrame):
        return source.iter_slices(_BATCH_ROWS)
    return source.collect_batches(chunk_size=_BATCH_ROWS, maintain_order=True)


class _ColumnHash:
    """The streams of one column."""

    def __init__(self, name: str, dtype: pl.DataType) -> None:
        self._title = f"{len(name)} {name} {dtype}\n".encode()
        self._values, self._lengths, self._missing = (hashlib.sha256() for _ in range(3))
        self._rows = 0

    def add(self, series: pl.Series) -> None:
        """Take the next rows."""
        if series.null_count():
            missing = np.flatnonzero(series.is_null().to_numpy()).astype("<i8")
            self._missing.update((missing + self._rows).data)
        self._rows += len(series)
        flat = _flat(series)
        if flat.dtype in (pl.Binary, pl.String):
            content, lengths = _bytes_of(flat)
            self._values.update(content)
            self._lengths.update(lengths.data)
        elif flat.dtype != pl.Null:
            self._values.update(_numbers_of(flat).data)

    def digest(self) -> bytes:
        """Return the hash of the name, the type and all rows so far."""
        whole = hashlib.sha256(self._title + self._rows.to_bytes(8, "little"))
        for stream in (self._values, self._lengths, self._missing):
            whole.update(stream.digest())
        return whole.digest()


def _flat(series: pl.Series) -> pl.Series:
    """Return the column as numbers, text or bytes that mean the same."""
    dtype = series.dtype
    if dtype in (pl.Categorical, pl.Enum) or dtype.is_decimal():
        return series.cast(pl.String)
    if dtype == pl.Boolean:
        return series.cast(pl.UInt8)
    if isinstance(dtype, _TEMPORAL):
        return series.to_physical()
    if dtype.is_nested():
        return series.to_frame("value").select(pl.struct("value").struct.json_encode()).to_series()
    return series


def _numbers_of(series: pl.Series) -> NDArray[np.generic]:
    """Return the numbers as contiguous little-endian memory, zero where missing."""
    filled = series.fill_null(0) if series.null_count() else series
    array = np.ascontiguousarray(filled.to_numpy())
    return array.astype(array.dtype.newbyteorder("<"), copy=False)


def _bytes_of(series: pl.Series) -> tuple[memoryview, NDArray[np.int64]]:
    """Return all bytes one after the other, nothing where missing, and the length of each cell."""
    filled = series.cast(pl.Binary).fill_null(b"").rechunk()
    arrow = filled.to_arrow(compat_level=pl.CompatLevel.oldest())
    _, offsets, content = arrow.buffers()
    ends = np.frombuffer(offsets, dtype="<i8", count=len(arrow) + 1, offset=8 * arrow.offset)
    lengths = np.diff(ends)
    if content is None or not lengths.size:
        return memoryview(b""), lengths
    return memoryview(content)[int(ends[0]) : int(ends[-1])], lengths
