"""From a path, a folder or a glob to the list of files to read."""

from __future__ import annotations

import os
from collections.abc import Sequence
from glob import has_magic, iglob
from pathlib import Path

from phantom_ml.data.files.source import DATA_SUFFIXES, SourceFile
from phantom_ml.errors import SourceEmpty, SourceNotFound, SourceUnreadable, nearest


def find_files(source: str | Path) -> list[Path]:
    """Return the files that a path, a folder (with the folders in it) or a glob stands for, sorted.

    Hidden files and those whose name begins with an underscore are left out of folders.

    Raises
    ------
    SourceNotFound
        Nothing lies there.
    SourceUnreadable
        It may not be opened, or is no regular file.
    SourceEmpty
        The folder has no file in it.
    """
    path = Path(source).expanduser()
    try:
        if path.is_dir():
            files = _files_in(path)
        elif path.exists():
            return [_regular(path)]
        elif has_magic(str(source)):
            files = sorted(Path(p) for p in iglob(str(path), recursive=True) if Path(p).is_file())  # noqa: PTH207
        else:
            raise _not_found(path)
    except (OSError, ValueError) as error:
        raise SourceUnreadable(
            f"{_short(path)} cannot be opened: {_reason(error)}.",
            "Check the path and its permissions.",
        ) from None
    if files:
        return [_regular(file) for file in files]
    if path.is_dir():
        raise SourceEmpty(
            f"The folder {_short(path)} has no file in it.", "Name a folder with data."
        )
    raise SourceNotFound(
        f"No file matches {_short(path)}.", "Check the pattern, and where it starts."
    )


def by_name(files: Sequence[Path]) -> tuple[list[Path], list[Path]]:
    """Return the files whose names are those of data, and the others.

    Examples
    --------
    >>> by_name([Path("README.md"), Path("events.csv.gz")])
    ([PosixPath('events.csv.gz')], [PosixPath('README.md')])
    """
    named = [f for f in files if SourceFile(f, f.name).suffix in DATA_SUFFIXES]
    return named, [f for f in files if f not in set(named)]


def _files_in(folder: Path) -> list[Path]:
    os.listdir(folder)  # rglob passes over a folder that may not be read  # noqa: PTH208
    found = []
    for file in folder.rglob("*"):
        parts = file.relative_to(folder).parts
        if file.is_file() and not any(part.startswith((".", "_")) for part in parts):
            found.append(file)
    return sorted(found)


def _regular(path: Path) -> Path:
    if not path.is_file():
        raise SourceUnreadable(
            f"{_short(path)} is not a regular file.", "Save its content to a file."
        )
    if not os.access(path, os.R_OK):
        raise SourceUnreadable(
            f"{_short(path)} may not be read by this user.", "Change its permissions, or the user."
        )
    return path


def _not_found(path: Path) -> SourceNotFound:
    if "://" in str(path) or ":/" in str(path):
        return SourceNotFound(f"{_short(path)} is an address, not a file.", "Download it first.")
    beside = [p.name for p in path.parent.iterdir()][:5000] if path.parent.is_dir() else []
    guess = nearest(path.name, beside)
    where = "" if path.is_absolute() else f" The working folder is {str(Path.cwd())!r}."
    return SourceNotFound(f"There is no file {_short(path)}.{guess}", f"Check the path.{where}")


def _short(path: Path) -> str:
    text = str(path)
    return repr(text if len(text) <= 200 else f"{text[:100]}...{text[-97:]}")


def _reason(error: Exception) -> str:
    return (error.strerror or str(error)) if isinstance(error, OSError) else str(error)
