"""Seasonal naive: what was one season ago comes again. Every other forecaster falls back to it.

Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, sections 5.2 (the
method) and 5.5 (its intervals widen with the root of the seasons ahead).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from scipy.special import ndtri

from phantom_ml.forecasters._parts import read_levels
from phantom_ml.forecasters.base import (
    FittedForecaster,
    Forecast,
    ForecastContext,
    ForecasterSettings,
    forecasters,
)
from phantom_ml.forecasters.series.change_spread import change_spread
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.parts.saved import read_object

Floats = NDArray[np.float64]
FILE = "seasonal_naive.json"


@dataclass(frozen=True, eq=False)
class FittedSeasonalNaive(FittedForecaster):
    """The history is all there is."""

    forecaster: ClassVar[str] = "SeasonalNaive"
    history: SeriesSet
    levels: tuple[float, ...]

    def predict(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return the last season again and again, and normal quantiles of its errors in history."""
        return seasonal_naive(self.history, horizon, self.levels)

    def save(self, folder: Path) -> None:
        """Write the levels."""
        (folder / FILE).write_text(json.dumps({"levels": self.levels}))

    @classmethod
    def load(cls, folder: Path, history: SeriesSet) -> FittedSeasonalNaive:
        """Return what was saved; raises BundleDamaged."""
        return cls(history, read_levels(read_object(folder / FILE)))


@forecasters.add("SeasonalNaive")
class SeasonalNaive(ForecasterSettings):
    """What was one season ago comes again; without a season, the last value."""

    name: ClassVar[str] = "SeasonalNaive"
    fitted: ClassVar[type[FittedForecaster]] = FittedSeasonalNaive

    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedSeasonalNaive:
        """Return the history with the quantiles that are asked for."""
        return FittedSeasonalNaive(series, context.levels)


def seasonal_naive(series: SeriesSet, horizon: int, levels: tuple[float, ...]) -> Forecast:
    """Return the seasonal naive forecast; a series shorter than a season repeats its last value.

    Its band is of the series' own errors in history; those that a short one lacks, the others tell.
    """
    values = series.whole
    seasons = np.where(series.lengths >= series.season, series.season, 1)
    ahead = np.arange(horizon)
    rows = (series.bounds[1:] - seasons)[:, None] + ahead % seasons[:, None]
    mean = values[rows]
    # Errors add up season after season, as those of a random walk do.
    spread = change_spread(series, seasons)[:, None] * np.sqrt(1 + ahead // seasons[:, None])
    normal = ndtri(np.asarray(levels, np.float64))
    return Forecast(mean, mean[:, :, None] + spread[:, :, None] * normal, levels)


def left_to_naive(n_left: int, n_series: int) -> str:
    """Return in words how many series a forecaster left to this one.

    Examples
    --------
    >>> left_to_naive(1, 2)
    '1 of 2 series is forecast by the seasonal naive.'
    """
    verb = "is" if n_left == 1 else "are"
    return f"{n_left:,} of {n_series:,} series {verb} forecast by the seasonal naive."
