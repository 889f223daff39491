"""The peak memory of a training run: the proportional set size (PSS) of its whole process tree."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from benchmarks.datasets import folders, load
from benchmarks.runs import LOOK_SECONDS, Run, execute
from benchmarks.table import as_table


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument(
        "--data", type=Path, required=True, help="a data folder, or a folder of them"
    )
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--seconds", type=float, default=60.0, help="budget; default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Print a line a set."""
    lines = [["set", "rows", "columns", "peak, MiB", "trials"]]
    for folder in folders(chosen.data, chosen.sets):
        data = load(folder)
        one = Run("phantom", Path(sys.executable), folder, chosen.seconds, 1)
        figures = execute(one)["figures"]
        size = [f"{data.train.num_rows:,}", str(len(data.features))]
        peak, trials = str(figures["peak_mib"]), str(figures.get("trials", "failed"))
        lines.append([folder.name, *size, peak, trials])
    print("\n".join(as_table(lines)))
    print(f"Looked at every {LOOK_SECONDS:g} s; the loading of the data is included.")
    return 0
