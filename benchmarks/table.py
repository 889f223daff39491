"""Results as Markdown: the primary figure of each set and system, mean ranks, wins, seconds."""

from __future__ import annotations

import argparse
from collections.abc import Iterable, Sequence
from pathlib import Path

import numpy as np

from benchmarks.mistakes import Mistake
from benchmarks.results import Record, read
from benchmarks.standing import (
    OURS,
    TIE,
    Row,
    mean_ranks,
    rows_of,
    systems_of,
    without_failures,
)

OTHERS = (
    "roc_auc",
    "pr_auc",
    "recall_fpr1",
    "recall_fpr01",
    "logloss",
    "brier",
    "accuracy",
    "macro_f1",
    "rmse",
    "r2",
    "fit_s",
    "predict_s",
    "peak_mib",
)
SHOWN = {"pr_auc": "average precision", "logloss": "log loss", "rmse": "RMSE"}
LEGEND = (
    "Bold: the best figure of the row. `=`: not to be told from Phantom's: the 95 % interval of a "
    "paired bootstrap of the test rows holds 0. `failed`: no model; it ranks last. Ranks are by "
    "figure alone."
)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("results", type=Path, nargs="+", help="files of JSON lines")
    parser.add_argument("--primary", action="store_true", help="leave out the table of all figures")


def run(chosen: argparse.Namespace) -> int:
    """Print the tables."""
    for file in chosen.results:
        if not file.is_file():
            raise Mistake(f"There is no file {file}.")
    print(markdown(read(chosen.results), chosen.primary))
    return 0


def markdown(records: Sequence[Record], primary_only: bool) -> str:
    """Return a section for each budget in the records."""
    parts = []
    for budget in sorted({record.budget for record in records}):
        rows = rows_of([record for record in records if record.budget == budget])
        parts += [
            f"## {budget:g} seconds",
            "",
            *primary_table(rows),
            "",
            LEGEND,
            "",
            *summary(rows),
        ]
        if not primary_only:
            parts += ["", *all_figures(rows)]
        parts.append("")
    return "\n".join(parts).rstrip()


def primary_table(rows: Sequence[Row]) -> list[str]:
    """Return one line a set, one column a system."""
    systems = systems_of(rows)
    body = [[row.data, SHOWN.get(row.figure, "-"), *_cells(row, systems)] for row in rows]
    return as_table([["set", "figure", *systems], *body])


def summary(rows: Sequence[Row]) -> list[str]:
    """Return mean ranks, wins, ties and losses against each peer, and the longest fit."""
    systems = systems_of(rows)
    complete = without_failures(rows, systems)
    ranks, without = mean_ranks(rows, systems), mean_ranks(complete, systems)
    n_common = sum(set(systems) <= set(row.records) for row in rows)
    lines = [
        ["", *systems],
        [f"mean rank ({n_common} sets)", *_numbers(ranks, systems)],
        [f"mean rank, sets with all models ({len(complete)})", *_numbers(without, systems)],
        ["Phantom's wins, ties, losses", *(_versus(rows, system) for system in systems)],
        ["longest fit, s", *(_longest(rows, system) for system in systems)],
    ]
    return as_table(lines)


def all_figures(rows: Sequence[Row]) -> list[str]:
    """Return one line a set and system with every figure, the mean of the seeds."""
    lines = [["set", "system", *OTHERS]]
    for row in rows:
        for system in systems_of([row]):
            lines.append([row.data, system, *(_mean(row.records[system], f) for f in OTHERS)])
    return as_table(lines)


def _cells(row: Row, systems: Sequence[str]) -> list[str]:
    values = {system: row.value(system) for system in systems}
    known = [value for value in values.values() if value is not None]
    best = (max(known) if row.more_is_better else min(known)) if known else None
    return [_cell(row, system, values[system], best) for system in systems]


def _cell(row: Row, system: str, value: float | None, best: float | None) -> str:
    if system not in row.records:
        return "-"
    if value is None:
        return "failed"
    shown = _shown(value)
    shown = f"**{shown}**" if value == best else shown
    return f"{shown} =" if system != OURS and row.against(system) == TIE else shown


def _shown(value: float) -> str:
    """Return a figure with as many places as tell systems apart."""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.2f}" if abs(value) >= 10 else f"{value:.4f}"


def _versus(rows: Sequence[Row], peer: str) -> str:
    if peer == OURS:
        return "-"
    found = [row.against(peer) for row in rows]
    return ", ".join(str(found.count(outcome)) for outcome in ("win", "tie", "loss"))


def _longest(rows: Sequence[Row], system: str) -> str:
    records = [record for row in rows for record in row.records.get(system, ())]
    seconds = [record.figures["fit_s"] for record in records if "fit_s" in record.figures]
    return f"{max(seconds):.1f}" if seconds else "-"


def _mean(records: Sequence[Record], figure: str) -> str:
    values = [record.figures[figure] for record in records if figure in record.figures]
    return f"{np.mean(values):.4g}" if values else "-"


def _numbers(values: dict[str, float], systems: Sequence[str]) -> list[str]:
    return [f"{values[s]:.2f}" if s in values else "-" for s in systems]


def as_table(lines: Iterable[Sequence[str]]) -> list[str]:
    """Return lines of cells as a Markdown table, the first one its header."""
    shown = [f"| {' | '.join(cells)} |" for cells in lines]
    columns = shown[0].count("|") - 1
    return [shown[0], "|" + " --- |" * columns, *shown[1:]]
