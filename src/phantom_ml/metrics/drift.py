"""Drift statistics: how far one sample of a number lies from another, and a rate from an earlier one."""

from __future__ import annotations

import math
from bisect import bisect_left

import numpy as np
from numpy.typing import ArrayLike, NDArray

Floats = NDArray[np.float64]

#: A bin that one side lacks must not cost infinitely much: its share counts as one in ten thousand.
SMALLEST_SHARE = 1e-4


def psi(expected: Floats, actual: Floats, bins: int = 10) -> float:
    """Return the population stability index, sum of (a - e) ln(a / e) over bins.

    By convention below 0.1 is stable and above 0.25 a shift. Bins hold equal shares of
    ``expected``; ties narrow their number. NaN, a missing value, is a bin of its own.

    Parameters
    ----------
    expected, actual : float arrays of shape (n_expected,) and (n_actual,)
        The earlier and the later sample.
    bins : int, at least 2

    Returns
    -------
    float, at least 0; NaN where a sample is empty

    Examples
    --------
    >>> rng = np.random.default_rng(0)
    >>> before = rng.normal(size=5000)
    >>> psi(before, rng.normal(size=5000)) < 0.1 < 0.25 < psi(before, rng.normal(1.0, size=5000))
    True
    """
    known = expected[~np.isnan(expected)]
    cuts = np.unique(np.quantile(known, np.linspace(0, 1, bins + 1)[1:-1])) if len(known) else known
    return psi_of_counts(_counts(expected, cuts), _counts(actual, cuts))


def _counts(values: Floats, cuts: Floats) -> NDArray[np.int64]:
    missing = np.isnan(values)
    # Values at a cut go to its left, so that a constant column does not fall into one bin with all
    # above.
    place = np.searchsorted(cuts, values[~missing], side="left")
    return np.append(np.bincount(place, minlength=len(cuts) + 1), missing.sum())


def psi_of_counts(expected: ArrayLike, actual: ArrayLike) -> float:
    """Return the population stability index of counts in the same bins or categories.

    Examples
    --------
    >>> psi_of_counts([50, 50], [500, 500])
    0.0
    """
    before, after = np.asarray(expected, np.float64), np.asarray(actual, np.float64)
    if not (before.sum() > 0 and after.sum() > 0):
        return math.nan
    used = (before > 0) | (after > 0)
    e = np.maximum(before[used] / before.sum(), SMALLEST_SHARE)
    a = np.maximum(after[used] / after.sum(), SMALLEST_SHARE)
    return float(((a - e) * np.log(a / e)).sum())


def ks_statistic(expected: Floats, actual: Floats) -> float:
    """Return the Kolmogorov-Smirnov distance: the largest gap of the two cumulative shares.

    Parameters
    ----------
    expected, actual : float arrays of shape (n_expected,) and (n_actual,)
        NaN is left out.

    Returns
    -------
    float in [0, 1]; NaN where a sample holds no number

    Examples
    --------
    >>> ks_statistic(np.array([1.0, 2.0, 3.0, 4.0]), np.array([3.0, 4.0, 5.0, 6.0]))
    0.5
    """
    before, after = np.sort(expected[~np.isnan(expected)]), np.sort(actual[~np.isnan(actual)])
    if len(before) == 0 or len(after) == 0:
        return math.nan
    where = np.concatenate([before, after])
    share_before = np.searchsorted(before, where, side="right") / len(before)
    share_after = np.searchsorted(after, where, side="right") / len(after)
    return float(np.abs(share_before - share_after).max())


def most_by_chance(hits: int, n_before: int, n_after: int, confidence: float = 0.99) -> int:
    """Return the most hits among later rows that chance allows where their rate is the earlier one.

    By Fisher's exact test, one-sided ("The Logic of Inductive Inference", JRSS 98, 1935).

    Parameters
    ----------
    hits : int, at most ``n_before``
    n_before, n_after : int
        Earlier and later rows.
    confidence : float in (0, 1)
        How often chance stays below it, at least.

    Examples
    --------
    >>> most_by_chance(22, 1423, 2832), most_by_chance(22, 2563, 2832)
    (76, 45)
    """
    from scipy.stats import hypergeom

    def is_beyond(k: int) -> bool:
        chance = hypergeom.sf(k - 1, n_before + n_after, hits + k, n_after)
        return bool(chance < 1.0 - confidence)

    return bisect_left(range(n_after + 1), True, key=is_beyond) - 1
