"""Phantom ML at its defaults, told the time column where the folder names one."""

from __future__ import annotations

import time
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.systems.job import Fitted, Job

#: For each set the portfolio that was learned without it: a training must not have seen its own test.
PORTFOLIOS = Path(__file__).parents[1] / "portfolios"


def config_of(job: Job) -> dict[str, Any]:
    """Return the configuration of a training; the metric is the default one of each task."""
    data = job.data
    config: dict[str, Any] = {
        "target_column": data.target,
        "task_type": "classification" if data.classes else "regression",
        "time_budget_seconds": job.seconds,
        "seed": job.seed,
        "n_threads": job.n_threads,
    }
    if data.task == "binary":
        config["positive_class"] = 1
    if data.time_column is not None:
        config["time_column"] = data.time_column
    return config


def fit(job: Job) -> Fitted:
    """Train by ``auto_create_model``."""
    import polars as pl

    from phantom_ml.automl.search import portfolio
    from phantom_ml.core import PhantomMLCore

    without = PORTFOLIOS / f"{job.data.name}.json"
    portfolio.FILE = without if without.exists() else portfolio.FILE
    core = PhantomMLCore(home=job.scratch / "home")
    train, test = pl.from_arrow(job.data.train), pl.from_arrow(job.data.test)
    started = time.monotonic()
    result = core.auto_create_model(train, config_of(job))
    call_s = time.monotonic() - started

    def predict() -> np.ndarray:
        frame = core.predict(result.model_id, test)
        names = [f"probability_{code}" for code in range(len(job.data.classes))]
        return frame.select(names).to_numpy() if names else frame["prediction"].to_numpy()

    told = {"call_s": round(call_s, 2), "trials": len(result.leaderboard)}
    return Fitted(predict, result.best_algorithm, told | {"validated": result.best_score})
