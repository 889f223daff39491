"""How many attacks a trained detector still catches after their text was written otherwise.

It is trained on the training part, with a threshold of 1 % false alarms, and attacks of the test part are
changed. Which changes there are, and why the attacks still work: docs/threats.md.
"""

from __future__ import annotations

import argparse
import tempfile
from pathlib import Path

import polars as pl

from benchmarks.datasets import BINARY, DataSet, folders, load
from benchmarks.table import as_table

MAX_FPR = 0.01


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a data folder, or one of them")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--seconds", type=float, default=30.0, help="of training; %(default)s")
    parser.add_argument("--threads", type=int, default=1, help="of training; %(default)s")
    parser.add_argument("--seed", type=int, default=0, help="default: %(default)s")


def run(chosen: argparse.Namespace) -> int:
    """Train on each set of two classes, check, and print a table."""
    for data in map(load, folders(chosen.data, chosen.sets)):
        if data.task == BINARY:
            print("\n".join(measured(data, chosen)), flush=True)
    return 0


def measured(data: DataSet, chosen: argparse.Namespace) -> list[str]:
    """Return the table of one set."""
    from phantom_ml.core import PhantomMLCore

    config = {
        "target_column": data.target,
        "time_column": data.time_column,
        "positive_class": 1,
        "threshold": {"max_fpr": MAX_FPR},
        "time_budget_seconds": chosen.seconds,
        "n_threads": chosen.threads,
        "seed": chosen.seed,
    }
    train, test = (pl.DataFrame(pl.from_arrow(part)) for part in (data.train, data.test))
    test = test.with_columns(pl.Series(data.target, data.truth))
    with tempfile.TemporaryDirectory(prefix="bench-evasion-") as folder:
        core = PhantomMLCore(home=Path(folder) / "home")
        result = core.auto_create_model(train, config)
        found = core.evaluate(result.model_id, test)
        report = core.check_evasion(result.model_id, test, seed=chosen.seed)
    head = ["mutation", "changed", "missed", "recall", "recall lost (95 %)", "score falls by"]
    line = found.threshold
    rates = "" if line is None else f", recall {line.recall:.3f} at an FPR of {line.fpr:.4f}"
    return [
        "",
        f"{data.name}: {result.best_algorithm}{rates}. {report.title()}.",
        "",
        *as_table([head, *(list(row.cells()) for row in report.lines())]),
        *(f"{note}" for note in report.notes),
    ]
