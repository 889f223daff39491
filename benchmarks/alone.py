"""Every algorithm alone: with its defaults, and with the best settings of a short search.

Both see the same sample of the training part, encoded once, on one thread; the search is by the tree-structured
Parzen estimator on held-out rows. The figures are those of the whole test part.
"""

from __future__ import annotations

import argparse
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import DataSet, folders, load
from benchmarks.lines import append_lines, read_lines
from benchmarks.names import chosen_names
from benchmarks.prepared import Prepared
from benchmarks.score import PRIMARY, figures
from benchmarks.table import SHOWN, as_table
from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.trials.children import Candidate, Finished
from phantom_ml.config import SUPERVISED, OptimizationMethod, ProblemKind
from phantom_ml.process.deadline import Deadline
from phantom_ml.tuning.propose import propose

DEFAULT, TUNED = "default", "tuned"
#: The least that a trial of the search is started for.
LEAST_SECONDS = 0.5


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", help="names under --data, with commas between; default: all")
    parser.add_argument("--algorithms", help="names, with commas between; default: all")
    parser.add_argument("--rows", type=int, default=10_000, help="at most; default: %(default)s")
    parser.add_argument("--seconds", type=float, default=20.0, help="of a search; %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")
    parser.add_argument("--table", action="store_true", help="only print what --out holds")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the tables."""
    supervised = [a.name for a in algorithms if a.kinds & set(SUPERVISED)]
    names = chosen_names(
        chosen.algorithms or ",".join(supervised), "supervised algorithm", supervised
    )
    for folder in [] if chosen.table else folders(chosen.data, chosen.sets):
        had = {line["algorithm"] for line in read_lines(chosen.out) if line["data"] == folder.name}
        for name in [n for n in names if n not in had and n != "Baseline"]:
            lines = _lines(load(folder), name, chosen)
            append_lines(chosen.out, lines)
            print(folder.name, name, *(line.get("figure") for line in lines), flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def _lines(data: DataSet, name: str, chosen: argparse.Namespace) -> list[dict[str, Any]]:
    told = {"data": data.name, "task": data.task, "algorithm": name}
    if ProblemKind(data.task) not in algorithms.get(name).kinds:
        return [{**told, "settings": DEFAULT, "reason": "of another kind"}]
    with tempfile.TemporaryDirectory(prefix="bench-alone-") as scratch:
        rows = Prepared.of(data, chosen.rows, Path(scratch), [name])
        return [{**told, **line} for line in _measured(rows, name, chosen.seconds)]


def _measured(rows: Prepared, name: str, seconds: float) -> Iterator[dict[str, Any]]:
    first = rows.fitted(0, Candidate(name), seconds)
    yield {"settings": DEFAULT, **_figures(rows, first)}
    yield {"settings": TUNED, **_figures(rows, _best(rows, name, first, seconds))}


def _best(rows: Prepared, name: str, first: Finished, seconds: float) -> Finished:
    """Return the best trial on held-out rows of a search that the defaults open."""
    end, done = Deadline.after(seconds), [first]
    space = algorithms.get(name).space()
    while end.left() > LEAST_SECONDS:
        known = [(f.trial.settings, f.losses[0]) for f in done[1:] if f.losses]
        found = propose(space, known, OptimizationMethod.BAYESIAN_OPTIMIZATION, len(done))
        done.append(rows.fitted(len(done), Candidate(name, found), end.left()))
    return min(done, key=lambda f: f.losses[0] if f.losses else np.inf)


def _figures(rows: Prepared, finished: Finished) -> dict[str, Any]:
    if finished.prediction is None:
        return {"reason": finished.trial.reason}
    folder = finished.folder / "0"
    predicted, seconds = rows.predicted(finished)
    figure = PRIMARY[rows.data.task][0]
    return {
        "figure": figures(rows.data.task, rows.data.truth, predicted)[figure],
        "fit_s": round(finished.fit_seconds, 2),
        "score_us": round(1e6 * seconds / len(predicted), 1),
        "size_kib": round(sum(f.stat().st_size for f in folder.rglob("*")) / 1024),
    }


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of figures, sets by algorithm, and two of what a fit and a row cost: defaults, tuned."""
    sets = list(dict.fromkeys(line["data"] for line in lines))
    names = sorted({line["algorithm"] for line in lines})
    at = {(ln["data"], ln["algorithm"], ln["settings"]): ln for ln in lines}
    tasks = {line["data"]: line["task"] for line in lines}
    figure = [SHOWN.get(PRIMARY[tasks[s]][0], PRIMARY[tasks[s]][0]) for s in sets]
    rows = [["algorithm", *sets], ["", *figure]]
    costs = {kind: [["algorithm", *sets]] for kind in (DEFAULT, TUNED)}
    for name in names:
        pairs = [[at.get((s, name, kind), {}) for kind in costs] for s in sets]
        rows.append([name, *(" / ".join(_shown(p) for p in pair) for pair in pairs)])
        for place, table in enumerate(costs.values()):
            table.append([name, *(_cost(pair[place]) for pair in pairs)])
    return [*as_table(rows), "", *as_table(costs[DEFAULT]), "", *as_table(costs[TUNED])]


def _shown(line: dict[str, Any]) -> str:
    value = line.get("figure")
    if value is None:
        return "-"
    return f"{value:,.0f}" if value >= 1000 else f"{value:.4g}"


def _cost(line: dict[str, Any]) -> str:
    if "fit_s" not in line:
        return "-"
    return f"{line['fit_s']:g} s, {line['score_us']:g} us, {line['size_kib']:,} KiB"
