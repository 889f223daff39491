"""Quantiles from back-test errors: how wrong forecasts were, step by step, is how wrong they may be.

Errors are divided by each series' own level of error, so that all series tell about each other. Source: Vovk,
Gammerman & Shafer, "Algorithmic Learning in a Random World", Springer 2005 (the rank of a new error among
old ones); Stankeviciute, Alaa & van der Schaar, "Conformal time-series forecasting", NeurIPS 2021 (a
separate set of errors for each step ahead).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.base import Forecast

Floats = NDArray[np.float64]
#: Errors that a step's quantiles should be read from; with fewer, steps nearby are taken as well.
WANTED_ERRORS = 100


def conformal_offsets(errors: Floats, levels: Sequence[float]) -> Floats:
    """Return what to add to a forecast for each quantile, shape (horizon, n_levels), ascending by level.

    Parameters
    ----------
    errors : array of shape (n_errors, horizon)
        Truth minus forecast, divided by the series' level of error; NaN is left out. A row is one series in
        one window. Where a step and its neighbours have no error at all, the offset is 0.
    levels : sequence of float
        A level is read at rank ``ceil(level (n + 1))`` of n errors from the median upwards and mirrored below,
        which covers at least as often as promised; beyond the last rank the largest error is taken.

    Examples
    --------
    >>> conformal_offsets(np.array([[-1.0], [0.0], [1.0]]), [0.25, 0.5, 0.75]).tolist()
    [[-1.0, 0.0, 1.0]]
    """
    n_rows, horizon = errors.shape
    # An error of a near step is of about the same size; far ones are not, so no more are taken than needed.
    reach = int(np.ceil(WANTED_ERRORS / max(n_rows, 1) / 2)) if n_rows < WANTED_ERRORS else 0
    offsets = np.zeros((horizon, len(levels)))
    for step in range(horizon):
        near = errors[:, max(0, step - reach) : step + reach + 1]
        known = np.sort(near[~np.isnan(near)])
        if len(known):
            offsets[step] = [_at_rank(known, level) for level in levels]
    return offsets


def _at_rank(errors: Floats, level: float) -> float:
    n = len(errors)
    if level == 0.5:
        return float(np.median(errors))
    rank = int(np.ceil(max(level, 1.0 - level) * (n + 1))) - 1
    rank = min(rank, n - 1)
    return float(errors[rank] if level > 0.5 else errors[n - 1 - rank])


def with_offsets(
    mean: Floats, offsets: Floats, scale: Floats, levels: tuple[float, ...]
) -> Forecast:
    """Return a point forecast with conformal quantiles around it.

    Parameters
    ----------
    mean : array of shape (n_series, horizon)
    offsets : array of shape (n_offset_steps, n_levels)
        For steps beyond them the last ones hold.
    scale : array of shape (n_series,)
        Each series' level of error; where it is NaN the quantiles are the forecast itself.
    levels : tuple of float
    """
    steps = np.minimum(np.arange(mean.shape[1]), len(offsets) - 1)
    size = np.nan_to_num(scale)[:, None, None]
    return Forecast(mean, mean[:, :, None] + offsets[steps] * size, levels)
