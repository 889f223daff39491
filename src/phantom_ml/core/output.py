"""Predictions to a file, block by block, so that memory does not grow with the rows."""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.core.stream import Stream
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.errors import BadSetting, ColumnMissing, DiskFull, StoreUnusable

BLOCK_ROWS = 65_536
#: Rows that are handed back to be looked at.
SHOWN_ROWS = 10
#: A spreadsheet takes a cell that begins so for a formula (OWASP, "CSV Injection").
FORMULA = r"^[=+\-@\t\r]"
Blocks = Iterable[pl.DataFrame]
Writer = Callable[[Blocks, IO[bytes]], pl.DataFrame]


def write_predictions(stream: Stream, dataset: Dataset, path: Path) -> pl.DataFrame:
    """Write predictions to .parquet, .csv or .jsonl and return the first rows.

    Rows of later blocks see those of earlier ones as past; rows in another order than that of time are held in
    memory and scored in that one. The file appears when it is whole. Text cells of CSV that begin like a
    formula get a quote before them.

    Raises
    ------
    BadSetting
        The ending is none of the three.
    DiskFull, StoreUnusable
    """
    writer = writer_for(path)
    with _whole_file(path) as file:
        return writer(_blocks(stream, dataset), file)


def write_table(frame: pl.DataFrame, path: str | Path) -> None:
    """Write a table to .parquet, .csv or .jsonl as ``write_predictions`` does; raises the same."""
    path = Path(path).expanduser()
    writer = writer_for(path)
    with _whole_file(path) as file:
        writer([frame], file)


def check_output(path: str | Path, source: str | None) -> None:
    """Return where a file can be written without loss; before the work, not after it.

    Raises
    ------
    BadSetting
        Nothing is written as this, or it is the file that is read, or lies in the folder that is read.
    StoreUnusable
        There is no such folder.
    """
    writer_for(path)
    place = Path(path).expanduser().resolve()
    read = None if source is None else Path(source).expanduser().resolve()
    if read is not None and (place == read or (read.is_dir() and place.parent == read)):
        raise BadSetting(
            f"{str(path)!r} would be written over what is read, or beside it.",
            "Name another place for the output.",
        )
    if not place.parent.is_dir():
        raise StoreUnusable(
            f"There is no folder {str(place.parent)!r} to write {place.name!r} to.",
            "Make it, or name another place.",
        )


def writer_for(path: str | Path) -> Writer:
    """Return what writes files of this ending; raises BadSetting where nothing does."""
    path = Path(path)
    writer = _WRITERS.get(path.suffix.lower())
    if writer is None:
        raise BadSetting(
            f"Nothing can be written as {path.suffix or path.name!r}.",
            f"End the name in one of: {', '.join(_WRITERS)}.",
        )
    return writer


@contextlib.contextmanager
def _whole_file(path: Path) -> Iterator[IO[bytes]]:
    """Give a file to write to that appears under its name when it is whole."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    try:
        with draft.open("wb") as file:
            yield file
        draft.replace(path)
    except OSError as error:
        full = error.errno in (28, 122)  # ENOSPC, EDQUOT
        kind = DiskFull if full else StoreUnusable
        raise kind(
            f"{str(path)!r} cannot be written: {error.strerror}.", "Name another place."
        ) from None
    finally:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)


def _blocks(stream: Stream, dataset: Dataset) -> Iterator[pl.DataFrame]:
    needed, present = stream.inputs, dataset.columns
    missing = [c for c in needed if c not in present]
    if missing:
        raise ColumnMissing(missing, present)
    lazy = dataset.lazy.select(needed)
    order = None if dataset.n_rows <= BLOCK_ROWS else stream.order(lazy)
    if order is not None:
        yield from _in_order(stream, lazy.collect(), order)
        return
    for start in range(0, max(1, dataset.n_rows), BLOCK_ROWS):
        yield stream.predict(lazy.slice(start, BLOCK_ROWS).collect())


def _in_order(stream: Stream, frame: pl.DataFrame, order: NDArray[np.int64]) -> Blocks:
    """Return predictions row for row, of rows that are scored in another order."""
    starts = range(0, len(order), BLOCK_ROWS)
    scored = [stream.predict(frame[order[start : start + BLOCK_ROWS]]) for start in starts]
    return pl.concat(scored)[np.argsort(order)].iter_slices(BLOCK_ROWS)


def _parquet(blocks: Blocks, file: IO[bytes]) -> pl.DataFrame:
    import pyarrow.parquet as pq

    shown, writer = None, None
    for block in blocks:
        table = block.to_arrow()
        if writer is None:
            shown, writer = block.head(SHOWN_ROWS), pq.ParquetWriter(file, table.schema)
        writer.write_table(table)
    if writer is not None:
        writer.close()
    return pl.DataFrame() if shown is None else shown


def _csv(blocks: Blocks, file: IO[bytes]) -> pl.DataFrame:
    shown: pl.DataFrame | None = None
    for block in blocks:
        text = pl.selectors.string()
        safe = block.with_columns(
            pl.when(text.str.contains(FORMULA)).then("'" + text).otherwise(text).name.keep()
        )
        safe.write_csv(file, include_header=shown is None)
        shown = block.head(SHOWN_ROWS) if shown is None else shown
    return pl.DataFrame() if shown is None else shown


def _json_lines(blocks: Blocks, file: IO[bytes]) -> pl.DataFrame:
    shown: pl.DataFrame | None = None
    for block in blocks:
        block.write_ndjson(file)
        shown = block.head(SHOWN_ROWS) if shown is None else shown
    return pl.DataFrame() if shown is None else shown


_WRITERS: dict[str, Writer] = {".parquet": _parquet, ".csv": _csv, ".jsonl": _json_lines}
