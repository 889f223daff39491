"""What a few known anomalies are worth: the engine on rows of which only some are labelled.

The target of the training part is emptied but for so many anomalies drawn at random; the test part is whole.
"""

from __future__ import annotations

import argparse
import json
import statistics
import tempfile
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.anomaly import folders_of
from benchmarks.lines import append_lines, read_lines
from benchmarks.table import as_table
from phantom_ml import PhantomMLCore

#: Known anomalies; -1: every answer is known, and detectors learn from normal rows alone.
COUNTS = (0, 10, 20, 50, -1)
MAX_ROWS = 15_000


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the table."""
    for folder in folders_of(chosen.data, chosen.sets):
        had = {line["known"] for line in read_lines(chosen.out) if line["data"] == folder.name}
        for count in (c for c in COUNTS if c not in had):
            line = measured(folder, count)
            append_lines(chosen.out, [line])
            print(line, flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def measured(folder: Path, count: int) -> dict[str, Any]:
    """Return the figures of a model of which so many anomalies are known."""
    meta = json.loads((folder / "meta.json").read_text())
    target = meta["target"]
    train, test = (pl.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    train = train.sample(min(train.height, MAX_ROWS), seed=0)
    config: dict[str, Any] = {
        "task_type": "anomaly_detection",
        "target_column": target,
        "max_trials": 9,
        "n_threads": 1,
        "task_settings": {"normal_only": count < 0},
    }
    with tempfile.TemporaryDirectory(prefix="bench-known-") as home:
        core = PhantomMLCore(home=home)
        if count >= 0:
            train = train.with_columns(_only(train[target], count, meta["positive_class"]))
        result = core.auto_create_model(train, config)
        figures = core.evaluate(result.model_id, test).figures
    told = {"auc": figures["roc_auc"].value, "ap": figures["average_precision"].value}
    return {"data": folder.name, "known": count, **told, "members": list(result.members)}


def _only(answers: pl.Series, count: int, positive: Any) -> pl.Series:
    """Return the answers of so many anomalies, nothing of the other rows."""
    places = np.flatnonzero(answers.to_numpy() == positive)
    kept = np.zeros(len(answers), bool)
    kept[np.random.default_rng(0).permutation(places)[:count]] = True
    return answers.to_frame().select(pl.when(pl.Series(kept)).then(answers.name))[answers.name]


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of ROC AUC and average precision, sets by known anomalies."""
    by = {(line["data"], line["known"]): line for line in lines}
    sets = sorted({line["data"] for line in lines})
    head = ["set", *("all, normal only" if c < 0 else str(c) for c in COUNTS)]
    rows = [[name, *(_cell([by.get((name, c))]) for c in COUNTS)] for name in sets]
    rows.append(["mean", *(_cell([by.get((name, c)) for name in sets]) for c in COUNTS)])
    return as_table([head, *rows])


def _cell(lines: list[dict[str, Any] | None]) -> str:
    known = [line for line in lines if line is not None]
    if not known:
        return "-"
    return " / ".join(f"{statistics.mean(line[f] for line in known):.3f}" for f in ("auc", "ap"))
