"""What crashes left behind in a store's folders, found and removed."""

from __future__ import annotations

import shutil
import time
from collections.abc import Collection, Iterator
from pathlib import Path

from phantom_ml.store.files import Files
from phantom_ml.store.owner import is_dead

DAY_SECONDS = 86_400.0


def sweep(files: Files, known: Collection[str]) -> int:
    """Remove dead staging, blobs that no model uses, and folders of models without a row.

    What is younger than a day stays, for a publication may be under way; only staging whose process
    is surely gone is removed at once.

    Parameters
    ----------
    files : Files
    known : collection of str
        The ids of all models that have a row.

    Returns
    -------
    int
        How many folders and blobs were removed.
    """
    limit = time.time() - DAY_SECONDS
    dead = [*_dead_staging(files, limit), *_rowless(files, known, limit)]
    for folder in dead:
        shutil.rmtree(folder, ignore_errors=True)
    # After the folders, whose links kept their blobs in use.
    unused = list(_unused_blobs(files, limit))
    for blob in unused:
        blob.unlink(missing_ok=True)
    return len(dead) + len(unused)


def clear_dead(files: Files) -> None:
    """Remove the staging of processes that are surely gone; what cannot be removed stays."""
    for folder in list(files.staging.iterdir()):
        if is_dead(folder.name.rpartition("-")[0]):
            shutil.rmtree(folder, ignore_errors=True)


def _dead_staging(files: Files, limit: float) -> Iterator[Path]:
    for folder in files.staging.iterdir():
        if is_dead(folder.name.rpartition("-")[0]) or _changed(folder) < limit:
            yield folder


def _rowless(files: Files, known: Collection[str], limit: float) -> Iterator[Path]:
    for folder in files.models.iterdir():
        if folder.name not in known and _changed(folder) < limit:
            yield folder


def _unused_blobs(files: Files, limit: float) -> Iterator[Path]:
    for blob in files.blobs.glob("*/*"):
        if blob.stat().st_nlink == 1 and _changed(blob) < limit:
            yield blob


def _changed(path: Path) -> float:
    """Return when a path was last linked, renamed or written, in seconds since 1970."""
    try:
        return path.stat().st_ctime
    except FileNotFoundError:
        return float("inf")
