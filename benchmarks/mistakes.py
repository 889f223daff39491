"""What was asked for and cannot be measured: told in one line, without a traceback."""

from __future__ import annotations

import subprocess
from pathlib import Path


class Mistake(ValueError):
    """Something that whoever gave the command can mend."""


def having(python: Path, module: str) -> Path:
    """Return an interpreter; raises Mistake where it is not there or cannot import a module."""
    try:
        told = subprocess.run([python, "-c", f"import {module}"], capture_output=True, check=False)
    except OSError as error:
        raise Mistake(f"{python} cannot be run: {error.strerror}.") from error
    if told.returncode:
        raise Mistake(f"{python} cannot import {module}: install it there.")
    return python
