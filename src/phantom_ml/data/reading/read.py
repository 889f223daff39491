"""Reading: whatever holds a table becomes a Dataset; files are parsed in a process of their own."""

from __future__ import annotations

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any
from uuid import uuid4

import polars as pl

from phantom_ml.data.columns.tidy import plain_table
from phantom_ml.data.files.locate import by_name, find_files
from phantom_ml.data.files.parts import is_full
from phantom_ml.data.files.source import ReadOptions
from phantom_ml.data.reading.dataset import Dataset, ReadReport
from phantom_ml.data.reading.memory import is_json_text, read_in_memory, read_json_text
from phantom_ml.errors import (
    ChildCrashed,
    ChildFailed,
    ChildOutOfMemory,
    DiskFull,
    ParserCrashed,
    PhantomError,
    listed,
)
from phantom_ml.process.child import run_child
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import Limits

__all__ = ["ReadOptions", "read", "table_of"]

PARSER = "phantom_ml.data.reading.parse_child:parse"
#: More threads than this parse no faster.
MAX_THREADS = 8
NO_DEADLINE = Deadline.never()
DEFAULT_OPTIONS = ReadOptions()


def read(
    source: Any,
    options: ReadOptions = DEFAULT_OPTIONS,
    *,
    scratch: Path,
    deadline: Deadline = NO_DEADLINE,
) -> Dataset:
    """Return the table in a source.

    Parameters
    ----------
    source : path or table
        A file, a folder of files, or a glob (CSV, TSV, JSON, JSON lines, Parquet, also as ``.gz``
        or ``.zst``); JSON text in its brackets; or a table in memory: polars, pandas, Arrow, NumPy
        (structured or two-dimensional), a mapping of lists, or a list of mappings.
    options : ReadOptions
    scratch : Path
        A folder for what is written while reading; it must outlive the Dataset.
    deadline : Deadline
        Parsing is ended here.

    Raises
    ------
    DataError
        SourceNotFound, SourceUnreadable, SourceEmpty, EncodingWrong, RowsRagged, TooManyColumns or
        ParserCrashed; ``docs/data.md`` tells which input leads to which.
    DiskFull
        ``scratch`` has no space left.
    ChildTimeout
        The deadline passed.

    Examples
    --------
    >>> read({"port": [22, 443], "proto": ["tcp", None]}, scratch=Path("unused")).n_rows
    2
    """
    if isinstance(source, str) and is_json_text(source):
        return read_json_text(source, options, scratch)
    if not isinstance(source, str | os.PathLike):
        return read_in_memory(source, options, scratch)
    files, unnamed, told = _chosen(Path(source))
    folder = scratch.absolute() / f"table-{uuid4().hex}"
    payload = {"files": [str(f.absolute()) for f in files], "unnamed": unnamed}
    result = _parse(payload, options, folder, deadline)
    warnings = (*told, *result["warnings"])
    report = ReadReport(
        result["format"],
        result["details"],
        warnings,
        result["skipped_lines"],
        tuple(result["repeated"]),
    )
    rows = pl.scan_parquet(result["rows"], glob=False, hive_partitioning=False)
    return Dataset(rows, result["n_rows"], Path(source).name, report)


def table_of(data: Any, options: ReadOptions = DEFAULT_OPTIONS) -> pl.DataFrame:
    """Return any table as a frame in memory, typed alike whatever held it; raises DataError where it is none."""
    if isinstance(data, pl.LazyFrame):
        return plain_table(data.collect())
    if isinstance(data, pl.DataFrame) and pl.Object not in data.dtypes:
        return plain_table(data)
    with tempfile.TemporaryDirectory() as scratch:
        return read(data, options, scratch=Path(scratch)).frame()


def _chosen(source: Path) -> tuple[list[Path], str, list[str]]:
    """Return the files to read; the folder's name where no file of it says that it is data; a warning.

    A file or a glob was meant as it stands. In a folder other things may lie beside the data.
    """
    files = find_files(source)
    if not source.expanduser().is_dir():
        return files, "", []
    named, others = by_name(files)
    if not named:
        return others, source.name or str(source), []
    left = listed([file.name for file in others])
    what = (
        "was left out: its name is not that"
        if len(others) == 1
        else "were left out: their names are not those"
    )
    told = f"{left} in the folder {source.name!r} {what} of data."
    return named, "", [told] if others else []


def _parse(
    payload: dict[str, Any], options: ReadOptions, folder: Path, deadline: Deadline
) -> dict[str, Any]:
    n_threads = min(MAX_THREADS, len(os.sched_getaffinity(0)))
    limits = Limits(deadline=deadline, memory_mb=options.memory_mb, n_threads=n_threads)
    rows = folder / "rows"
    try:
        rows.mkdir(parents=True)
        whole = {**payload, "options": options.model_dump(), "folder": str(rows)}
        return run_child(PARSER, whole, folder, limits)
    except BaseException as error:
        shutil.rmtree(folder, ignore_errors=True)
        told = _told(error, payload["files"][0], options)
        raise (error if told is None else told) from None


def _told(error: BaseException, file: str, options: ReadOptions) -> PhantomError | None:
    """Return what a person should see instead of the error; None for the error itself."""
    name = Path(file).name
    if isinstance(error, ChildOutOfMemory):
        return ParserCrashed(
            f"Reading {name!r} took more than {options.memory_mb} MB of memory.",
            "Raise memory_mb, or give the data as CSV, JSON lines or Parquet, which are streamed.",
        )
    if isinstance(error, ChildCrashed | ChildFailed):
        return ParserCrashed(
            f"The parser failed on {name!r}: {error.message}",
            "Check the file, or give another format.",
        )
    if isinstance(error, OSError) and is_full(error):
        return DiskFull("No space is left for the table that is read.", "Free some.")
    return None
