"""One process at a time works on an experiment; the kernel frees the lock of one that dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from phantom_ml.errors import ExperimentBusy
from phantom_ml.model.durable import disk_faults


@contextmanager
def experiment_lock(file: Path, experiment_id: str) -> Iterator[None]:
    """Hold the lock of an experiment; raises ExperimentBusy, with the process, if it is held."""
    with disk_faults(file):
        descriptor = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            owner = os.pread(descriptor, 20, 0).decode("ascii", "replace").strip()
            raise ExperimentBusy(
                f"The experiment {experiment_id!r} is being worked on by process {owner or '?'}.",
                "Wait until it is done, or stop that process, and run again.",
            ) from None
        os.ftruncate(descriptor, 0)
        os.pwrite(descriptor, str(os.getpid()).encode(), 0)
        yield
    finally:
        os.close(descriptor)


def is_held(file: Path) -> bool:
    """Return whether a living process works on the experiment of a lock file."""
    try:
        descriptor = os.open(file, os.O_RDWR)
    except OSError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False
