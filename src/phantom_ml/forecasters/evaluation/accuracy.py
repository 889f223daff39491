"""How far forecasts lie from what came: MASE, sMAPE, WQL, RMSE, MAE, OWA and coverage.

Arrays are (n_series, horizon); a truth of NaN is left out, and a series without any truth as well.

Sources: Hyndman & Koehler, "Another look at measures of forecast accuracy", Int. J. of Forecasting 22
(2006), doi:10.1016/j.ijforecast.2006.03.001 (MASE); Makridakis, Spiliotis & Assimakopoulos, "The M4
Competition", Int. J. of Forecasting 36 (2020), doi:10.1016/j.ijforecast.2019.04.014 (sMAPE, OWA); Gneiting
& Raftery, "Strictly proper scoring rules", JASA 102 (2007), doi:10.1198/016214506000001437 (WQL).
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.series.grid import SeriesSet

Floats = NDArray[np.float64]
#: Of the size of values: float64 keeps 2e-16 of each, and of the sine of ten thousand radians 1e-12.
ROUNDING = 1e-12


def seasonal_scale(series: SeriesSet, season: int | None = None) -> Floats:
    """Return the mean absolute difference of values one season apart, shape (n_series,).

    Where a series has no two such values, those of following steps are taken. NaN where it is 0 or
    nothing is known: such a series cannot be scaled. What the rounding of float64 leaves of a series that
    repeats itself exactly counts as 0: at most ``ROUNDING`` of the mean size of its values.
    """
    season = series.season if season is None else season
    scale = mean_change(series, season)
    unknown = np.isnan(scale)
    if season > 1 and unknown.any():
        scale = np.where(unknown, mean_change(series, 1), scale)
    return np.where(scale > ROUNDING * mean_size(series), scale, np.nan)


def mean_size(series: SeriesSet) -> Floats:
    """Return the mean of |value|, shape (n_series,), 0 where no value is known."""
    known = ~np.isnan(series.values)
    total = np.bincount(series.codes[known], np.abs(series.values[known]), series.n_series)
    count = np.bincount(series.codes[known], minlength=series.n_series)
    return np.asarray(total / np.maximum(count, 1), np.float64)


def mean_change(series: SeriesSet, lag: int) -> Floats:
    """Return the mean absolute difference of values so many steps apart, (n_series,), NaN where unknown."""
    # Both values must be of one series, and known.
    codes = series.codes
    change = np.abs(series.values[lag:] - series.values[:-lag])
    usable = (codes[lag:] == codes[:-lag]) & ~np.isnan(change)
    total = np.bincount(codes[lag:][usable], change[usable], series.n_series)
    count = np.bincount(codes[lag:][usable], minlength=series.n_series)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def series_mase(truth: Floats, mean: Floats, scale: Floats) -> Floats:
    """Return the MASE of each series, shape (n_series,), NaN where it has none.

    Mean of |truth - mean| over the steps, divided by ``seasonal_scale``.
    """
    return _row_means(np.abs(truth - mean)) / scale


def mase(truth: Floats, mean: Floats, scale: Floats) -> float:
    """Return the mean absolute scaled error, a mean over series; 1 is the seasonal naive's in history.

    Examples
    --------
    >>> mase(np.array([[1.0, 2.0]]), np.array([[2.0, 4.0]]), np.array([3.0]))
    0.5
    """
    return _mean(series_mase(truth, mean, scale))


def smape(truth: Floats, mean: Floats) -> float:
    """Return the symmetric absolute error in per cent, 0 to 200, a mean over series.

    Mean of 200 |truth - mean| / (|truth| + |mean|); 0 where both are 0.

    Examples
    --------
    >>> smape(np.array([[100.0, np.nan]]), np.array([[300.0, 1.0]]))
    100.0
    """
    size = np.abs(truth) + np.abs(mean)
    return _mean(_row_means(200.0 * np.abs(truth - mean) / np.where(size == 0, 1.0, size)))


def wql(truth: Floats, quantiles: Floats, levels: Sequence[float]) -> float:
    """Return the weighted quantile loss, at least 0: twice the pinball loss over the sum of |truth|.

    Parameters
    ----------
    truth : array of shape (n_series, horizon)
    quantiles : array of shape (n_series, horizon, n_levels)
    levels : sequence of float
        Strictly between 0 and 1, one at least; the loss is a mean over them.

    Examples
    --------
    >>> wql(np.array([[10.0]]), np.array([[[8.0]]]), [0.5])
    0.2
    """
    missed = truth[:, :, None] - quantiles
    level = np.asarray(levels, np.float64)
    loss = 2.0 * np.maximum(level * missed, (level - 1.0) * missed)
    size = np.nansum(np.abs(truth))
    return float(np.nansum(loss) / len(level) / size) if size > 0 else math.nan


def rmse(truth: Floats, mean: Floats) -> float:
    """Return the root of the mean squared error over all steps, in the value's unit."""
    return math.sqrt(_mean((truth - mean) ** 2))


def mae(truth: Floats, mean: Floats) -> float:
    """Return the mean absolute error over all steps, in the value's unit."""
    return _mean(np.abs(truth - mean))


def owa(own: tuple[float, float], naive2: tuple[float, float]) -> float:
    """Return the mean of sMAPE and MASE, each divided by that of Naive2; 1 is as good as Naive2.

    NaN where Naive2 makes no error at all.

    Parameters
    ----------
    own, naive2 : (sMAPE, MASE)

    Examples
    --------
    >>> owa((9.328, 0.893), (18.383, 2.395)) < 0.45
    True
    """
    if not naive2[0] * naive2[1] > 0:
        return math.nan
    return 0.5 * (own[0] / naive2[0] + own[1] / naive2[1])


def coverage(truth: Floats, low: Floats, high: Floats) -> float:
    """Return the share of truths from ``low`` to ``high``, both included, in [0, 1].

    Examples
    --------
    >>> coverage(np.array([[1.0, 5.0, np.nan]]), np.zeros((1, 3)), np.full((1, 3), 2.0))
    0.5
    """
    known = ~np.isnan(truth)
    return _mean(((truth >= low) & (truth <= high))[known].astype(np.float64))


def _row_means(errors: Floats) -> Floats:
    known = ~np.isnan(errors)
    count = known.sum(axis=1)
    total = np.where(known, errors, 0.0).sum(axis=1)
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _mean(errors: Floats) -> float:
    known = errors[~np.isnan(errors)]
    return float(known.mean()) if known.size else math.nan
