"""NeuralNetwork beside RealMLP as its authors publish it (pytabkit): the same rows, columns and epochs."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import REGRESSION, DataSet, folders, load
from benchmarks.mistakes import having
from benchmarks.table import as_table

WORKER = Path(__file__).parent / "systems" / "realmlp.py"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--python", type=Path, required=True, help="the one that has pytabkit")
    parser.add_argument("--epochs", type=int, default=64, help="default: %(default)s")
    parser.add_argument("--rows", type=int, default=8_000, help="at most; default: %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=2, help="a side; default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Print the loss of both on the test rows, the mean of the seeds, and how far apart they are."""
    lines = [["set", "loss", "NeuralNetwork", "RealMLP", "difference", "s", "s of RealMLP"]]
    having(chosen.python, "pytabkit")
    for folder in folders(chosen.data, chosen.sets):
        data = load(folder)
        with tempfile.TemporaryDirectory(prefix="bench-realmlp-") as scratch:
            file = _prepared(data, chosen.rows, Path(scratch))
            own = [_own(file, seed, chosen) for seed in range(chosen.seeds)]
            peer = [_peer(file, seed, chosen) for seed in range(chosen.seeds)]
        lines.append(_line(data, own, peer))
        print(" ".join(lines[-1]), file=sys.stderr, flush=True)
    print("\n".join(as_table(lines)))
    return 0


def _line(data: DataSet, own: list, peer: list) -> list[str]:
    ours, theirs = (np.mean([loss for loss, _ in found]) for found in (own, peer))
    seconds = [f"{np.mean([s for _, s in found]):.1f}" for found in (own, peer)]
    name = "RMSE" if data.task == REGRESSION else "log loss"
    apart = f"{100 * (ours / theirs - 1):+.1f} %"
    return [data.name, name, f"{ours:.5g}", f"{theirs:.5g}", apart, *seconds]


def _prepared(data: DataSet, n_rows: int, folder: Path) -> Path:
    """Write plain numbers and categories: rows to fit on, rows to stop by, test rows."""
    from phantom_ml.config import FeatureSettings
    from phantom_ml.data.recognise import recognise
    from phantom_ml.features.fit import fit_encoder

    rng = np.random.default_rng(0)
    train, test = (pl.DataFrame(pl.from_arrow(part)) for part in (data.train, data.test))
    train = train[np.sort(rng.permutation(train.height)[:n_rows])]
    chosen = np.sort(rng.permutation(test.height)[: 2 * n_rows])
    inputs = train.drop(data.target)
    off = dict.fromkeys(("text", "temporal", "statistical", "security"), False)
    encoder = fit_encoder(inputs, recognise(inputs), FeatureSettings(**off))
    matrix = encoder.training(inputs, None)
    stop = rng.permutation(train.height) < train.height // 5
    arrays = {
        "x": matrix.values[~stop],
        "x_stop": matrix.values[stop],
        "x_test": encoder.transform(test[chosen]).values,
        "sizes": np.array([f.cardinality for f in matrix.features]),
        "y": train[data.target].to_numpy()[~stop],
        "y_stop": train[data.target].to_numpy()[stop],
        "y_test": np.asarray(data.truth)[chosen],
        "n_classes": np.array(len(data.classes)),
    }
    np.savez(folder / "rows.npz", **arrays)
    return folder / "rows.npz"


def _own(file: Path, seed: int, chosen: argparse.Namespace) -> tuple[float, float]:
    from phantom_ml.algorithms.base import FitContext
    from phantom_ml.algorithms.neural_network import NeuralNetwork
    from phantom_ml.config import ProblemKind
    from phantom_ml.data.matrix import Feature, Matrix, Samples

    rows = np.load(file)
    features = tuple(Feature(f"x{i}", f"x{i}", int(n)) for i, n in enumerate(rows["sizes"]))
    n_classes = int(rows["n_classes"])
    kinds = {0: ProblemKind.REGRESSION, 2: ProblemKind.BINARY}
    kind = kinds.get(n_classes, ProblemKind.MULTICLASS)

    def samples(part: str) -> Samples:
        answers = rows[f"y{part}"].astype(np.int64 if n_classes else np.float64)
        return Samples(Matrix(rows[f"x{part}"], features), answers)

    started = time.monotonic()
    context = FitContext(kind, n_classes, seed, n_threads=chosen.threads)
    learner = NeuralNetwork(n_epochs=chosen.epochs).fit(samples(""), samples("_stop"), context)
    seconds = time.monotonic() - started
    test = samples("_test")
    return _loss(test.target, learner.predict(test.matrix)), seconds


def _peer(file: Path, seed: int, chosen: argparse.Namespace) -> tuple[float, float]:
    asked = (seed, chosen.epochs, chosen.threads)
    command = [str(chosen.python), str(WORKER), str(file), *map(str, asked)]
    told = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    report = json.loads(told.splitlines()[-1])
    rows, predicted = np.load(file), np.load(file.with_name("predicted.npy"))
    return _loss(rows["y_test"], predicted), float(report["seconds"])


def _loss(truth: np.ndarray, predicted: np.ndarray) -> float:
    """Return log loss of probabilities, or RMSE of values."""
    if (
        truth.dtype.kind == "f"
        and predicted.shape[1] == 1
        and (predicted.max() > 1 or predicted.min() < 0)
    ):
        return float(np.sqrt(np.mean(np.square(truth - predicted[:, 0]))))
    share = np.hstack([1 - predicted, predicted]) if predicted.shape[1] == 1 else predicted
    own = share[np.arange(len(truth)), truth.astype(np.int64)]
    return float(-np.mean(np.log(np.clip(own, 1e-7, 1.0))))
