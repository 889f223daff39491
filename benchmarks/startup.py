"""How long a start takes: ``import phantom_ml`` and ``phantom --help``, the median of ten."""

from __future__ import annotations

import argparse
import statistics
import subprocess
import sys
import time
from pathlib import Path

TIMES = 10


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command: there are none."""


def run(chosen: argparse.Namespace) -> int:
    """Print the median wall time of each command, a bare interpreter's beside them."""
    phantom = Path(sys.executable).with_name("phantom")
    commands = {
        "python -c pass": [sys.executable, "-c", "pass"],
        "import phantom_ml": [sys.executable, "-c", "import phantom_ml"],
        "import phantom_ml.core": [sys.executable, "-c", "import phantom_ml.core"],
        "phantom --help": [str(phantom), "--help"],
    }
    for name, command in commands.items():
        seconds = _median(command)
        told = "it does not run" if seconds is None else f"{seconds * 1000:.0f} ms"
        print(f"{name:<24} {told}")
    return 0


def _median(command: list[str]) -> float | None:
    """Return the median seconds of a command after one run that warms the disk's cache."""
    seconds = []
    for _ in range(TIMES + 1):
        started = time.monotonic()
        try:
            subprocess.run(command, check=True, capture_output=True)
        except (OSError, subprocess.CalledProcessError):
            return None
        seconds.append(time.monotonic() - started)
    return statistics.median(seconds[1:])
