"""The order of a grid's points in which every beginning has the levels of each setting about equally often.

Points go along a diagonal, one level of each setting further each time, and where it comes back to where it
began, along the next one: the levels of each setting come round in turn, as in a Latin square. Source: Owen,
"Orthogonal Arrays for Computer Experiments, Integration and Visualization", Statistica Sinica 2, 1992.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]
#: So many diagonals are looked at for the next one: all of a small grid.
LOOKED_AT = 64


def spread(sizes: Sequence[int], seed: int) -> Ints:
    """Return the places of all points of a grid, spread evenly over its levels from the first one on.

    In every beginning the counts of a setting's levels differ by at most 1. Pairs of levels of two settings
    are kept as even as one diagonal after the other can, without a bound.

    Parameters
    ----------
    sizes : sequence of int
        How many levels each setting has, at least 1.
    seed : int
        Decides the order of the levels and of the diagonals.

    Returns
    -------
    int64 array of shape (n_points,)
        Places in ``itertools.product`` of the levels, each once.

    Examples
    --------
    >>> places = spread([3, 2], seed=0).tolist()
    >>> sorted(places)
    [0, 1, 2, 3, 4, 5]
    >>> {place // 2 for place in places[:3]}, {place % 2 for place in places[:2]}
    ({0, 1, 2}, {0, 1})
    """
    rng = np.random.default_rng(seed)
    steps = np.arange(math.prod(sizes))
    at = np.zeros((len(sizes), len(steps)), dtype=np.int64)
    for group in _groups(sizes):
        # Two groups' numbers of points have no common divisor: each point of one meets each of the other once.
        walk = _walk([sizes[i] for i in group], rng)
        at[group] = walk[:, steps % walk.shape[1]]
    levels = [rng.permutation(n)[own] for n, own in zip(sizes, at, strict=True)]
    return np.asarray(np.ravel_multi_index(levels, tuple(sizes)), dtype=np.int64)


def _groups(sizes: Sequence[int]) -> list[list[int]]:
    """Return the settings in groups: those of two groups have sizes without a common divisor."""
    groups: list[list[int]] = []
    for i, n in enumerate(sizes):
        apart = [g for g in groups if all(math.gcd(n, sizes[j]) == 1 for j in g)]
        joined = itertools.chain.from_iterable(g for g in groups if g not in apart)
        groups = [*apart, [*joined, i]]
    return groups


def _walk(sizes: Sequence[int], rng: np.random.Generator) -> Ints:
    """Return the levels of each point along one diagonal after the other, shape (n_settings, n_points).

    A diagonal has as many points as the least common multiple of the sizes, so that each level of a setting
    comes equally often on it.
    """
    starts = _in_turn(_starts(sizes), sizes, rng)
    steps = np.arange(math.lcm(*sizes))
    return np.stack([((starts[:, i, None] + steps) % n).ravel() for i, n in enumerate(sizes)])


def _starts(sizes: Sequence[int]) -> Ints:
    """Return one point of each diagonal, shape (n_diagonals, n_settings).

    Of a setting only what its size shares with the sizes before it tells one diagonal from another.
    """
    shared = [math.gcd(math.lcm(*sizes[:i]), n) for i, n in enumerate(sizes)]
    found = list(itertools.product(*(range(n) for n in shared)))
    return np.array(found, dtype=np.int64)


def _in_turn(starts: Ints, sizes: Sequence[int], rng: np.random.Generator) -> Ints:
    """Return the diagonals in an order in which those of pairs of levels that were seldom come first."""
    order = rng.permutation(len(starts))
    pairs = list(itertools.combinations(range(len(sizes)), 2))
    if not pairs:
        return starts[order]
    shared = np.array([math.gcd(sizes[i], sizes[j]) for i, j in pairs], dtype=np.int64)
    # A diagonal has those pairs of two settings whose places differ as those of its first point do.
    kinds = np.stack([starts[:, i] - starts[:, j] for i, j in pairs], axis=1) % shared
    had, every = np.zeros((len(pairs), int(shared.max())), dtype=np.int64), np.arange(len(pairs))
    for k in range(len(order)):
        ahead = kinds[order[k : k + LOOKED_AT]]
        best = int((had[every, ahead] * shared).sum(axis=1).argmin())
        had[every, ahead[best]] += 1
        order[[k, k + best]] = order[[k + best, k]]
    return starts[order]
