"""What runs in a forecaster's own process: its back-test, and its fit on everything that is known."""

from __future__ import annotations

import time
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from phantom_ml.forecasters.base import Forecast, ForecastContext, forecasters
from phantom_ml.forecasters.bundle import save_forecaster
from phantom_ml.forecasters.evaluation.backtest import back_test, rolling_windows
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.process.deadline import Deadline

MODEL, AHEAD = "model", "ahead.npz"


def fit_forecaster(payload: dict[str, Any]) -> dict[str, Any]:
    """Back-test one forecaster and fit it on the whole history; called by the supervised child."""
    began, out = time.monotonic(), Path(payload["out"])
    series = SeriesSet.load(Path(payload["series"]))
    settings = forecasters.get(payload["forecaster"]).model_validate(payload["settings"])
    at = payload["deadline"]
    context = ForecastContext(
        payload["horizon"],
        tuple(payload["levels"]),
        payload["seed"],
        payload["n_threads"],
        Deadline.never() if at is None else Deadline(at),
    )
    windows = rolling_windows(series, context.horizon, payload["n_windows"])
    # The fit on everything takes as long as one more window.
    share = context.deadline.left() * len(windows) / (len(windows) + 1)
    tested = back_test(settings, windows, replace(context, deadline=context.deadline.within(share)))
    for number, told in enumerate(tested):
        save_forecast(told, out / f"{number}.npz")
    fitted = settings.fit(series, context)
    fit_seconds = time.monotonic() - began
    began = time.monotonic()
    told = fitted.predict(context.horizon)
    predict_us = 1e6 * (time.monotonic() - began) / told.mean.size
    save_forecast(told, out / AHEAD)
    save_forecaster(fitted, out / MODEL, with_history=False)
    return {
        "windows": len(windows),
        "notes": list(fitted.notes),
        "fit_seconds": fit_seconds,
        "predict_us": predict_us,
        "looks_at": fitted.looks_at(),
    }


def save_forecast(told: Forecast, file: Path) -> None:
    """Write a forecast as arrays."""
    np.savez(file, mean=told.mean, quantiles=told.quantiles, levels=told.levels)


def load_forecast(file: Path) -> Forecast:
    """Return a forecast that was written."""
    with np.load(file, allow_pickle=False) as parts:
        levels = tuple(float(q) for q in parts["levels"])
        return Forecast(parts["mean"], parts["quantiles"], levels)
