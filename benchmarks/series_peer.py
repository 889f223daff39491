"""AutoGluon-TimeSeries on a set of series, from the outside: its forecast, and the seconds of its process."""

from __future__ import annotations

import json
import os
import subprocess
import tempfile
import time
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.series.grid import SeriesSet

#: Steps without a date get one: from here on, in steps that AutoGluon and polars call so.
START = datetime(2000, 1, 1)
EVERY = {24: ("h", "1h"), 12: ("MS", "1mo")}
ROOT = Path(__file__).parents[1]


def told_by_peer(
    python: Path, train: SeriesSet, asked: dict[str, Any]
) -> tuple[Forecast, float, str]:
    """Return the peer's forecast, the seconds that it took with its start and imports, and its best model.

    Parameters
    ----------
    python : Path
        The interpreter of an environment that has autogluon.timeseries.
    train : SeriesSet
        Without gaps, every series in full steps.
    asked : dict
        horizon, season, levels, seconds and preset.
    """
    with tempfile.TemporaryDirectory(prefix="bench-series-") as scratch:
        order = {"frequency": EVERY[asked["season"]][0], **asked}
        files = {"train": "train.parquet", "forecast": "forecast.parquet", "report": "report.json"}
        order |= {key: str(Path(scratch) / name) for key, name in files.items()}
        peer_rows(train, EVERY[asked["season"]][1]).write_parquet(order["train"])
        file = Path(scratch) / "order.json"
        file.write_text(json.dumps(order))
        began = time.perf_counter()
        command = [str(python), "-m", "benchmarks.systems.autogluon_series", str(file)]
        offline = {**os.environ, "HF_HUB_OFFLINE": "1"}
        subprocess.run(command, cwd=ROOT, env=offline, check=True)
        seconds = time.perf_counter() - began
        best = json.loads(Path(order["report"]).read_text())["members"]
        return forecast_of(pl.read_parquet(order["forecast"]), asked), seconds, best


def peer_rows(train: SeriesSet, every: str) -> pl.DataFrame:
    """Return the rows of all series, named by their place, with dates from START on."""
    lengths = np.diff(train.bounds)
    ends = pl.select(pl.lit(START).dt.offset_by(f"{lengths.max() - 1}{every[1:]}")).item()
    grid = pl.datetime_range(START, ends, every, eager=True)
    parts = [
        pl.DataFrame({"timestamp": grid[: len(values)], "target": values}).with_columns(
            item_id=pl.lit(f"{i:06}")
        )
        for i, values in enumerate(np.split(train.values, train.bounds[1:-1]))
    ]
    return pl.concat(parts)


def forecast_of(told: pl.DataFrame, asked: dict[str, Any]) -> Forecast:
    """Return the forecast of rows that stand in the order of the series."""
    told = told.sort("item_id", "timestamp")
    mean, *quantiles = (
        told[name].to_numpy().reshape(-1, asked["horizon"])
        for name in ("mean", *(str(level) for level in asked["levels"]))
    )
    return Forecast(mean, np.stack(quantiles, axis=2), tuple(asked["levels"]))
