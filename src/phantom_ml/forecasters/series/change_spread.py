"""How far values lie from those some steps before, series by series; a short series borrows from the others.

Source: Smyth, "Linear models and empirical Bayes methods for assessing differential expression", Statistical
Applications in Genetics and Molecular Biology 3 (2004), doi:10.2202/1544-6115.1027: a variance that few values
tell is drawn towards that of the others. Here it is drawn by as much as is missing, in units of a series' size.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: So many changes tell a spread, and so many that a series never moves; what is missing of them is borrowed.
WANTED_CHANGES, WANTED_STILL = 4, 30
#: Of its size, the spread of a series of which neither it nor another tells anything: plainly wide.
UNKNOWN_SHARE = 0.5


def change_spread(series: SeriesSet, lags: Ints) -> Floats:
    """Return the root mean square of the changes over so many steps, shape (n_series,).

    Parameters
    ----------
    series : SeriesSet
        Gaps are filled before.
    lags : int64 array of shape (n_series,)
        Steps of a change, at least 1, each series its own.
    """
    values = series.whole
    size = np.add.reduceat(np.abs(values), series.bounds[:-1]) / series.lengths
    found = np.zeros(series.n_series)
    for lag in np.unique(lags):
        own, count = _changes(series, values, int(lag))
        wanted = np.where(own > 0, WANTED_CHANGES, WANTED_STILL)
        missing = np.maximum(wanted - count, 0) / wanted
        drawn = np.sqrt((1 - missing) * own**2 + missing * _borrowed(own, size) ** 2)
        found = np.where(lags == lag, drawn, found)
    return found


def _changes(series: SeriesSet, values: Floats, lag: int) -> tuple[Floats, Ints]:
    """Return the root mean square of the changes of each series, 0 where there is none, and their number."""
    codes = series.codes
    within = codes[lag:] == codes[:-lag]
    change = (values[lag:] - values[:-lag])[within]
    total = np.bincount(codes[lag:][within], change**2, series.n_series)
    count = np.bincount(codes[lag:][within], minlength=series.n_series)
    return np.sqrt(total / np.maximum(count, 1)), count


def _borrowed(spread: Floats, size: Floats) -> Floats:
    """Return what the series that vary would expect of each by its size, or of one without a size at all."""
    varies = spread > 0
    if not varies.any():
        return UNKNOWN_SHARE * size
    share = float(np.median(spread[varies] / size[varies]))
    return np.where(size > 0, share * size, float(np.median(spread[varies])))
