"""How changes grow with the steps between two values: not at all without a memory, with the root of a walk.

Source: Cressie, "Statistics for Spatial Data", section 2.4 (the variogram, and what its growth tells).
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.series.season import LEAST_SEASONS
from phantom_ml.forecasters.series.seasonal_part import seasonal_part
from phantom_ml.forecasters.series.variogram import mean_differences
from phantom_ml.forecasters.uncertainty.error_growth import power_of

Floats = NDArray[np.float64]
#: Changes over more than this share of a history are too few to tell anything; over less than that share of
#: these they tell of nearby steps alone.
FARTHEST, NEAREST = 4, 4


def change_growth(series: SeriesSet, first: int) -> Floats:
    """Return the power of the steps with which changes of each series grow, shape (n_series,), in [0, 1].

    Seasons and a straight drift are taken out before. NaN for a series too short to tell, or that never moves.

    Parameters
    ----------
    series : SeriesSet
    first : int
        Steps from which the growth matters, at least 1; fewer are looked at where the history is short.
    """
    values, bounds = series.whole, series.bounds
    parts = (values[start:end] for start, end in pairwise(bounds))
    return np.array([_growth_of(own, series.season, first) for own in parts], np.float64)


def _growth_of(values: Floats, season: int, first: int) -> float:
    n_values = len(values)
    longest = n_values // FARTHEST
    if longest < 2:
        return np.nan
    if season > 1 and n_values > LEAST_SEASONS * season:
        values = values - seasonal_part(values, season)[np.arange(n_values) % season]
    rest = values - np.linspace(values[0], values[-1], n_values)
    rest = rest - rest.mean()
    # What is left of a line by rounding is no change.
    if not np.abs(rest).max() > 1e-12 * np.abs(values).max():
        return np.nan
    lags = np.arange(min(first, max(1, longest // NEAREST)), longest + 1)
    # Both ends of a walk are tied to its drift: so much less it differs from itself far away.
    squares = mean_differences(rest, longest)[lags] / (1.0 - lags / n_values)
    return power_of(lags, np.sqrt(squares))
