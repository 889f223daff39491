"""The function of the child process that parses: files in, one Parquet file and a report out."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any, NoReturn

from polars.exceptions import PolarsError

from phantom_ml.data.files.parts import is_full
from phantom_ml.data.files.source import ReadOptions, SourceFile
from phantom_ml.data.files.unpack import compression_of, unpack
from phantom_ml.data.readers.base import Parsed, Reader
from phantom_ml.data.reading.formats import reader_of
from phantom_ml.errors import DiskFull, SourceEmpty, SourceUnreadable, listed


def parse(payload: dict[str, Any]) -> dict[str, Any]:
    """Parse files into one Parquet file.

    Parameters
    ----------
    payload : dict
        ``files``: paths; ``options``: a ReadOptions as a mapping; ``folder``: empty, to write in;
        ``unnamed``: the name of a folder none of whose files bears a name of data, else empty: what
        is no table is left out then.

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
        found = _sorted_out(paths, options, folder, is_strict=not payload.get("unnamed"))
        reader = _reader(found, payload.get("unnamed", ""))
        parsed = reader().parse(found.files, options, folder)
    except (OSError, PolarsError) as error:
        shutil.rmtree(folder, ignore_errors=True)
        _refuse(error, folder)
    _keep_only(folder, parsed)
    told = {"rows": str(parsed.rows), "warnings": [*_told(found), *parsed.warnings]}
    return {**asdict(parsed), **told, "format": reader.name}


@dataclass
class Found:
    """The files, sorted out by what they are.

    Attributes
    ----------
    files : list of SourceFile
        Unpacked.
    readers : dict of Reader to str
        With the name of the first file that each is for.
    empty : list of str
    odd : dict of str to SourceUnreadable or None
        No tables; what is wrong with each, None for prose.
    """

    files: list[SourceFile] = field(default_factory=list)
    readers: dict[type[Reader], str] = field(default_factory=dict)
    empty: list[str] = field(default_factory=list)
    odd: dict[str, SourceUnreadable | None] = field(default_factory=dict)


def _sorted_out(
    paths: Sequence[Path], options: ReadOptions, folder: Path, *, is_strict: bool
) -> Found:
    found = Found()
    for i, path in enumerate(paths):
        try:
            file = _plain(path, folder, i)
            reader, head = reader_of(file)
            if is_strict or reader().is_table(head, options):
                found.readers.setdefault(reader, path.name)
                found.files.append(file)
            else:
                found.odd[path.name] = None
        except SourceEmpty:
            found.empty.append(path.name)
        except SourceUnreadable as error:
            if is_strict:
                raise
            found.odd[path.name] = error
    return found


def _reader(found: Found, folder: str) -> type[Reader]:
    """Return the one reader of all files; raises SourceEmpty and SourceUnreadable."""
    if not found.files and found.odd:
        raise _no_table(found, folder)
    if not found.files:
        raise SourceEmpty(f"{listed(found.empty)} is empty.", "Give a file with rows.")
    if len(found.readers) > 1:
        kinds = ", ".join(f"{reader.name} ({name!r})" for reader, name in found.readers.items())
        suffix = "".join(Path(next(iter(found.readers.values()))).suffixes)
        raise SourceUnreadable(
            f"The files are in several formats: {kinds}.",
            f"Name those of one format, by a glob in quotes such as 'FOLDER/*{suffix}'.",
        )
    return next(iter(found.readers))


def _no_table(found: Found, folder: str) -> SourceUnreadable:
    only = next(iter(found.odd.values()))
    if len(found.odd) == 1 and only is not None:
        return only
    return SourceUnreadable(
        f"No file in the folder {folder!r} looks like a table: {listed(list(found.odd))}.",
        "Name a folder with CSV, TSV, Parquet, JSON or JSON lines; text that is named itself is "
        "read line by line.",
    )


def _told(found: Found) -> list[str]:
    told = [f"{listed(found.empty)} held nothing and was left out."] if found.empty else []
    odd = list(found.odd)
    if odd:
        what = "looks like no table and was" if len(odd) == 1 else "look like no tables and were"
        told.append(f"{listed(odd)} {what} left out.")
    return told


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
