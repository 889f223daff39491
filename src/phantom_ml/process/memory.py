"""Memory of the machine and of a tree of processes, as Linux counts it.

A process is charged its proportional set size (PSS): a page that is shared by three processes
counts a third for each (``Documentation/filesystems/proc.rst`` of the kernel). The pages that a
forked child shares with the fork server, and files that many processes map, are counted once in
the sum.
"""

from __future__ import annotations

import os
from pathlib import Path

MEGABYTE = 1024 * 1024
PROC = Path("/proc")
#: The lines of a rollup that make a process's whole memory, and what of it is no page of a file.
WHOLE = frozenset({"Pss:", "SwapPss:"})
ANONYMOUS = frozenset({"Pss_Anon:", "Pss_Shmem:", "SwapPss:"})
#: The same with the pages that it has in common with others in full: a fork begins with as much as its parent has.
IN_FULL = frozenset({"Anonymous:", "Pss_Shmem:", "Swap:"})


def total_memory_mb() -> int:
    """Return the MiB that this process may use: the machine's, or its control group's if less.

    Examples
    --------
    >>> total_memory_mb() > 0
    True
    """
    physical = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    return min([physical, *cgroup_limits(Path("/"))]) // MEGABYTE


def cgroup_limits(root: Path) -> list[int]:
    """Return every memory limit, in bytes, of the control groups (v1, v2) of this process.

    Parameters
    ----------
    root : Path
        Where ``proc`` and ``sys`` are mounted, ``/`` on a real machine.
    """
    groups = _text(root / "proc/self/cgroup").splitlines()
    files = [path for line in groups for path in _limit_files(root / "sys/fs/cgroup", line)]
    return [int(text) for text in (_text(path).strip() for path in files) if text.isdigit()]


def _limit_files(mount: Path, line: str) -> list[Path]:
    """Return the files that may limit the group in one line of ``/proc/self/cgroup``."""
    hierarchy, controllers, path = (*line.split(":", 2), "", "")[:3]
    if hierarchy == "0" and not controllers:
        top, name = mount, "memory.max"
    elif "memory" in controllers.split(","):
        top, name = mount / "memory", "memory.limit_in_bytes"
    else:
        return []
    group = Path(path.lstrip("/"))
    return [top / folder / name for folder in (group, *group.parents)]


def process_tree_pss_mb(pid: int) -> float:
    """Return the memory of a process and all its descendants in MiB; 0 where it is gone or unknown.

    Parameters
    ----------
    pid : int
        The process at the root of the tree.
    """
    return sum(_pss_kb(process) for process in _tree(pid)) / 1024


def anonymous_mb(pid: int) -> float:
    """Return what one process holds beside the pages of files, in MiB; 0 where it is gone.

    Unlike its PSS this does not depend on how many programs of the machine use the same libraries.
    """
    return _pss_kb(pid, ANONYMOUS) / 1024


def tree_anonymous_mb(pid: int) -> float:
    """Return what a process and all its descendants hold beside the pages of files, in MiB."""
    return sum(_pss_kb(process, ANONYMOUS) for process in _tree(pid)) / 1024


def held_mb(pid: int) -> float:
    """Return what one process holds beside the pages of files, shared ones in full, in MiB; 0 where it is gone."""
    return _pss_kb(pid, IN_FULL) / 1024


def taken_mb(pid: int, at_start: float) -> float:
    """Return what a fork and all its descendants took since it was made, in MiB.

    Parameters
    ----------
    pid : int
        The fork.
    at_start : float
        What its parent held then (``held_mb``), in MiB.
    """
    own = max(0.0, held_mb(pid) - at_start)
    return own + sum(anonymous_mb(process) for process in _tree(pid) - {pid})


def file_pages_mb(pid: int) -> float:
    """Return the pages of files that one process has mapped, in full, in MiB; 0 where unknown."""
    lines = (line.split() for line in _text(PROC / str(pid) / "status").splitlines())
    return next((int(line[1]) / 1024 for line in lines if line[:1] == ["RssFile:"]), 0.0)


def _tree(pid: int) -> set[int]:
    """Return a process and all its descendants."""
    seen: set[int] = set()
    waiting = [pid]
    while waiting:
        process = waiting.pop()
        if process not in seen:
            seen.add(process)
            waiting.extend(_children_of(process))
    return seen


def resident_mb(pid: int) -> float:
    """Return the resident set of one process in MiB, shared pages in full; 0 where unknown."""
    pages = _text(PROC / str(pid) / "statm").split()
    return int(pages[1]) * os.sysconf("SC_PAGE_SIZE") / MEGABYTE if len(pages) > 1 else 0.0


def _children_of(pid: int) -> list[int]:
    tasks = PROC / str(pid) / "task"
    try:
        threads = list(tasks.iterdir())
    except OSError:
        return []
    return [int(child) for thread in threads for child in _text(thread / "children").split()]


def _pss_kb(pid: int, counted: frozenset[str] = WHOLE) -> float:
    """Return proportional memory in KiB, swap included; where the kernel does not tell it, what is private."""
    lines = [line.split() for line in _text(PROC / str(pid) / "smaps_rollup").splitlines()[1:]]
    if counted <= {line[0] for line in lines} | {"SwapPss:"}:
        return sum(int(line[1]) for line in lines if line[0] in counted)
    pages = _text(PROC / str(pid) / "statm").split()
    if len(pages) < 3:
        return 0.0
    return (int(pages[1]) - int(pages[2])) * os.sysconf("SC_PAGE_SIZE") / 1024


def _text(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""
