"""Numbers of a scale that float32 cannot hold: they are told in a power of two, which loses no digit.

Of rates near 1e-300 float32 keeps 0, of numbers near 1e300 its largest, and LightGBM takes what is nearer to 0
than 1e-35 for 0.
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.offsets import LIMIT, Counts, Floats

#: Exponents, as ``frexp`` tells them, of the smallest and the largest numbers that all learners tell apart.
LEAST_EXPONENT, MOST_EXPONENT = -115, 127
#: What is nearer to 0 than this counts as 0.
LEAST = 2.0 ** (LEAST_EXPONENT - 1)


def scale_exponent(numbers: pl.Series) -> int:
    """Return the exponent of the power of two that the numbers of a column are told in, 0 for as they are.

    Not 0 where a number lies beyond what float32 and all learners hold, and more rows are told apart with the
    scale than without. Where all fit, the median size is told as about 1; else the largest or the smallest ones
    are kept, whichever tells more rows apart.

    Parameters
    ----------
    numbers : Series
        Of training rows, stored as numbers.

    Examples
    --------
    >>> scale_exponent(pl.Series([1e-300, 2e-300, 3e-300]))
    -995
    >>> scale_exponent(pl.Series([0.0, 1e-30, 1e30]))
    0
    """
    known = numbers.cast(pl.Float64, strict=False).to_numpy()
    known = known[np.isfinite(known)]
    size = np.abs(known[known != 0])
    if not len(size) or (size.min() >= LEAST and size.max() <= LIMIT):
        return 0
    distinct, rows = np.unique(known, return_counts=True)
    exponents = np.frexp(size)[1].astype(np.int64)
    largest, smallest = int(exponents.max()) - MOST_EXPONENT, int(exponents.min()) - LEAST_EXPONENT
    # Of equals the first is taken.
    asked = [0, int(np.sort(exponents)[len(exponents) // 2]), largest, smallest]
    return max(asked, key=lambda exponent: _n_apart(distinct, rows, exponent))


def in_scale(numbers: NDArray[np.float64], exponent: int) -> Floats:
    """Return numbers in a power of two; finite ones stay finite.

    Examples
    --------
    >>> in_scale(np.array([3 * 2.0**-995, -1e300, np.inf]), -995).tolist()
    [3.0, -3.4028234663852886e+38, inf]
    """
    if not exponent:
        return numbers
    with np.errstate(over="ignore"):
        scaled = np.ldexp(numbers, -exponent)
    return np.where(np.isfinite(numbers), np.clip(scaled, -LIMIT, LIMIT), numbers)


def _n_apart(distinct: Floats, rows: Counts, exponent: int) -> int:
    """Return how many rows hold a value that is told from the next on either side, digits aside."""
    kept = np.clip(in_scale(distinct, exponent), -LIMIT, LIMIT)
    kept = np.where(np.abs(kept) < LEAST, 0.0, kept)
    steps = np.concatenate([[True], kept[1:] != kept[:-1], [True]])
    return int(rows[steps[1:] & steps[:-1]].sum())
