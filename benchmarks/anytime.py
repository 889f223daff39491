"""What is kept of a training that is killed by SIGKILL: its home is opened again and measured."""

from __future__ import annotations

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import DataSet, load
from benchmarks.mistakes import Mistake
from benchmarks.runs import ROOT
from benchmarks.score import roc_auc

TRAIN = """
import sys, polars
from phantom_ml.core import PhantomMLCore
home, data, target, seconds = sys.argv[1:]
config = {"target_column": target, "time_budget_seconds": float(seconds), "positive_class": 1}
PhantomMLCore(home=home).auto_create_model(polars.read_parquet(data), config)
"""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a data folder with two classes")
    parser.add_argument("--budget", type=float, default=60.0, help="default: %(default)s")
    parser.add_argument("--stop-at", type=float, default=5.0, help="seconds; default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Print what the best kept model is worth on a fifth of the rows, which it never saw."""
    data = load(chosen.data)
    if data.task != "binary":
        raise Mistake(f"{data.name} has no two classes.")
    scratch = Path(tempfile.mkdtemp(prefix="bench-anytime-"))
    try:
        seen, held_out = _parted(data)
        seen.write_parquet(scratch / "seen.parquet")
        stopped = _train_and_kill(scratch, data.target, chosen)
        return _look(scratch / "home", held_out, data.target, stopped)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)


def _parted(data: DataSet) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Return four fifths of the training rows and the held-out fifth, at random."""
    frame = pl.DataFrame(pl.from_arrow(data.train))
    fifth = np.random.default_rng(0).permutation(frame.height) % 5 == 0
    return frame.filter(~fifth), frame.filter(fifth)


def _train_and_kill(scratch: Path, target: str, chosen: argparse.Namespace) -> float:
    """Train in a process group of its own, end it without warning, return its seconds."""
    arguments = [str(scratch / "home"), str(scratch / "seen.parquet"), target, str(chosen.budget)]
    started = time.monotonic()
    process = subprocess.Popen(
        [sys.executable, "-c", TRAIN, *arguments], cwd=ROOT, start_new_session=True
    )
    try:
        process.wait(chosen.stop_at)
    except subprocess.TimeoutExpired:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return time.monotonic() - started


def _look(home: Path, held_out: pl.DataFrame, target: str, stopped: float) -> int:
    from phantom_ml.core import PhantomMLCore

    core = PhantomMLCore(home=home)
    models = {model.id for model in core.list_models()}
    boards = [core.get_model_leaderboard(e.id) for e in core.list_experiments()]
    kept = [row for board in boards for row in board if row.model_id in models]
    if not kept:
        print(f"Ended after {stopped:.2f} s: no model was kept.")
        return 1
    best = kept[0]
    frame = core.predict(str(best.model_id), held_out.drop(target))
    area = roc_auc(held_out[target].to_numpy(), frame["probability_1"].to_numpy())
    print(f"Ended after {stopped:.2f} s, imports included: {len(kept)} models were kept.")
    print(f"Best: {best.algorithm}, ROC AUC {area:.4f} on {held_out.height:,} rows it never saw.")
    return 0
