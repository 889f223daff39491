"""How well a budget is kept: the wall time of auto_create_model against it, set by set."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.datasets import folders
from benchmarks.names import numbers
from benchmarks.runs import Run, execute
from benchmarks.table import as_table

#: What may be overrun: the larger of a share of the budget and a second.
SHARE, SECONDS = 0.02, 1.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--data", type=Path, required=True, help="a data folder, or a folder of them"
    )
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument(
        "--seconds", type=numbers, default="10,60,300", help="budgets; default: %(default)s"
    )


def run(chosen: argparse.Namespace) -> int:
    """Print a line a set and budget; return 1 where one was overrun by more than is allowed."""
    lines, kept = [["set", "budget", "call, s", "overrun, s", "process, s", "trials", "kept"]], True
    for folder in folders(chosen.data, chosen.sets):
        for seconds in chosen.seconds:
            figures = execute(Run("phantom", Path(sys.executable), folder, seconds, 1))["figures"]
            lines.append([folder.name, f"{seconds:g}", *_cells(figures, seconds)])
            kept = kept and lines[-1][-1] == "yes"
    print("\n".join(as_table(lines)))
    return 0 if kept else 1


def _cells(figures: dict, seconds: float) -> list[str]:
    if "failed" in figures:
        return ["-", "-", "-", "-", f"failed: {figures['failed']}"]
    over = figures["call_s"] - seconds
    kept = over <= max(SECONDS, SHARE * seconds)
    told = [f"{figures['call_s']:.2f}", f"{over:+.2f}", f"{figures['fit_s']:.2f}"]
    return [*told, str(figures["trials"]), "yes" if kept else "no"]
