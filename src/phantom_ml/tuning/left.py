"""The points of a space in a drawn order: what a search tries where its proposer says only what is known."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from typing import Any

import numpy as np

from phantom_ml.config.bounds import Bound
from phantom_ml.tuning.space import Axis

#: A space of more points is not gone through: of those that are drawn instead nearly all were never tried.
MOST_POINTS = 10_000
#: So many of them are drawn.
DRAWN = 500


def n_points(space: Mapping[str, Axis]) -> float:
    """Return how many combinations of values there are; infinity where a range has no end of them.

    Examples
    --------
    >>> n_points({"depth": Axis(Bound(2, 4, integer=True)), "rate": Axis(Bound(0.1, 0.1))})
    3.0
    """
    return math.prod(axis.n_values for axis in space.values())


def points(space: Mapping[str, Axis], entropy: int | list[int]) -> Iterator[dict[str, Any]]:
    """Yield each point of a space once, undecoded, in an order that is drawn.

    Of a space of more than ``MOST_POINTS``, so many drawn at random.

    Parameters
    ----------
    space : mapping of setting to Axis
    entropy : int or list of int
        What the order is drawn by.

    Examples
    --------
    >>> space = {"depth": Axis(Bound(2, 4, integer=True))}
    >>> sorted(point["depth"] for point in points(space, 0))
    [2, 3, 4]
    """
    rng = np.random.default_rng(entropy)
    n_all = n_points(space)
    if n_all > MOST_POINTS:
        for _ in range(DRAWN):
            yield {name: _drawn(axis, rng.random()) for name, axis in space.items()}
        return
    shape = [int(axis.n_values) for axis in space.values()]
    for place in rng.permutation(int(n_all)):
        at = np.unravel_index(int(place), shape)
        yield {n: _value(axis, int(i)) for (n, axis), i in zip(space.items(), at, strict=True)}


def settings_of(space: Mapping[str, Axis], point: Mapping[str, Any]) -> dict[str, Any]:
    """Return the settings of a point as values, without those whose condition does not hold."""
    values = {name: space[name].decoded(raw) for name, raw in point.items()}
    return {n: v for n, v in values.items() if applies(space[n].bound, values)}


def applies(bound: Bound, values: Mapping[str, Any]) -> bool:
    """Return whether the condition of a setting holds beside the values of the others."""
    return bound.when is None or values.get(bound.when[0]) == bound.when[1]


def _value(axis: Axis, place: int) -> Any:
    """Return the value at a place of a list or of whole numbers, or the only one of a range."""
    if axis.values:
        return place
    return int(axis.bound.low) + place if axis.bound.integer else axis.bound.low


def _drawn(axis: Axis, share: float) -> Any:
    """Return the value so far along a list or a range."""
    if axis.values:
        return int(share * len(axis.values))
    low, high = axis.bound.low, axis.bound.high
    value = low * (high / low) ** share if axis.bound.log else low + share * (high - low)
    if axis.bound.integer:
        return int(min(max(round(value), low), high))
    return float(min(max(value, low), high))
