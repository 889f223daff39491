"""Every write that must outlive a crash: synced, then renamed; a full disk is told in words."""

from __future__ import annotations

import errno
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phantom_ml.errors import DiskFull, StoreUnusable

#: EFBIG is what a limit on the size of files (``ulimit -f``) answers with.
FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})


@contextmanager
def disk_faults(path: Path) -> Iterator[None]:
    """Turn an OSError of the block into DiskFull or StoreUnusable that names ``path``."""
    try:
        yield
    except OSError as error:
        raise disk_fault(path, error) from error


def disk_fault(path: Path, error: OSError) -> DiskFull | StoreUnusable:
    """Return the error that tells a person why ``path`` could not be read or written."""
    if error.errno in FULL:
        return DiskFull(
            f"No space is left to write {str(path)!r} ({error.strerror}).",
            "Free some space, or use a home folder on another disk, and run again.",
        )
    return StoreUnusable(
        f"{str(path)!r} cannot be used: {error.strerror or error}.",
        "Check that it exists, is yours and can be written, or use another home folder.",
    )


def sync_file(path: Path) -> None:
    """Wait until a file's bytes and mode are on the disk."""
    _sync(path, os.O_RDONLY | os.O_NOFOLLOW)


def sync_folder(path: Path) -> None:
    """Wait until a folder's names are on the disk."""
    _sync(path, os.O_RDONLY | os.O_DIRECTORY)


def _sync(path: Path, flags: int) -> None:
    descriptor = os.open(path, flags)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def write_atomically(path: Path, data: bytes) -> None:
    """Write a file (mode 0600) that is there whole or not at all, also after a crash.

    Raises
    ------
    DiskFull, StoreUnusable
        Nothing is left behind then, and an earlier file of that name is as it was.
    """
    with disk_faults(path), written_aside(path) as draft:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)


@contextmanager
def written_aside(path: Path) -> Iterator[Path]:
    """Give a draft beside ``path``; once written it is synced and takes the name, or is removed."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}.draft")
    try:
        yield draft
        sync_file(draft)
        draft.replace(path)
        sync_folder(path.parent)
    finally:
        draft.unlink(missing_ok=True)
