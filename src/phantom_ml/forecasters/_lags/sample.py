"""Which rows a lag model learns from: origins spread evenly over every series, steps ahead by chance."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.features import LagPlan, Past
from phantom_ml.forecasters.uncertainty.learnable import is_learnable

Ints = NDArray[np.int64]
Places = tuple[Ints, Ints, Ints]
#: Rows drawn from one origin, at most: they tell much the same.
MOST_A_ORIGIN = 4


def training_places(
    past: Past, plan: LagPlan, n_left_out: int, limits: tuple[int, int], seed: int
) -> Places:
    """Return codes, origins and steps ahead of rows whose targets lie before the end of their series.

    Series that a model cannot speak of give none.

    Parameters
    ----------
    past : Past
    plan : LagPlan
    n_left_out : int
        Values at the end of each series that are no targets.
    limits : (int, int)
        Steps ahead, and rows of all series together, at most.
    seed : int
    """
    horizon, n_rows = limits
    bounds, lengths = past.series.bounds, past.series.lengths
    ends = np.maximum(bounds[1:] - n_left_out, bounds[:-1])
    # One season has to be seen before; of a short series half is enough.
    first = bounds[:-1] + np.minimum(plan.season, (ends - bounds[:-1]) // 2)
    n_origins = np.maximum(ends - 1 - first, 0) * is_learnable(past.series)
    quota = max(1, n_rows // max(int((n_origins > 0).sum()), 1))
    drawn = np.minimum(quota, n_origins * min(horizon, MOST_A_ORIGIN))
    codes = np.repeat(np.arange(len(lengths)), drawn)
    random = np.random.default_rng(seed)
    place = np.concatenate([np.arange(n) for n in drawn]) if len(drawn) else np.empty(0)
    within = (place + random.random(len(place))) / np.maximum(drawn[codes], 1)
    origins = first[codes] + (within * n_origins[codes]).astype(np.int64)
    most = np.minimum(horizon, ends[codes] - 1 - origins)
    ahead = 1 + (random.random(len(place)) * most).astype(np.int64)
    return codes, origins, ahead


def window_places(past: Past, n_left_out: int, steps: int, most: int) -> Places:
    """Return the rows of one origin a series, each step ahead of it; series that are too short left out."""
    ends = past.series.bounds[1:] - n_left_out
    codes = np.flatnonzero((ends - past.series.bounds[:-1] >= 1) & is_learnable(past.series))
    # Where there are too many, every k-th series is enough to stop by.
    codes = codes[:: max(1, len(codes) * steps // most)]
    ahead = np.tile(np.arange(1, steps + 1), len(codes))
    codes = np.repeat(codes, steps)
    return codes, ends[codes] - 1, ahead


def joined(places: list[Places]) -> Places:
    """Return several sets of rows as one."""
    codes, origins, ahead = (np.concatenate(part) for part in zip(*places, strict=True))
    return codes, origins, ahead
