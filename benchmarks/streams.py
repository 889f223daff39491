"""Streams: alerts of one or many series by the Numenta benchmark's score, states by F1 of pooled points.

Each series is scored by itself, from its first point on; a point is judged by the points before it.
``nab_dev``: the score at the threshold that is the best in hindsight over all series, one for all, as the
benchmark itself does, once as it stands and once with rests given to every system (an alert makes the next
100 points quiet); that with rests where each series has the threshold that is best for all others; and of
ours at its own line. ``skab_dev``: fitted on the training part of each experiment; a baseline takes the
better of four common thresholds in hindsight, ours its own line.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.datasets import folders_that
from benchmarks.lines import append_lines, read_lines
from benchmarks.names import chosen_names
from benchmarks.stream_baselines import BASELINES
from benchmarks.stream_figures import Worth, nab_at, nab_best, pooled, probation
from benchmarks.table import as_table
from phantom_ml.streams.base import stream_detectors
from phantom_ml.streams.series import Series
from phantom_ml.streams.settings import StreamConfig

OURS = "phantom"
ALARMS, STATES = "nab_dev", "skab_dev"
#: Quantile of the training scores and the factor on it: what the Skoltech leaderboard's entries use.
THRESHOLDS = ((0.99, 1.0), (0.99, 4 / 3), (0.999, 1.0), (0.999, 1.5))


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--systems", help="names, with commas between; default: all")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")
    parser.add_argument("--table", action="store_true", help="only print what --out holds")


def run(chosen: argparse.Namespace) -> int:
    """Append what is not in the file yet, and print the tables."""
    alone = [n for n in stream_detectors.names() if n != "ConvAutoencoder"]
    everybody = [OURS, *BASELINES, *stream_detectors.names()]
    names = chosen_names(
        chosen.systems or ",".join([OURS, *BASELINES, *alone]), "system", everybody
    )
    measures = {ALARMS: alarms, STATES: states}
    at_hand = [] if chosen.table else folders_that(chosen.data, None, lambda f: f.name in measures)
    for folder, name in product(at_hand, names):
        data = folder.name
        if (data, name) in {(ln["data"], ln["system"]) for ln in read_lines(chosen.out)}:
            continue
        began = time.process_time()
        line = {"data": data, "system": name, **measures[data](folder, name)}
        line["seconds"] = round(time.process_time() - began, 1)
        append_lines(chosen.out, [line])
        print(line, flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def alarms(folder: Path, system: str) -> dict[str, Any]:
    """Return the Numenta scores of a system."""
    worths, scores, alerts = [], [], []
    for series in _series(pl.read_parquet(folder / "train.parquet"), "series_id"):
        values = series["value"].to_numpy().astype(np.float64)[:, None]
        worths.append(Worth.of(series["in_anomaly_window"].to_numpy() == 1))
        score, alert = _alarms_of(values, system)
        scores.append(score)
        alerts.append(alert)
    found = alarm_figures(worths, scores)
    if system == OURS:
        found["own"] = nab_at(worths, alerts)
    return {key: round(float(value), 3) for key, value in found.items()}


def alarm_figures(worths: list[Worth], scores: list[np.ndarray]) -> dict[str, float]:
    """Return the score as it stands, with rests, and with rests at the threshold that is best for other series."""
    lines = np.unique(np.quantile(np.concatenate(scores), 1.0 - np.geomspace(1e-5, 0.5, 100)))
    weights = np.array([worth.window.max(initial=-1) + 1.0 for worth in worths])
    each = np.array(
        [
            [nab_at([w], [rested(s >= line)]) for w, s in zip(worths, scores, strict=True)]
            for line in lines
        ]
    )
    best = int((each @ weights).argmax())
    others = [
        int((each @ (weights * (np.arange(len(weights)) != i))).argmax())
        for i in range(len(weights))
    ]
    left_out = each[others, np.arange(len(weights))]
    return {
        "as_it_stands": nab_best(worths, scores)[0],
        "rested": float(each[best] @ weights / weights.sum()),
        "line": float(lines[best]),
        "left_out": float(left_out @ weights / weights.sum()),
    }


def rested(alert: np.ndarray) -> np.ndarray:
    """Return the alerts that are left where each makes the next points quiet."""
    found, last = np.zeros(len(alert), bool), -np.inf
    for i in np.flatnonzero(alert):
        if i - last > StreamConfig().quiet_rows:
            found[i], last = True, float(i)
    return found


def _alarms_of(values: np.ndarray, system: str) -> tuple[np.ndarray, np.ndarray]:
    if system in BASELINES:
        n = probation(len(values))
        score = np.concatenate(BASELINES[system](values[:n], values[n:]))
        return score, np.zeros(len(score), bool)
    said = Series.begin(_config(system), values[:1]).update(values[1:])
    return np.append(0.0, said.event), np.append(False, said.alert)


def states(folder: Path, system: str) -> dict[str, Any]:
    """Return F1, false and missing alarms of a system, in percent but F1."""
    train, test = (pl.read_parquet(folder / f"{part}.parquet") for part in ("train", "test"))
    hidden = ["datetime", "anomaly", "changepoint", "experiment"]
    truths, parts, own = [], [], []
    for series in _series(test, "experiment"):
        opening = train.filter(pl.col("experiment") == series["experiment"][0])
        a, b = (f.drop(hidden).to_numpy().astype(np.float64) for f in (opening, series))
        truths.append(series["anomaly"].to_numpy() == 1)
        if system in BASELINES:
            parts.append(BASELINES[system](a, b))
        else:
            own.append(Series.begin(_config(system), a).update(b).score >= 0.5)
    if own:
        return _rounded(pooled(truths, own))
    cuts = [[r > factor * np.quantile(f, q) for f, r in parts] for q, factor in THRESHOLDS]
    return _rounded(max((pooled(truths, c) for c in cuts), key=lambda found: found["f1"]))


def _config(system: str) -> StreamConfig:
    return StreamConfig() if system == OURS else StreamConfig(detectors=(system,))


def _series(frame: pl.DataFrame, column: str) -> Iterator[pl.DataFrame]:
    return (part for _, part in frame.group_by(column, maintain_order=True))


def _rounded(found: dict[str, float]) -> dict[str, float]:
    return {key: round(value, 3) for key, value in found.items()}


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table a data set, the best system first."""
    told = []
    for data, order, keys in (
        (ALARMS, "rested", ("as_it_stands", "rested", "line", "own", "left_out", "seconds")),
        (STATES, "f1", ("f1", "far", "mar", "seconds")),
    ):
        own = sorted((ln for ln in lines if ln["data"] == data), key=lambda ln: -ln[order])
        rows = [[ln["system"], *(f"{ln[k]:.2f}" if k in ln else "" for k in keys)] for ln in own]
        told += [data, "", *as_table([["system", *keys], *rows]), ""]
    return told
