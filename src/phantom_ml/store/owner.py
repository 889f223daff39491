"""Which process a staging folder belongs to, and whether it still lives."""

from __future__ import annotations

import functools
import hashlib
import os
from pathlib import Path


@functools.cache
def _world() -> str:
    """Return a name for what a process number is valid in: this boot, this container."""
    try:
        boot = Path("/proc/sys/kernel/random/boot_id").read_text()
        space = str(Path("/proc/self/ns/pid").stat().st_ino)
    except OSError:
        boot, space = "unknown", str(os.getpid())
    return hashlib.sha256((boot + space).encode()).hexdigest()[:8]


def _started(pid: int) -> str:
    """Return when a process began, in clock ticks, or an empty string if it is not there."""
    try:
        text = Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return ""
    # proc(5): field 22; the second field is a name in brackets that may hold spaces and brackets.
    return text.rpartition(")")[2].split()[19]


def owner_name() -> str:
    """Return a name for the running process that no later process will bear."""
    pid = os.getpid()
    return f"{_world()}-{pid}-{_started(pid)}"


def is_dead(name: str) -> bool:
    """Return whether the process that ``owner_name`` named is surely gone.

    A name from another boot or container is not judged: the answer is False.

    Examples
    --------
    >>> is_dead(owner_name()), is_dead(owner_name() + "0"), is_dead("elsewhere-1-2")
    (False, True, False)
    """
    world, _, process = name.partition("-")
    pid, _, started = process.partition("-")
    return world == _world() and pid.isdigit() and _started(int(pid)) != started
