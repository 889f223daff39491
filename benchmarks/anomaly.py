"""Detectors without answers: each alone and their consensus, by ROC AUC and average precision.

A detector learns from the training part, never from its labels; the labels of the test part measure it.
The consensus weighs members by how they score the training part. Figures are means over seeds;
seconds are those of the processor, which other work beside lengthens little.
"""

from __future__ import annotations

import argparse
import json
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow.parquet as pq
from sklearn.metrics import average_precision_score, roc_auc_score

from benchmarks.datasets import folders_that
from benchmarks.lines import append_lines, read_lines
from benchmarks.names import chosen_names
from benchmarks.table import as_table
from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.automl.ensemble.consensus import MEMBERS, choose_consensus
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples

CONSENSUS, TASK = "consensus", "anomaly"
#: The mixture of a table whose rows belong to nobody.
PLAIN = {CONSENSUS: MEMBERS}
#: What is averaged over the seeds of a run.
FIGURES = ("auc", "ap", "seconds")


@dataclass(frozen=True)
class Rows:
    """A data folder as detectors take it.

    Attributes
    ----------
    name : str
    train, test : Matrix
    truth : array of shape (n_test,)
        1 where a row is an anomaly.
    """

    name: str
    train: Matrix
    test: Matrix
    truth: np.ndarray

    @classmethod
    def of(cls, folder: Path) -> Rows:
        """Return the rows of a folder whose meta.json says that its task is ``anomaly``."""
        meta = json.loads((folder / "meta.json").read_text())
        train, test = (pq.read_table(folder / f"{part}.parquet") for part in ("train", "test"))
        hidden = {meta["target"], *(meta.get("label_columns") or ())}
        names = [n for n in train.column_names if n not in hidden]
        truth = np.array(test[meta["target"]].to_pylist()) == meta["positive_class"]
        return cls(folder.name, _matrix(train, names), _matrix(test, names), truth)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--detectors", help="names, with commas between; default: all")
    parser.add_argument("--seeds", type=int, default=5, help="default: %(default)s")
    parser.add_argument("--threads", type=int, default=1, help="of a fit; default: %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")
    parser.add_argument("--table", action="store_true", help="only print what --out holds")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the tables."""
    detectors = [a.name for a in algorithms if ProblemKind.ANOMALY in a.kinds and a.available()]
    names = chosen_names(chosen.detectors or ",".join(detectors), "detector", detectors)
    for folder in [] if chosen.table else folders_of(chosen.data, chosen.sets):
        rows = Rows.of(folder)
        for seed in range(chosen.seeds):
            had = {(ln["data"], ln["seed"]) for ln in read_lines(chosen.out)}
            if (rows.name, seed) in had:
                continue
            lines = list(measured(rows, names, seed, chosen.threads))
            append_lines(chosen.out, lines)
            print(
                rows.name, seed, *(f"{ln['detector']} {ln['auc']:.3f}" for ln in lines), flush=True
            )
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def measured(
    rows: Rows,
    names: list[str],
    seed: int,
    n_threads: int,
    mixtures: Mapping[str, Sequence[str]] = PLAIN,
) -> Iterator[dict[str, Any]]:
    """Yield the figures of each detector, and of each mixture of those that are its members."""
    told, scores = {"data": rows.name, "seed": seed}, {}
    for name in names:
        began = time.process_time()
        context = FitContext(ProblemKind.ANOMALY, 0, seed, n_threads)
        train = Samples(rows.train, np.zeros(rows.train.n_rows))
        learner = algorithms.get(name)().fit(train, None, context)
        found = learner.predict(rows.test, n_threads)
        seconds = time.process_time() - began
        scores[name] = (learner.predict(rows.train, n_threads), found, seconds)
        yield {**told, "detector": name, "seconds": round(seconds, 2), **figures_of(rows, found)}
    for mixture, wanted in mixtures.items():
        members = [name for name in wanted if name in scores]
        if len(members) < 2:
            continue
        weights = choose_consensus([scores[name][0] for name in members], members)
        mixed = sum(weight * scores[name][1] for name, weight in weights.items())
        seconds = sum(scores[name][2] for name in members)
        shown = {name: round(weight, 3) for name, weight in weights.items()}
        line = {**told, "detector": mixture, "seconds": round(seconds, 2), "weights": shown}
        yield {**line, **figures_of(rows, mixed)}


def figures_of(rows: Rows, scores: Any) -> dict[str, float]:
    """Return ROC AUC and average precision of the scores of the test rows."""
    return {
        "auc": float(roc_auc_score(rows.truth, scores)),
        "ap": float(average_precision_score(rows.truth, scores)),
    }


def _matrix(table: Any, names: list[str]) -> Matrix:
    columns = [np.asarray(table[name].to_numpy(), np.float32) for name in names]
    values = np.ascontiguousarray(np.stack(columns, axis=1))
    return Matrix(values, tuple(Feature(name, name) for name in names))


def folders_of(root: Path, sets: str | None) -> list[Path]:
    """Return the sets of anomalies under a folder, or those that are named; raises as ``folders`` does."""
    return folders_that(root, sets, _is_a_set)


def _is_a_set(folder: Path) -> bool:
    """Return whether its rows stand alone: what is odd in a series is another question."""
    if not all((folder / file).exists() for file in ("meta.json", "test.parquet")):
        return False
    meta = json.loads((folder / "meta.json").read_text())
    return meta.get("task") == TASK and not meta.get("time_column")


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of ROC AUC and average precision, sets by detector, and one of seconds."""
    sets = list(dict.fromkeys(line["data"] for line in lines))
    names = list(dict.fromkeys(line["detector"] for line in lines))
    at = {(s, n): _mean([ln for ln in lines if (ln["data"], ln["detector"]) == (s, n)])
          for s in sets for n in names}  # fmt: skip
    names.sort(key=lambda n: -float(np.mean([at[s, n][0] for s in sets])))
    head = ["set", *names]
    rows = [[s, *(f"{at[s, n][0]:.3f} / {at[s, n][1]:.3f}" for n in names)] for s in sets]
    means = [np.mean([at[s, n] for s in sets], axis=0) for n in names]
    rows.append(["**mean**", *(f"**{m[0]:.3f} / {m[1]:.3f}**" for m in means)])
    costs = [[s, *(f"{at[s, n][2]:.2f}" for n in names)] for s in sets]
    costs.append(["**sum**", *(f"**{sum(at[s, n][2] for s in sets):.1f}**" for n in names)])
    return ["ROC AUC / average precision", "", *as_table([head, *rows]), "",
            "Processor seconds to fit and to score the test part", "", *as_table([head, *costs])]  # fmt: skip


def _mean(lines: list[dict[str, Any]]) -> tuple[float, ...]:
    return tuple(float(np.mean([line[f] for line in lines])) for f in FIGURES)
