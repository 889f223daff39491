"""The four ways to search settings, side by side: the best so far by trials and by seconds, as a picture.

Each searches an algorithm within its own bounds, on the same rows and folds; once with the same number of
trials, once for the same time.
"""

from __future__ import annotations

import argparse
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.datasets import BINARY, DataSet, folders, load
from benchmarks.lines import append_lines, read_lines
from phantom_ml import HyperparameterOptimizer
from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import OptimizationMethod

SCORING = {BINARY: "average_precision", "multiclass": "neg_log_loss"}
VALUES = "neg_root_mean_squared_error"
COLOURS = ("#1f77b4", "#d62728", "#7f7f7f", "#2ca02c")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a data folder")
    parser.add_argument("--algorithms", default="LightGBM,RandomForest,SVM", help="%(default)s")
    parser.add_argument("--rows", type=int, default=5_000, help="at most; default: %(default)s")
    parser.add_argument("--trials", type=int, default=30, help="default: %(default)s")
    parser.add_argument("--seconds", type=float, default=40.0, help="default: %(default)s")
    parser.add_argument("--seeds", type=int, default=3, help="default: %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")
    parser.add_argument("--picture", type=Path, help="an SVG file; needs matplotlib")


def run(chosen: argparse.Namespace) -> int:
    """Append the searches that are not in the file yet; draw them if told."""
    data = load(folders(chosen.data, None)[0])
    limits = {"trials": {"n_trials": chosen.trials}, "seconds": {"timeout_seconds": chosen.seconds}}
    had = {_key(line) for line in read_lines(chosen.out)}
    names = [algorithms.name_of(name) for name in chosen.algorithms.split(",")]
    for asked in product(range(chosen.seeds), names, OptimizationMethod, limits):
        told = dict(zip(("seed", "algorithm", "method", "limit"), asked, strict=True))
        if _key(told) not in had:
            line = {**told, **_searched(data, told, limits[told["limit"]], chosen.rows)}
            append_lines(chosen.out, [line])
            print(*asked, line["scores"][-1:], flush=True)
    if chosen.picture:
        draw(read_lines(chosen.out), chosen.picture, data.name)
    return 0


def _key(line: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(line[n] for n in ("algorithm", "method", "limit", "seed"))


def _searched(
    data: DataSet, told: Mapping[str, Any], limits: Mapping[str, Any], n_rows: int
) -> dict[str, Any]:
    """Return the best score so far after each trial that was done, its seconds and its number."""
    frame = pl.DataFrame(pl.from_arrow(data.train))
    rows = frame[np.random.default_rng(0).permutation(frame.height)[:n_rows]]
    given = {"n_trials": 1_000, **limits}
    found = HyperparameterOptimizer(told["method"], **given).optimize(
        told["algorithm"],
        None,
        rows.drop(data.target),
        rows[data.target].to_numpy(),
        scoring=SCORING.get(data.task, VALUES),
        resource="rows",
        cv=3,
        seed=told["seed"],
    )
    curve = found.best_so_far()
    done = [t.number for t in found.trials if t.status == "done"]
    return {
        "trials": [n + 1 for n in done],
        "seconds": [s for s, _ in curve],
        "scores": [s for _, s in curve],
    }


def draw(lines: Sequence[Mapping[str, Any]], file: Path, name: str) -> None:
    """Draw one row of pictures a limit, one column an algorithm, one line a method: the mean of the seeds."""
    import matplotlib as mpl

    mpl.use("svg")
    mpl.rcParams["svg.hashsalt"] = "phantom"
    from matplotlib import pyplot

    names = list(dict.fromkeys(line["algorithm"] for line in lines))
    figure, axes = pyplot.subplots(2, len(names), figsize=(3.6 * len(names), 5.6), squeeze=False)
    for row, limit in enumerate(("trials", "seconds")):
        for column, algorithm in enumerate(names):
            axis = axes[row][column]
            for method, colour in zip(OptimizationMethod, COLOURS, strict=True):
                curves = [
                    line
                    for line in lines
                    if (line["algorithm"], line["method"], line["limit"])
                    == (algorithm, method, limit)
                ]
                if curves:
                    at, mean = _mean(curves, limit)
                    axis.step(at, mean, where="post", color=colour, label=method.replace("_", " "))
            axis.set_title(algorithm)
            axis.set_xlabel(limit)
            axis.grid(alpha=0.3)
    axes[0][0].legend(fontsize=7)
    figure.supylabel(f"best score so far, {name}")
    figure.tight_layout()
    figure.savefig(file, metadata={"Date": None})


def _mean(curves: Sequence[Mapping[str, Any]], limit: str) -> tuple[np.ndarray, np.ndarray]:
    """Return where, and the mean of the best scores there, from where every curve has begun."""
    first = max(curve[limit][0] for curve in curves)
    at = np.linspace(first, max(curve[limit][-1] for curve in curves), 200)
    values = [
        np.array(c["scores"])[np.searchsorted(c[limit], at, side="right") - 1] for c in curves
    ]
    return at, np.mean(values, axis=0)
