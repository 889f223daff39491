"""Detectors of PyOD, and scikit-learn's one-class SVM, on the rows of the command anomaly.

Each runs at its defaults on columns that the training part standardises, on one thread. Figures are means
over seeds; what draws nothing at random runs once.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.anomaly import Rows, figures_of, folders_of, markdown
from benchmarks.lines import append_lines, read_lines
from benchmarks.mistakes import having
from benchmarks.names import chosen_names
from benchmarks.systems.pyod_detectors import ALONE, DRAWING, MAX_ROWS, PYOD

ROOT = Path(__file__).parents[1]
DETECTORS = (*PYOD, ALONE)
#: One thread, whatever a detector counts with.
ONE_THREAD = dict.fromkeys(
    ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS"), "1"
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--detectors", default=",".join(DETECTORS), help="default: %(default)s")
    parser.add_argument("--python", type=Path, required=True, help="the one that has pyod")
    parser.add_argument("--seeds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the tables."""
    names = chosen_names(chosen.detectors, "detector", DETECTORS)
    having(chosen.python, "pyod")
    for folder in folders_of(chosen.data, chosen.sets):
        for name in names:
            if (folder.name, name) in {
                (ln["data"], ln["detector"]) for ln in read_lines(chosen.out)
            }:
                continue
            seeds = range(chosen.seeds if name in DRAWING else 1)
            lines = list(told(chosen.python, Rows.of(folder), name, seeds))
            append_lines(chosen.out, lines)
            print(folder.name, name, *(f"{line['auc']:.3f}" for line in lines), flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    if ALONE in names:
        print(f"\n{ALONE} learned from {MAX_ROWS:,} rows at most.")
    return 0


def told(python: Path, rows: Rows, name: str, seeds: range) -> Iterator[dict[str, Any]]:
    """Yield the figures of a detector by seed, and the processor's seconds to fit and to score the test part."""
    train, test = standardised(rows.train.values, rows.test.values)
    with tempfile.TemporaryDirectory(prefix="bench-pyod-") as scratch:
        file = Path(scratch) / "rows.npz"
        np.savez(file, train=train, test=test)
        asked = [name, *map(str, seeds)]
        command = [str(python), "-m", "benchmarks.systems.pyod_detectors", str(file), *asked]
        environment = {**os.environ, **ONE_THREAD}
        subprocess.run(command, cwd=ROOT, env=environment, check=True)
        scores = np.load(file.with_name("scores.npy"))
        seconds = json.loads(file.with_name("seconds.json").read_text())
    for seed, score, took in zip(seeds, scores, seconds, strict=True):
        line = {"data": rows.name, "seed": seed, "detector": name, "seconds": round(took, 3)}
        yield {**line, **figures_of(rows, score)}


def standardised(train: np.ndarray, test: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
    """Return both parts with mean 0 and deviation 1 of each column of the first; constant ones are 0 there.

    Examples
    --------
    >>> train, test = standardised(np.array([[1.0, 7.0], [3.0, 7.0]]), np.array([[5.0, 8.0]]))
    >>> train.tolist(), test.tolist()
    ([[-1.0, 0.0], [1.0, 0.0]], [[3.0, 1.0]])
    """
    spread = train.std(axis=0, dtype=np.float64)
    centre, spread = train.mean(axis=0, dtype=np.float64), np.where(spread > 0, spread, 1.0)
    return (train - centre) / spread, (test - centre) / spread
