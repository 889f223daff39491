"""Naive2: the last value, put into the season where there is one. M4's yardstick, not a competitor.

Source: Makridakis, Spiliotis & Assimakopoulos, "The M4 Competition: 100,000 time series and 61 forecasting
methods", Int. J. of Forecasting 36 (2020), doi:10.1016/j.ijforecast.2019.04.014: a seasonal test of 90 %,
multiplicative classical decomposition, and the naive forecast of what is left.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
#: The 95 % point of the normal distribution: a two-sided test of 90 %.
CRITICAL = 1.645
#: Shorter series are not tested.
LEAST_SEASONS = 3


def naive2(series: SeriesSet, horizon: int, season: int | None = None) -> Floats:
    """Return the Naive2 forecast of each series, shape (n_series, horizon).

    Parameters
    ----------
    series : SeriesSet
        Gaps are filled before.
    horizon : int
    season : int or None
        Steps of a season; None: the series' own.
    """
    season = series.season if season is None else season
    values = series.whole
    ends = zip(series.bounds[:-1], series.bounds[1:], strict=True)
    return np.stack([_naive2(values[start:end], horizon, season) for start, end in ends])


def _naive2(values: Floats, horizon: int, season: int) -> Floats:
    if not is_seasonal(values, season):
        return np.full(horizon, values[-1])
    factors = seasonal_factors(values, season)
    phases = (len(values) + np.arange(horizon)) % season
    last = values[-1] / factors[(len(values) - 1) % season]
    return np.asarray(last * factors[phases], np.float64)


def is_seasonal(values: Floats, season: int) -> bool:
    """Return whether the autocorrelation at one season passes M4's test of 90 %."""
    n_values = len(values)
    if season < 2 or n_values < LEAST_SEASONS * season:
        return False
    centred = values - values.mean()
    power = float(centred @ centred)
    if power == 0.0:
        return False
    correlation = np.array([centred[lag:] @ centred[:-lag] for lag in range(1, season + 1)]) / power
    limit = CRITICAL * np.sqrt((1.0 + 2.0 * float((correlation[:-1] ** 2).sum())) / n_values)
    return bool(abs(correlation[-1]) > limit)


def seasonal_factors(values: Floats, season: int) -> Floats:
    """Return multiplicative factors by phase, shape (season,), mean 1; ones where values are not positive.

    Ratios to the centred moving average of one season, averaged by phase. Two seasons at least.
    """
    width = season + 1 if season % 2 == 0 else season
    weights = np.full(width, 1.0 / season)
    if season % 2 == 0:
        weights[[0, -1]] /= 2.0
    trend = np.convolve(values, weights, mode="valid")
    if (values <= 0.0).any():
        return np.ones(season)
    half = width // 2
    ratio = values[half : half + len(trend)] / trend
    phases = (half + np.arange(len(trend))) % season
    factors = np.bincount(phases, ratio, season) / np.bincount(phases, minlength=season)
    return np.asarray(factors / factors.mean(), np.float64)
