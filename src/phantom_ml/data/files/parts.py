"""Batches of rows written to Parquet as they come, a part for each schema, then joined."""

from __future__ import annotations

import errno
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any

import polars as pl

#: What the system says where a disk or a quota is full.
FULL = {errno.ENOSPC, errno.EDQUOT, errno.EFBIG}


@dataclass(frozen=True)
class Part:
    """A Parquet file of consecutive rows.

    Attributes
    ----------
    path : Path
    schema : dict
        Column name to polars type, in order.
    n_rows : int
    """

    path: Path
    schema: dict[str, pl.DataType]
    n_rows: int


class PartWriter:
    """Writes frames in their order; a change of schema begins a new part.

    Parameters
    ----------
    folder : Path
    stem : str
        What the parts' names begin with.
    """

    def __init__(self, folder: Path, stem: str) -> None:
        self.folder, self.stem = folder, stem
        self.parts: list[Part] = []
        self._schema: dict[str, pl.DataType] = {}
        self._path = folder
        self._rows = 0
        self._writer: Any = None

    def write(self, frame: pl.DataFrame) -> None:
        """Add rows."""
        schema = dict(frame.schema)
        if self._writer is None or schema != self._schema:
            self.close()
            self._schema = schema
        table = frame.to_arrow(compat_level=pl.CompatLevel.oldest())
        if self._writer is None:
            self._open(table.schema)
        self._writer.write_table(table)
        self._rows += frame.height

    def _open(self, schema: Any) -> None:
        from pyarrow.parquet import ParquetWriter

        self._path = self.folder / f"{self.stem}-{len(self.parts)}.parquet"
        # A dictionary a column makes a file a fifth smaller and its writing a third slower.
        self._writer = ParquetWriter(
            self._path,
            schema,
            compression="lz4",
            use_dictionary=False,
            write_statistics=False,
        )

    def close(self) -> None:
        """Finish the part that is being written."""
        if self._writer is not None:
            self._writer.close()
            self.parts.append(Part(self._path, self._schema, self._rows))
            self._writer, self._rows = None, 0

    def __enter__(self) -> PartWriter:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()


def common_schema(parts: Sequence[Part]) -> dict[str, pl.DataType]:
    """Return each column's narrowest type that holds all parts', in the order of first appearance.

    Examples
    --------
    >>> numbers, words = {"x": pl.Int64()}, {"x": pl.String()}
    >>> common_schema([Part(Path("a"), numbers, 1), Part(Path("b"), words, 1)])
    {'x': String}
    """
    schema: dict[str, pl.DataType] = {}
    for part in parts:
        for name, dtype in part.schema.items():
            schema[name] = wider(schema[name], dtype) if name in schema else dtype
    return schema


def wider(one: pl.DataType, other: pl.DataType) -> pl.DataType:
    """Return the type that holds both; text where only text does."""
    if other in {one, pl.Null()}:
        return one
    if one == pl.Null:
        return other
    if isinstance(one, pl.Datetime) and isinstance(other, pl.Datetime):
        return pl.Datetime("us", one.time_zone or other.time_zone)
    if one.is_integer() and other.is_integer():
        return pl.Int64()
    return pl.Float64() if one.is_numeric() and other.is_numeric() else pl.String()


def join_parts(parts: Sequence[Part], schema: dict[str, pl.DataType], target: Path) -> int:
    """Write all rows of the parts, in order, to one Parquet file; return how many there are.

    Columns that a part lacks are null. The parts are removed.
    """
    if len(parts) == 1 and list(parts[0].schema.items()) == list(schema.items()):
        parts[0].path.replace(target)
    else:
        scans = [_as(part, schema) for part in parts]
        write_table(pl.concat(scans), target)
        for part in parts:
            part.path.unlink()
    return sum(part.n_rows for part in parts)


def is_full(error: Exception) -> bool:
    """Return whether an error says that no space is left, be it in words only.

    Examples
    --------
    >>> is_full(OSError(errno.ENOSPC, "No space left on device"))
    True
    """
    words = ("No space left", "File too large", "Disk quota exceeded")
    number = getattr(error, "errno", None)
    return number in FULL or any(told in str(error) for told in words)


def write_table(lazy: pl.LazyFrame, target: Path) -> None:
    """Run a query and write its rows to Parquet, in order, without holding all of them."""
    lazy.sink_parquet(target, compression="lz4", statistics=False)


def _as(part: Part, schema: dict[str, pl.DataType]) -> pl.LazyFrame:
    columns = [
        pl.col(name).cast(dtype) if name in part.schema else pl.lit(None, dtype).alias(name)
        for name, dtype in schema.items()
    ]
    return pl.scan_parquet(part.path, glob=False).select(columns)
