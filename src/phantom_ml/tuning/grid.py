"""The points of a grid: evenly across a space, or from its defaults outward."""

from __future__ import annotations

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phantom_ml.tuning.defaults import place_of
from phantom_ml.tuning.left import applies
from phantom_ml.tuning.space import Axis
from phantom_ml.tuning.spread import spread

#: A grid has at most so many levels of one number.
MAX_LEVELS = 25
#: So many values of a setting, its default and one to each side, come before a setting behind it has any.
SIDES = 3


def grid(space: Mapping[str, Axis], n_points: int, seed: int | None = None) -> list[dict[str, Any]]:
    """Return the points of the finest even grid of at most ``n_points``, undecoded.

    Where the choices alone are more than that, all their combinations are returned, with one level
    a number. Points that differ only in a setting that does not apply there count as one, and are all
    returned.

    Parameters
    ----------
    space : mapping of setting to Axis
    n_points : int
    seed : int, optional
        Of an order in which every beginning has each level of a setting equally often, give or take one.
        Default: the levels of the last setting in turn, for each of those before it.
    """
    levels = 1
    while levels < MAX_LEVELS and _size(space, levels + 1) <= n_points:
        levels += 1
    parts = [axis.levels(levels) for axis in space.values()]
    points = [dict(zip(space, point, strict=True)) for point in itertools.product(*parts)]
    if seed is None:
        return points
    return [points[place] for place in spread([len(part) for part in parts], seed)]


def is_too_wide(space: Mapping[str, Axis], n_points: int) -> bool:
    """Return whether so many points, enough for all lists, are too few for two levels of each range."""
    ranges = any(not axis.values for axis in space.values())
    return ranges and _size(space, 1) <= n_points < _size(space, 2)


def grid_around(
    space: Mapping[str, Axis], defaults: Mapping[str, Any], n_points: int, *, whole: bool = False
) -> list[dict[str, Any]]:
    """Return at most ``n_points`` points, undecoded: the defaults first, then outward from them.

    The first settings of the space have the most values: three each, as far as the points allow it, then
    more. Values of a range lie evenly between its default, or its middle, and its ends, which nobody
    would choose and which are left out.

    Parameters
    ----------
    space : mapping of setting to Axis
    defaults : mapping of setting to value
    n_points : int
    whole : bool
        Whether each list is gone through to its end, however many values it has.
    """
    axes = list(space.values())
    centres = [place_of(axis, defaults.get(name)) for name, axis in space.items()]
    reach = [_outward(a, c, MAX_LEVELS) for a, c in zip(axes, centres, strict=True)]
    most = [len(values) for values in reach]
    least = [n if whole and axis.values else 1 for n, axis in zip(most, axes, strict=True)]
    counts = _counts(least, most, n_points)
    parts = [_outward(a, c, n) for a, c, n in zip(axes, centres, counts, strict=True)]
    places = itertools.product(*(range(len(values)) for values in parts))
    # As far from the defaults as another, what moves an earlier setting comes first.
    order = sorted(places, key=lambda at: (sum(at), [-place for place in at]))
    return [{n: v[i] for n, v, i in zip(space, parts, at, strict=True)} for at in order]


def _counts(least: Sequence[int], most: Sequence[int], n_points: int) -> list[int]:
    """Return how many values each setting has: three or two from the first one on, then one more each."""
    counts = [*least]
    for step in range(SIDES, MAX_LEVELS + 1):
        for i, had in enumerate(counts):
            others = math.prod(counts) // had
            fits = [n for n in (step, step - 1) if had < n <= most[i] and others * n <= n_points]
            counts[i] = max([had, *fits])
    return counts


def _outward(axis: Axis, centre: Any, n: int) -> list[Any]:
    """Return at most ``n`` positions or numbers, the centre first, then those beside it in turn."""
    if axis.values:
        first = 0 if centre is None else centre
        return [first, *(i for i in range(len(axis.values)) if i != first)][:n]
    low, high = axis.bound.low, axis.bound.high
    middle = axis.levels(1)[0] if centre is None else centre
    scale = np.geomspace if axis.bound.log else np.linspace
    above = (n - 1) if middle == low else 0 if middle == high else n // 2
    sides = [(high, above), (low, n - 1 - above)]
    steps = [[float(x) for x in scale(middle, end, k + 2)[1:-1]] for end, k in sides]
    turns = itertools.chain.from_iterable(itertools.zip_longest(*steps))
    numbers = [min(max(x, low), high) for x in turns if x is not None]
    found = [round(x) for x in numbers] if axis.bound.integer else numbers
    return list(dict.fromkeys([middle, *found]))


def _size(space: Mapping[str, Axis], levels: int) -> int:
    """Return how many different points there are, those that differ in what does not apply being one."""
    whens = {axis.bound.when[0] for axis in space.values() if axis.bound.when is not None}
    deciding = {n: axis for n, axis in space.items() if n in whens}
    others = [(a.bound, len(a.levels(levels))) for n, a in space.items() if n not in whens]
    parts = [[axis.decoded(x) for x in axis.levels(levels)] for axis in deciding.values()]
    decided = (dict(zip(deciding, point, strict=True)) for point in itertools.product(*parts))
    return sum(math.prod(n for bound, n in others if applies(bound, at)) for at in decided)
