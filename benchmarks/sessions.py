"""What a learner of sequences is for: simulated sessions in which the order of events decides, or their number."""

from __future__ import annotations

import argparse
import sys
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.names import seeds
from benchmarks.score import average_precision
from benchmarks.table import as_table
from phantom_ml.algorithms.base import algorithms

DECIDES = ("order", "number")
#: Later sessions are measured.
TRAIN_SHARE = 0.7


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--seconds", type=float, default=60.0, help="each; default: %(default)s")
    parser.add_argument("--algorithms", default="LSTM,LightGBM", help="default: %(default)s")
    parser.add_argument("--seeds", type=seeds, default="1,2,3", help="default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Print the average precision of each algorithm alone on sendings that came later."""
    names = [algorithms.name_of(name) for name in chosen.algorithms.split(",")]
    lines = [["decides", "algorithm", "average precision by seed", "share of threats by seed"]]
    for decides in DECIDES:
        for algorithm in names:
            found = [_measured(decides, algorithm, seed, chosen.seconds) for seed in chosen.seeds]
            told = (
                ", ".join(f"{value:.3f}" for value in part) for part in zip(*found, strict=True)
            )
            lines.append([decides, algorithm, *told])
            print(" | ".join(lines[-1]), file=sys.stderr, flush=True)
    print("\n".join(as_table(lines)))
    return 0


def _measured(decides: str, algorithm: str, seed: int, seconds: float) -> tuple[float, float]:
    from phantom_ml.core import PhantomMLCore
    from phantom_ml.simulation import simulate_sessions

    events = simulate_sessions(decides, seed)
    n_train = round(TRAIN_SHARE * events.height)
    config = {
        "target_column": "is_threat",
        "time_column": "time",
        "algorithms_to_try": [algorithm],
        "time_budget_seconds": seconds,
        "positive_class": 1,
        "seed": seed,
    }
    with tempfile.TemporaryDirectory(prefix="bench-sessions-") as home:
        core = PhantomMLCore(home=Path(home))
        model_id = core.auto_create_model(events.head(n_train), config).model_id
        later = events.tail(events.height - n_train)
        scores = core.predict(model_id, later)["probability_1"]
    # Nothing but a sending is ever a threat: to know that is no merit.
    asked = pl.DataFrame({"truth": later["is_threat"], "score": scores}).filter(
        later["action"] == "send"
    )
    truth = asked["truth"].to_numpy()
    return average_precision(truth, asked["score"].to_numpy()), float(truth.mean())
