"""Quantiles from back-test errors: how wrong forecasts were, step by step, is how wrong they may be.

Errors are divided by each series' own level of error, so that all series tell about each other. Outer quantiles,
of which a step has too few errors, are told by the errors of all steps, each in units of how large those of its
step are, and by the tail of these. Source: Vovk, Gammerman & Shafer, "Algorithmic Learning in a Random World",
Springer 2005 (the rank of a new error among old ones); Stankeviciute, Alaa & van der Schaar, "Conformal
time-series forecasting", NeurIPS 2021 (a separate set of errors for each step ahead).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.uncertainty.tail import ENOUGH, tail_quantile

Floats = NDArray[np.float64]
#: Errors that a step's quantiles should be read from; with fewer, steps nearby are taken as well.
WANTED_ERRORS = 100
#: Quantiles up to this far out are always read from a step and its neighbours.
INNER = 0.9


def conformal_offsets(errors: Floats, levels: Sequence[float]) -> Floats:
    """Return what to add to a forecast for each quantile, shape (horizon, n_levels), ascending by level.

    Parameters
    ----------
    errors : array of shape (n_errors, horizon)
        Truth minus forecast, divided by the series' level of error; NaN is left out. A row is one series in
        one window. Where a step and its neighbours have no error at all, the offset is 0.
    levels : sequence of float
        A level is read at rank ``ceil(level (n + 1))`` of n errors from the median upwards and mirrored below,
        which covers at least as often as promised. One outside 0.1 to 0.9 beyond which a step has too few errors
        is told by the tail of the errors of all steps.

    Examples
    --------
    >>> conformal_offsets(np.array([[-1.0], [0.0], [1.0]]), [0.25, 0.5, 0.75]).tolist()
    [[-1.0, 0.0, 1.0]]
    """
    n_rows, horizon = errors.shape
    # An error of a near step is of about the same size; far ones are not, so no more are taken than needed.
    reach = int(np.ceil(WANTED_ERRORS / max(n_rows, 1) / 2)) if n_rows < WANTED_ERRORS else 0
    steps = [errors[:, max(0, step - reach) : step + reach + 1] for step in range(horizon)]
    known = [np.sort(near[~np.isnan(near)]) for near in steps]
    offsets = np.zeros((horizon, len(levels)))
    for step, own in enumerate(known):
        if len(own):
            offsets[step] = [_at_rank(own, level) for level in levels]
    return outwards(_with_tails(offsets, errors, known, levels), levels)


def _at_rank(errors: Floats, level: float) -> float:
    n = len(errors)
    if level == 0.5:
        return float(np.median(errors))
    rank = int(np.ceil(max(level, 1.0 - level) * (n + 1))) - 1
    rank = min(rank, n - 1)
    return float(errors[rank] if level > 0.5 else errors[n - 1 - rank])


def _with_tails(
    offsets: Floats, errors: Floats, known: list[Floats], levels: Sequence[float]
) -> Floats:
    """Return the offsets, those of levels with too few errors by the tail of all steps.

    Parameters
    ----------
    offsets : array of shape (horizon, n_levels)
    errors : array of shape (n_errors, horizon)
    known : list of arrays
        The errors of each step and its neighbours.
    levels : sequence of float
    """
    count = np.array([len(own) for own in known])
    middle = np.array([np.median(own) if len(own) else 0.0 for own in known])
    size = np.array(
        [np.abs(own - m).mean() if len(own) else 0.0 for own, m in zip(known, middle, strict=True)]
    )
    pooled = ((errors - middle) / np.where(size > 0, size, np.nan)).ravel()
    pooled = pooled[~np.isnan(pooled)]
    told = offsets.copy()
    for place, level in enumerate(levels):
        share, side = min(level, 1.0 - level), 1.0 if level > 0.5 else -1.0
        few = (share * count < ENOUGH) & (count > 0)
        if 1.0 - share > INNER and few.any() and len(pooled):
            away = side * tail_quantile(side * pooled, share)
            told[few, place] = (middle + away * size)[few]
    return told


def outwards(offsets: Floats, levels: Sequence[float]) -> Floats:
    """Return the offsets with none nearer to the median than one of a level between them."""
    level = np.asarray(levels)
    told, upper, lower = offsets.copy(), level >= 0.5, level <= 0.5
    told[:, upper] = np.maximum.accumulate(offsets[:, upper], axis=1)
    told[:, lower] = np.minimum.accumulate(offsets[:, lower][:, ::-1], axis=1)[:, ::-1]
    return told


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
