"""Numbers of any size told in a spread from a centre, or by a power of two: nothing overflows or vanishes."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]

#: A value is shown no further away than this: its square must keep clear of the end of float32.
MOST_SPREADS = 1e15
LARGEST = float(np.finfo(np.float64).max)


def in_spreads(values: NDArray[Any], centre: float, spread: float) -> Floats:
    """Return how many spreads values are from the centre, up to MOST_SPREADS.

    Examples
    --------
    >>> in_spreads(np.array([-1.5e308, 0.0, 1.5e308]), 0.5e308, 1e308)
    array([-2. , -0.5,  1. ])
    """
    with np.errstate(over="ignore"):
        # Halves, because the difference of two great numbers may be infinite.
        away = 2.0 * ((0.5 * values - 0.5 * centre) / spread)
    return np.asarray(np.clip(away, -MOST_SPREADS, MOST_SPREADS), np.float64)


def from_spreads(away: Floats, centre: float, spread: float) -> Floats:
    """Return the values that are so many spreads from the centre, finite.

    Examples
    --------
    >>> from_spreads(np.array([-1.0, 0.5, 4.0]), 0.5e308, 1e308).tolist()
    [-5e+307, 1e+308, 1.7976931348623157e+308]
    """
    with np.errstate(over="ignore"):
        values = away * spread + centre
    return np.asarray(np.clip(values, -LARGEST, LARGEST), np.float64)


def exponent_of(values: Floats) -> int:
    """Return the power of two above all of some finite values, 0 for zeros and for none."""
    return int(np.frexp(np.abs(values).max(initial=0.0))[1])


def mean_and_deviation(values: Floats, weight: Floats) -> tuple[float, float]:
    """Return the weighted mean and standard deviation of finite values, whatever their size.

    Examples
    --------
    >>> mean_and_deviation(np.array([1e300, 3e300]), np.ones(2))
    (2e+300, 1e+300)
    """
    total = max(float(weight.sum()), np.finfo(np.float64).tiny)
    exponent = exponent_of(values)
    scaled = np.ldexp(values, -exponent)
    mean = float(weight @ scaled) / total
    away = scaled - mean
    # Where all are about alike, their squares would vanish at the scale of the values.
    own = exponent_of(away)
    square = float(weight @ np.ldexp(away, -own) ** 2) / total
    return float(np.ldexp(mean, exponent)), float(np.ldexp(np.sqrt(square), own + exponent))


def mean_square(values: NDArray[Any], weight: Floats | None = None) -> tuple[float, int]:
    """Return the weighted mean square of values, shape (n_rows,), as (share, exponent): share * 4**exponent.

    So it neither overflows nor vanishes, and has the digits that it would have without a scale.

    Examples
    --------
    >>> mean_square(np.array([2.0, -2.0]))
    (0.25, 2)
    """
    exponent = exponent_of(values)
    scaled = np.ldexp(values.astype(np.float64), -exponent)
    return float(np.average(scaled**2, weights=weight)), exponent


def root_mean_square(values: NDArray[Any], weight: Floats | None = None) -> float:
    """Return the root of the weighted mean square of values, shape (n_rows,), whatever their size.

    Infinite where it is greater than a float can be.

    Examples
    --------
    >>> root_mean_square(np.array([3e-200, 4e-200, 0.0, 0.0]))
    2.5e-200
    """
    square, exponent = mean_square(values, weight)
    with np.errstate(over="ignore"):
        return float(np.ldexp(np.sqrt(square), exponent))
