"""Holes in a history: filled by the season before or after, else by a straight line."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

Floats = NDArray[np.float64]
#: Seasons that are looked back and ahead for a value.
LOOKS = 3


def filled(values: Floats, bounds: NDArray[np.int64], season: int) -> Floats:
    """Return the values without NaN; nothing else is changed.

    Parameters
    ----------
    values : array of shape (n_total,)
        All series end to end; at least one value of each is known.
    bounds : int64 array of shape (n_series + 1,)
        Series ``i`` is ``values[bounds[i]:bounds[i + 1]]``.
    season : int
        Steps of a season; 1: straight lines only.

    Examples
    --------
    >>> filled(np.array([1.0, np.nan, 3.0, np.nan]), np.array([0, 4]), 1).tolist()
    [1.0, 2.0, 3.0, 3.0]
    >>> filled(np.array([1.0, 9.0, 1.0, np.nan, 1.0]), np.array([0, 5]), 2).tolist()
    [1.0, 9.0, 1.0, 9.0, 1.0]
    """
    if not np.isnan(values).any():
        return values
    code = np.repeat(np.arange(len(bounds) - 1), np.diff(bounds))
    value = pl.col("value")
    frame = pl.DataFrame({"code": code, "value": values}).with_columns(value.fill_nan(None))
    if season > 1:
        for shift in [s for k in range(1, LOOKS + 1) for s in (k * season, -k * season)]:
            frame = frame.with_columns(value.fill_null(value.shift(shift).over("code")))
    line = value.interpolate().forward_fill().backward_fill().over("code")
    return frame.select(line).to_series().to_numpy().astype(np.float64, copy=True)
