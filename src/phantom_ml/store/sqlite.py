"""How SQLite is set so that what was acknowledged is kept, two writers or a pulled plug."""

from __future__ import annotations

import ctypes
import importlib
import os
import sqlite3
import sys
from pathlib import Path
from types import ModuleType
from typing import Any

BUSY_MS = 30_000

# linux/magic.h: shared memory, which the write-ahead log needs, does not work between hosts.
_NETWORK = frozenset(
    {
        0x6969,  # NFS
        0xFF534D42,  # CIFS
        0xFE534D42,  # SMB2
        0x517B,  # SMB
        0x01021997,  # 9p
        0x65735546,  # FUSE: may be anything, sshfs included
        0x00C36400,  # Ceph
        0x5346414F,  # AFS
        0x0BD00BD0,  # Lustre
        0x7461636F,  # OCFS2
        0x01161970,  # GFS2
        0x786F4256,  # VirtualBox shared folder
    }
)


def wal_is_sound(version: tuple[int, int, int]) -> bool:
    """Return whether this SQLite is free of the fault that can lose commits when a WAL is reset.

    It was mended in 3.51.3, and in 3.50.7 and 3.44.6 for those who stay there
    (https://sqlite.org/wal.html, "The WAL-Reset Bug").

    Examples
    --------
    >>> [wal_is_sound(v) for v in ((3, 40, 1), (3, 50, 6), (3, 51, 2))]
    [False, False, False]
    >>> [wal_is_sound(v) for v in ((3, 44, 6), (3, 50, 7), (3, 51, 3), (3, 53, 0))]
    [True, True, True, True]
    """
    backports = ((3, 44, 6), (3, 50, 7))
    return version >= (3, 51, 3) or any(b[:2] == version[:2] and b <= version for b in backports)


def sqlite_module() -> ModuleType:
    """Return a sound SQLite, Python's own or the bundled one; Python's own if neither is."""
    for name in ("sqlite3", "pysqlite3.dbapi2"):
        try:
            module = importlib.import_module(name)
        except ImportError:
            continue
        if wal_is_sound(module.sqlite_version_info):
            return module
    return sqlite3


def is_on_network(folder: Path) -> bool:
    """Return whether ``folder`` lies on a file system that several machines may share."""
    if sys.platform != "linux":
        return False
    answer = (ctypes.c_long * 32)()
    failed = ctypes.CDLL(None, use_errno=True).statfs(os.fsencode(folder), ctypes.byref(answer))
    # f_type is the first word of struct statfs.
    return not failed and (answer[0] & 0xFFFFFFFF) in _NETWORK


def journal_mode(module: ModuleType, folder: Path) -> str:
    """Return ``WAL`` where it is safe, else ``TRUNCATE``."""
    sound = wal_is_sound(module.sqlite_version_info)
    return "WAL" if sound and not is_on_network(folder) else "TRUNCATE"


def prepare(connection: Any, mode: str) -> None:
    """Set up a fresh DB-API connection.

    Transactions are begun by hand, so that a writer takes its lock first and waits for it.
    """
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        f"busy_timeout={BUSY_MS}",
        f"journal_mode={mode}",
        "synchronous=FULL",
        "foreign_keys=ON",
        "trusted_schema=OFF",
        "cell_size_check=ON",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()
