"""How far out a value lies in its column: the share of training values at or below, and at or above it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import Form, require

Array = NDArray[np.float64]
Ints = NDArray[np.int64]

#: Values of a column that are kept: all, or so many of equal share and dense at both ends.
MAX_VALUES = 1_024
#: What a value counts that lies beyond all of training, in rows.
BEYOND_ROWS = 0.5


@dataclass(frozen=True)
class Tails:
    """The distribution of each column on its own.

    Attributes
    ----------
    start : int64 array of shape (n_columns + 1,)
        Where each column's part of the other arrays begins; a part has at least one place.
    value : float64 array
        Rising strictly within a part.
    at_most, below : float64 arrays
        Share of training values that are at most, and that are below, each value.
    skew : float64 array of shape (n_columns,)
    least : float64 array of shape (1,)
        No share is smaller.
    """

    start: Ints
    value: Array
    at_most: Array
    below: Array
    skew: Array
    least: Array
    FORM: ClassVar[Form] = {
        "start": (np.int64, 1),
        "value": (np.float64, 1),
        "at_most": (np.float64, 1),
        "below": (np.float64, 1),
        "skew": (np.float64, 1),
        "least": (np.float64, 1),
    }

    @classmethod
    def fit(cls, rows: Array) -> Tails:
        """Return the distributions of columns, shape (n_rows, n_columns), n_rows at least 1."""
        parts = [_distribution(column) for column in np.sort(rows, axis=0).T]
        start = np.cumsum([0, *(len(part[0]) for part in parts)])
        value, at_most, below = (
            np.concatenate([np.empty(0), *(part[i] for part in parts)]) for i in range(3)
        )
        least = np.array([BEYOND_ROWS / len(rows)])
        return cls(start.astype(np.int64), value, at_most, below, _skew(rows), least)

    def nats(self, rows: Array) -> tuple[Array, Array]:
        """Return -log of the shares at most, and at least, each cell; the shape of ``rows`` twice."""
        low, high = np.empty_like(rows), np.empty_like(rows)
        for j in range(rows.shape[1]):
            part = slice(self.start[j], self.start[j + 1])
            value, at_most, below = self.value[part], self.at_most[part], self.below[part]
            place = np.searchsorted(value, rows[:, j], side="right") - 1
            at, after = np.maximum(place, 0), np.minimum(place + 1, len(value) - 1)
            # Halves, because two finite numbers may lie further apart than the largest float64.
            gap, gone = value[after] / 2 - value[at] / 2, rows[:, j] / 2 - value[at] / 2
            way = np.where(gap > 0, gone / np.where(gap > 0, gap, 1.0), 0.0)
            # Between two kept values the values that were left out are taken to lie evenly.
            between = at_most[at] + way * np.maximum(below[after] - at_most[at], 0.0)
            low[:, j] = np.where(place < 0, 0.0, np.where(way > 0, between, at_most[at]))
            is_value = rows[:, j] == value[at]
            high[:, j] = np.where(place < 0, 1.0, 1.0 - np.where(is_value, below[at], between))
        beyond = self.least[0]
        return -np.log(np.maximum(low, beyond)), -np.log(np.maximum(high, beyond))


def require_tails(tails: Tails, n_columns: int) -> None:
    """Raise BundleDamaged unless these are the distributions of so many columns."""
    start = tails.start
    whole = len(start) == n_columns + 1 and start[0] == 0 and start[-1] == len(tails.value)
    require(whole and bool((np.diff(start) >= 1).all()), "a column has no distribution")
    lengths = {len(tails.value), len(tails.at_most), len(tails.below)}
    require(len(lengths) == 1 and len(tails.skew) == n_columns, "the tails have other lengths")
    numbers = (tails.value, tails.at_most, tails.below, tails.skew, tails.least)
    require(all(bool(np.isfinite(a).all()) for a in numbers), "a tail is not finite")
    shares = bool(((tails.at_most >= 0) & (tails.at_most <= 1)).all())
    shares = shares and bool(((tails.below >= 0) & (tails.below <= 1)).all())
    inner = np.setdiff1d(np.arange(1, len(tails.value)), start)
    rising = bool((tails.value[inner] > tails.value[inner - 1]).all())
    right = tails.least.shape == (1,) and 0 < tails.least[0] <= 1
    require(shares and rising and right, "the tails are no distribution")


def _skew(rows: Array) -> Array:
    """Return the skewness of each column, in a unit whose cube is finite for any finite number."""
    # A power of two, so that no digit of an ordinary number is lost.
    _, exponent = np.frexp(np.abs(rows).max(axis=0))
    scaled = np.ldexp(rows, -exponent)
    away = scaled - scaled.mean(axis=0)
    spread = np.sqrt((away**2).mean(axis=0))
    return np.asarray((away**3).mean(axis=0) / np.where(spread > 0, spread, 1.0) ** 3)


def _distribution(ordered: Array) -> tuple[Array, Array, Array]:
    """Return the kept values of a sorted column, and the shares at most and below each."""
    value, first, count = np.unique(ordered, return_index=True, return_counts=True)
    below, at_most = first / len(ordered), (first + count) / len(ordered)
    if len(value) > MAX_VALUES:
        half = MAX_VALUES // 2
        even = np.linspace(0, 1, half)
        # Equal steps of the logarithm towards either end.
        end = np.geomspace(1.0 / len(ordered), 0.5, half // 2)
        wanted = np.concatenate([even, end, 1.0 - end])
        kept = np.unique(np.clip(np.searchsorted(at_most, wanted), 0, len(value) - 1))
        value, below, at_most = value[kept], below[kept], at_most[kept]
    return value, at_most, below
