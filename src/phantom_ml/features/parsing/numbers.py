"""Counts, volumes and durations as numbers, whatever type they are stored in."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.kinds.quantity import WITH_TRANSPORT
from phantom_ml.features.base import as_text


def written_numbers(text: pl.Series) -> pl.Series:
    """Return the numbers that strings are as Float64; null where one is none; ``443/tcp`` is a port's number.

    Examples
    --------
    >>> written_numbers(pl.Series([" 2.5 ", "443/tcp", "-", None])).to_list()
    [2.5, 443.0, None, None]
    """
    bare = text.str.strip_chars()
    numbers = bare.cast(pl.Float64, strict=False)
    lost = (numbers.is_null() & bare.str.contains("/", literal=True)).arg_true()
    if lost.is_empty():
        return numbers
    ports = bare.gather(lost).str.extract(WITH_TRANSPORT).cast(pl.Float64, strict=False)
    return numbers.scatter(lost, ports)


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
