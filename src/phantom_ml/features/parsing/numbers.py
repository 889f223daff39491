"""Counts, volumes and durations as numbers, whatever type they are stored in."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import as_text


def amounts(values: pl.Series) -> NDArray[np.float64]:
    """Return a column as float64; NaN where there is no number, an infinite or a negative one.

    Durations are in seconds.

    Examples
    --------
    >>> amounts(pl.Series(["3", " 7 ", "-", "-1", None])).tolist()
    [3.0, 7.0, nan, nan, nan]
    """
    numbers = values
    if values.dtype == pl.Duration:
        numbers = values.dt.total_microseconds() / 1e6
    elif not values.dtype.is_numeric():
        numbers = as_text(values).str.strip_chars()
    n = numbers.cast(pl.Float64, strict=False).to_numpy()
    return np.where(np.isfinite(n) & (n >= 0), n, np.nan)
