"""Forecasters, each alone and their blend: sMAPE, MASE, OWA, coverage and seconds on sets of series.

A forecaster learns from the training part; the test part follows it. The blend is weighed by a back-test
of the training part, and its seconds are those of the back-test and of the fits of its members.
"""

from __future__ import annotations

import argparse
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from benchmarks.datasets import folders_that
from benchmarks.lines import append_lines, read_lines
from benchmarks.mistakes import having
from benchmarks.series_peer import told_by_peer
from benchmarks.table import as_table
from phantom_ml import PhantomMLCore
from phantom_ml.forecasters.base import Forecast, ForecastContext, ForecasterSettings, forecasters
from phantom_ml.forecasters.evaluation import accuracy
from phantom_ml.forecasters.evaluation.backtest import Window, back_test, rolling_windows
from phantom_ml.forecasters.evaluation.blend import blended, choose_blend
from phantom_ml.forecasters.evaluation.naive2 import naive2
from phantom_ml.forecasters.series.columns import SeriesColumns
from phantom_ml.forecasters.series.from_frame import series_of
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.process.deadline import Deadline

BLEND, MEAN = "blend", "plain mean"
#: Quantiles that are asked for; the outer ones bound the interval whose coverage is told.
LEVELS = (0.1, 0.5, 0.9)


@dataclass(frozen=True)
class Shape:
    """How the rows of a set are read: m3_monthly lacks some dates, its steps are whole."""

    time: str
    value: str
    series: tuple[str, ...]
    horizon: int
    season: int


SHAPES = {
    "m4_hourly": Shape("step", "value", ("series_id",), 48, 24),
    "m3_monthly": Shape("step", "value", ("series_id",), 18, 12),
    "etth1": Shape("date", "OT", (), 96, 24),
}


@dataclass(frozen=True)
class Rows:
    """The series of a set, and what came after them, shape (n_series, horizon)."""

    name: str
    train: SeriesSet
    truth: np.ndarray
    frame: pl.DataFrame

    @classmethod
    def of(cls, folder: Path, every: int = 1) -> Rows:
        """Return every so many-th series of a folder, with the first steps of its test part."""
        shape = SHAPES[folder.name]
        columns = SeriesColumns(shape.time, shape.value, shape.series)
        parts = [pl.read_parquet(folder / f"{part}.parquet") for part in ("train", "test")]
        train = series_of(parts[0], columns, season=shape.season)
        after = parts[1].sort(*shape.series, shape.time)
        if shape.series:
            after = after.group_by(*shape.series, maintain_order=True).head(shape.horizon)
        truth = after[shape.value].to_numpy()[: train.n_series * shape.horizon]
        chosen = np.arange(0, train.n_series, every)
        frame, series = parts[0], list(shape.series)
        if every > 1 and series:
            frame = frame.join(train.ids[chosen], on=series, how="semi")
        truth = truth.reshape(-1, shape.horizon)[chosen]
        return cls(folder.name, train.take(chosen), truth, frame)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Declare the arguments of the command."""
    parser.add_argument("--data", type=Path, required=True, help="a folder of data folders")
    parser.add_argument("--sets", default=",".join(SHAPES), help="default: %(default)s")
    parser.add_argument("--forecasters", help="names, with commas between; default: all")
    parser.add_argument("--every", type=int, default=1, help="take every so many-th series")
    parser.add_argument("--windows", type=int, default=1, help="of the back-test; 0: no blend")
    parser.add_argument("--seconds", type=float, default=600.0, help="of a fit, at most")
    parser.add_argument(
        "--engine", action="store_true", help="the whole engine in --seconds instead"
    )
    parser.add_argument("--peer", type=Path, help="a Python that has autogluon.timeseries")
    parser.add_argument("--preset", default="medium_quality", help="of the peer")
    parser.add_argument("--threads", type=int, default=1, help="of a fit; default: %(default)s")
    parser.add_argument("--out", type=Path, required=True, help="lines of JSON, appended to")


def run(chosen: argparse.Namespace) -> int:
    """Measure, append to the file, and print its table."""
    names = chosen.forecasters.split(",") if chosen.forecasters else forecasters.names()
    able = [forecasters.get(name)() for name in names if forecasters.get(name).available()]
    for folder in folders_that(chosen.data, chosen.sets, lambda folder: folder.name in SHAPES):
        rows = Rows.of(folder, chosen.every)
        for line in _lines(rows, able, chosen):
            append_lines(chosen.out, [line])
            print(line, flush=True)
    print("\n".join(markdown(read_lines(chosen.out))))
    return 0


def _lines(
    rows: Rows, able: list[ForecasterSettings], chosen: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    if chosen.peer is not None:
        having(chosen.peer, "autogluon.timeseries")
        return of_peer(rows, chosen)
    return searched(rows, chosen) if chosen.engine else measured(rows, able, chosen)


def measured(
    rows: Rows, able: list[ForecasterSettings], chosen: argparse.Namespace
) -> Iterator[dict[str, Any]]:
    """Yield the figures of each forecaster, then those of their plain mean and of the blend."""
    horizon = rows.truth.shape[1]
    windows = rolling_windows(rows.train, horizon, chosen.windows) if chosen.windows else []
    told: dict[str, Forecast] = {}
    tested: list[dict[str, Forecast]] = [{} for _ in windows]
    total = 0.0
    for settings in able:
        began = time.perf_counter()
        fitted = settings.fit(rows.train, _context(horizon, chosen))
        told[settings.name] = fitted.predict(horizon)
        seconds = time.perf_counter() - began
        yield _line(rows, settings.name, told[settings.name], seconds) | {"notes": fitted.notes}
        for own, forecast in zip(tested, _tested(settings, windows, chosen), strict=True):
            own[settings.name] = forecast
        total += time.perf_counter() - began
    if len(able) > 1:
        even = dict.fromkeys(told, 1.0 / len(told))
        yield _line(rows, MEAN, blended(told, even), total)
    if windows and len(able) > 1:
        began = time.perf_counter()
        blend = choose_blend(windows, tested)
        mixed = blended(told, blend.weights)
        line = _line(rows, BLEND, mixed, total + time.perf_counter() - began)
        weights = {n: round(w, 3) for n, w in blend.weights.items()}
        yield line | {"method": blend.method, "weights": weights}


def searched(rows: Rows, chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the figures of the engine, everything included in its seconds."""
    shape, began = SHAPES[rows.name], time.perf_counter()
    config = {
        "task_type": "time_series",
        "target_column": shape.value,
        "time_column": shape.time,
        "time_budget_seconds": chosen.seconds,
        "n_threads": chosen.threads,
        "algorithms_to_try": chosen.forecasters.split(",") if chosen.forecasters else None,
        "task_settings": {
            "horizon": shape.horizon,
            "season": shape.season,
            "series_columns": shape.series,
            "n_windows": chosen.windows,
        },
    }
    with tempfile.TemporaryDirectory(prefix="bench-forecast-") as home:
        core = PhantomMLCore(home=home)
        result = core.auto_create_model(rows.frame, config)
        seconds = time.perf_counter() - began
        told = core.predict(result.model_id)
    parts = (told[n].to_numpy() for n in ("prediction", *(f"quantile_{q:g}" for q in LEVELS)))
    mean, *quantiles = (part.reshape(-1, shape.horizon) for part in parts)
    forecast = Forecast(mean, np.stack(quantiles, axis=2), LEVELS)
    yield _line(rows, f"engine, {chosen.seconds:g} s", forecast, seconds) | {
        "members": result.members or (result.best_algorithm,)
    }


def of_peer(rows: Rows, chosen: argparse.Namespace) -> Iterator[dict[str, Any]]:
    """Yield the figures of AutoGluon-TimeSeries, everything included in its seconds."""
    shape = SHAPES[rows.name]
    asked = {
        "horizon": shape.horizon,
        "season": shape.season,
        "levels": list(LEVELS),
        "seconds": chosen.seconds,
        "preset": chosen.preset,
    }
    forecast, seconds, best = told_by_peer(chosen.peer, rows.train, asked)
    name = f"AutoGluon {chosen.preset}, {chosen.seconds:g} s"
    yield _line(rows, name, forecast, seconds) | {"members": best}


def _context(horizon: int, chosen: argparse.Namespace) -> ForecastContext:
    deadline = Deadline.after(chosen.seconds)
    return ForecastContext(horizon, LEVELS, n_threads=chosen.threads, deadline=deadline)


def _tested(
    settings: ForecasterSettings, windows: list[Window], chosen: argparse.Namespace
) -> list[Forecast]:
    if not windows:
        return []
    return back_test(settings, windows, _context(windows[0].truth.shape[1], chosen))


def _line(rows: Rows, name: str, forecast: Forecast, seconds: float) -> dict[str, Any]:
    scale = accuracy.seasonal_scale(rows.train)
    own, naive = (
        (accuracy.smape(rows.truth, mean), accuracy.mase(rows.truth, mean, scale))
        for mean in (forecast.mean, naive2(rows.train, forecast.horizon))
    )
    low, high = forecast.quantiles[:, :, 0], forecast.quantiles[:, :, -1]
    figures = {
        "smape": own[0],
        "mase": own[1],
        "owa": accuracy.owa(own, naive),
        "wql": accuracy.wql(rows.truth, forecast.quantiles, forecast.levels),
        "coverage": accuracy.coverage(rows.truth, low, high),
        "seconds": seconds,
    }
    shown = {key: round(value, 4) for key, value in figures.items()}
    return {"data": rows.name, "n_series": rows.train.n_series, "forecaster": name, **shown}


def markdown(lines: list[dict[str, Any]]) -> list[str]:
    """Return a table of all lines, the best OWA of each set first."""
    keys = ("smape", "mase", "owa", "wql", "coverage", "seconds")
    head = ["set", "series", "forecaster", *keys]
    ordered = sorted(lines, key=lambda line: (line["data"], line["n_series"], line["owa"]))
    told = [
        [ln["data"], str(ln["n_series"]), ln["forecaster"], *(f"{ln[key]:.3f}" for key in keys)]
        for ln in ordered
    ]
    return as_table([head, *told])
