"""Many settings of every algorithm, each fitted once on every set: what a portfolio is learned from.

Only training parts are read. Rows are sampled, encoded once and split as a training splits them; of each
trial the seconds and the held-out predictions are kept, one file a set.
"""

from __future__ import annotations

import argparse
import json
import tempfile
import zlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from benchmarks.datasets import DataSet, folders, load
from benchmarks.portfolio import POOL
from benchmarks.prepared import Prepared
from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.search.portfolio import learned
from phantom_ml.automl.search.race import Room
from phantom_ml.automl.trials.children import Candidate, Finished, Running, collect, start
from phantom_ml.config import OptimizationMethod, ProblemKind
from phantom_ml.process.child import wait_any
from phantom_ml.tuning.propose import propose

#: How many settings of each algorithm are drawn at random, beside its defaults and the pool.
DRAWN = {
    "LightGBM": 8,
    "CatBoost": 5,
    "XGBoost": 6,
    "ExtraTrees": 3,
    "RandomForest": 3,
    "GradientBoosting": 2,
    "LogisticRegression": 3,
    "ElasticNet": 3,
    "NeuralNetwork": 1,
    "SVM": 1,
}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--out", type=Path, required=True, help="a folder for one file a set")
    parser.add_argument("--rows", type=int, default=10_000, help="at most; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a trial; %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Write a file for each set that has none yet."""
    chosen.out.mkdir(parents=True, exist_ok=True)
    for folder in folders(chosen.data, chosen.sets):
        file = chosen.out / f"{folder.name}.npz"
        if not file.exists():
            with tempfile.TemporaryDirectory(prefix="bench-library-") as scratch:
                found = _trials(load(folder), chosen.rows, chosen.seconds, Path(scratch))
            np.savez_compressed(file, **found)
            print(f"{folder.name}: {len(found['seconds'])} trials", flush=True)
    return 0


def settings(kind: ProblemKind) -> list[Candidate]:
    """Return what is fitted on each set: the pool, defaults, and drawn settings."""
    found = learned(POOL, kind)
    for name, n_drawn in DRAWN.items():
        space, seed = algorithms.get(name).space(), zlib.crc32(name.encode())
        drawn = [
            propose(space, [], OptimizationMethod.RANDOM_SEARCH, seed + i) for i in range(n_drawn)
        ]
        found += [Candidate(name), *(Candidate(name, settings) for settings in drawn)]
    return list(
        {json.dumps([c.algorithm, dict(c.settings)], sort_keys=True): c for c in found}.values()
    )


def _trials(data: DataSet, n_rows: int, seconds: float, scratch: Path) -> dict[str, np.ndarray]:
    rows = Prepared.of(data, n_rows, scratch)
    wanted = [c for c in settings(rows.kind) if rows.kind in algorithms.get(c.algorithm).kinds]
    done = [f for f in _run(wanted, rows, seconds) if f.prediction is not None]
    for f in done:
        print(data.name, f.trial.algorithm, f"{f.losses[0]:.4f} {f.fit_seconds:.1f} s", flush=True)
    told = [{"algorithm": f.trial.algorithm, "settings": f.trial.settings} for f in done]
    return {
        "predictions": np.stack([f.prediction for f in done]).astype(np.float32),
        "seconds": np.array([f.trial.seconds for f in done]),
        "target": rows.target,
        "kind": np.array(rows.kind.value),
        "metric": np.array(rows.workspace.facts().metric),
        "settings": np.array(json.dumps(told)),
    }


def _run(wanted: list[Candidate], rows: Prepared, seconds: float) -> Iterator[Finished]:
    """Yield the trials in their order, as many at once as there are cores."""
    waiting = list(enumerate(wanted))
    running: list[Running] = []
    done: dict[int, Finished] = {}
    slots = Room.of(None, None).slots
    while waiting or running:
        while waiting and len(running) < slots:
            number, candidate = waiting.pop(0)
            running.append(start(rows.order(number, candidate, seconds), rows.workspace))
        ended = wait_any([r.child for r in running], 0.5)
        for r in [r for r in running if r.child in ended]:
            outcome = r.child.poll()
            if outcome is not None:
                running.remove(r)
                done[r.order.number] = collect(r, outcome)
    yield from (done[number] for number in sorted(done))
