"""Programs of their own, for what ends a program."""

import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[2]


def begin(script: str, *arguments: str, path: Path | None = None) -> subprocess.Popen[str]:
    """Return a running program whose output can be read; warnings are errors in it."""
    search = [str(ROOT), *([] if path is None else [str(path)])]
    return subprocess.Popen(
        [sys.executable, "-W", "error", "-c", script, *arguments],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=ROOT,
        env=os.environ | {"PYTHONPATH": os.pathsep.join(search)},
    )


def descendants(pid: int) -> set[int]:
    """Return all processes below one, by the kernel's own list."""
    parents = {}
    for folder in Path("/proc").iterdir():
        if folder.name.isdigit():
            try:
                after_name = (folder / "stat").read_text().rpartition(")")[2]
            except OSError:
                continue
            parents[int(folder.name)] = int(after_name.split()[1])
    found, waiting = set(), [pid]
    while waiting:
        above = waiting.pop()
        below = {child for child, parent in parents.items() if parent == above}
        waiting += below - found
        found |= below
    return found
