"""Which series a model of all series may speak of, and what is said of the others: the seasonal naive.

A series that never changed from season to season has no unit in which a model could tell of it, and one of few
values none that is more than chance: what such a model learned from others means nothing there.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.accuracy import mean_change, seasonal_scale
from phantom_ml.forecasters.seasonal_naive import left_to_naive, seasonal_naive
from phantom_ml.forecasters.series.grid import SeriesSet

#: Series of fewer known values are left to the seasonal naive: no degrees of freedom are left for a model.
LEAST_VALUES = 8


def is_learnable(series: SeriesSet) -> NDArray[np.bool_]:
    """Return which series have a unit of their own and values enough, shape (n_series,).

    Parameters
    ----------
    series : SeriesSet
        With its gaps, for what was filled in is not known.
    """
    known = np.bincount(series.codes[~np.isnan(series.values)], minlength=series.n_series)
    return np.asarray((known >= LEAST_VALUES) & ~np.isnan(seasonal_scale(series)), np.bool_)


def usual_length(series: SeriesSet) -> float:
    """Return the median number of steps of the series that can be learned from, of all where none can."""
    chosen = is_learnable(series)
    return float(np.median(series.lengths[chosen if chosen.any() else slice(None)]))


def told_of_learnable(told: Forecast, series: SeriesSet) -> Forecast:
    """Return a model's forecast, the seasonal naive's of series that it cannot speak of.

    Of a series without two values one season apart the band is as wide as the naive's: the model's is in units
    of seasonal changes, of which that series shows none.
    """
    naive = seasonal_naive(series, told.horizon, told.levels)
    has_season = ~np.isnan(mean_change(series, series.season))
    told = told.where(has_season, naive.around(told.mean))
    return told.where(is_learnable(series), naive)


def left_out(series: SeriesSet) -> tuple[str, ...]:
    """Return the sentence that tells how many series no model can speak of; none where there are none."""
    n_left = int((~is_learnable(series)).sum())
    if not n_left:
        return ()
    return (f"Constant or too short to learn from: {left_to_naive(n_left, series.n_series)}",)
