"""The function of the child process that parses: files in, one Parquet file and a report out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any, NoReturn

from polars.exceptions import PolarsError

from phantom_ml.data.formats import reader_of
from phantom_ml.data.parts import is_full
from phantom_ml.data.readers.base import Parsed, Reader
from phantom_ml.data.source import ReadOptions, SourceFile
from phantom_ml.data.unpack import compression_of, unpack
from phantom_ml.errors import DiskFull, SourceEmpty, SourceUnreadable, listed


def parse(payload: dict[str, Any]) -> dict[str, Any]:
    """Parse files into one Parquet file.

    Parameters
    ----------
    payload : dict
        ``files``: paths; ``options``: a ReadOptions as a mapping; ``folder``: empty, to write in.

    Returns
    -------
    dict
        The fields of Parsed, and the ``format``.

    Raises
    ------
    DataError
        The content cannot be read as a table.
    DiskFull
        The folder has no space left; what was written is removed.
    """
    folder = Path(payload["folder"])
    options = ReadOptions.model_validate(payload["options"])
    paths = [Path(path) for path in payload["files"]]
    try:
        reader, files, empty = _prepare(paths, folder)
        parsed = reader().parse(files, options, folder)
    except (OSError, PolarsError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        _refuse(error, folder)
    _keep_only(folder, parsed)
    warnings = [f"{listed(empty)} held nothing and was left out."] if empty else []
    told = {"rows": str(parsed.rows), "warnings": [*warnings, *parsed.warnings]}
    return {**asdict(parsed), **told, "format": reader.name}


def _prepare(
    paths: Sequence[Path], folder: Path
) -> tuple[type[Reader], list[SourceFile], list[str]]:
    """Return the files, unpacked, their reader, and the names of those that are empty."""
    empty: list[str] = []
    found: dict[type[Reader], str] = {}
    files = []
    for i, path in enumerate(paths):
        file = _plain(path, folder, i)
        try:
            found.setdefault(reader_of(file), path.name)
            files.append(file)
        except SourceEmpty:
            empty.append(path.name)
    if not files:
        raise SourceEmpty(f"{listed(empty)} is empty.", "Give a file with rows.")
    if len(found) > 1:
        kinds = ", ".join(f"{reader.name} ({name!r})" for reader, name in found.items())
        raise SourceUnreadable(
            f"The files are in several formats: {kinds}.", "Name those of one format, by a glob."
        )
    return next(iter(found)), files, empty


def _plain(path: Path, folder: Path, number: int) -> SourceFile:
    with path.open("rb") as opened:
        kind = compression_of(opened.read(4))
    if not kind:
        return SourceFile(path, path.name)
    target = folder / f"unpacked-{number}"
    unpack(path, kind, target)
    return SourceFile(target, path.name)


def _keep_only(folder: Path, parsed: Parsed) -> None:
    for file in folder.iterdir():
        if file != parsed.rows:
            file.unlink()


def _refuse(error: Exception, folder: Path) -> NoReturn:
    if is_full(error):
        raise DiskFull(
            f"No space is left in {str(folder.parent)!r} for the table that is read.",
            "Free some, or set another home folder.",
        ) from None
    raise SourceUnreadable(
        f"The source cannot be read: {str(error)[:300]}", "Check the file and its permissions."
    ) from None
