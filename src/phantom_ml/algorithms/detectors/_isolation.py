"""Isolation trees: rows cut apart at random; all trees of a batch grow at once, level by level.

A tree is a heap: the children of node i are 2 i + 1 and 2 i + 2, and every row goes down to the lowest
level. Where nothing is left to cut, the threshold is infinite and the row goes left without a count.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import Form, require

Array = NDArray[np.float64]
Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Feature and weight by node, of each column of a cut.
Axes = Sequence[tuple[NDArray[np.integer[Any]], Floats]]
#: Levels of cuts, at most: enough for a sample of 4,096 rows.
MAX_DEPTH = 12


@dataclass(frozen=True)
class Trees:
    """Trees of random cuts.

    Attributes
    ----------
    feature : int32 array of shape (n_trees, n_cuts, n_axes)
        Columns that a node looks at; n_cuts is 2^depth - 1.
    weight : float32 array of shape (n_trees, n_cuts, n_axes)
        What each of them counts; of a single one it plays no part.
    threshold : float32 array of shape (n_trees, n_cuts)
        Rows whose weighted sum is greater go right.
    length : float32 array of shape (n_trees, n_cuts + 1)
        Cuts that a row which ends here has met, and those that the rows beside it would have needed.
    """

    feature: NDArray[np.int32]
    weight: Floats
    threshold: Floats
    length: Floats
    FORM: ClassVar[Form] = {
        "feature": (np.int32, 3),
        "weight": (np.float32, 3),
        "threshold": (np.float32, 2),
        "length": (np.float32, 2),
    }

    @classmethod
    def grow(
        cls, samples: Floats, n_axes: int, chance: Array, random: np.random.Generator
    ) -> Trees:
        """Return one tree a sample.

        Parameters
        ----------
        samples : float32 array of shape (n_trees, n_rows, n_columns)
            n_columns is at least 1.
        n_axes : int
            Columns of a cut, at least 1.
        chance : float64 array of shape (n_columns,)
            How often each column is drawn for a cut, as a share of the others, above 0.
        random : numpy.random.Generator
        """
        n_trees, n_rows, n_columns = samples.shape
        depth = depth_of(n_rows)
        n_cuts = 2**depth - 1
        grown = cls(
            np.zeros((n_trees, n_cuts, n_axes), np.int32),
            np.zeros((n_trees, n_cuts, n_axes), np.float32),
            np.full((n_trees, n_cuts), np.inf, np.float32),
            np.zeros((n_trees, n_cuts + 1), np.float32),
        )
        rows = samples.reshape(-1, n_columns)
        tree = np.repeat(np.arange(n_trees), n_rows)
        node = np.zeros(len(rows), np.int64)
        for _ in range(depth):
            at = tree * n_cuts + node
            _cut(grown, rows, at, chance, random)
            node = 2 * node + 1 + (grown.values(rows, at) > grown.threshold.ravel()[at])
        place = tree * (n_cuts + 1) + node - n_cuts
        ends = np.bincount(place, minlength=grown.length.size).reshape(grown.length.shape)
        grown.length[:] = _n_cuts_met(grown.threshold) + average_length(ends)
        return grown

    def lengths(self, rows: Floats) -> Array:
        """Return the mean length of the rows' paths, shape (n_rows,)."""
        n_trees, n_cuts, n_axes = self.feature.shape
        total, cells = np.zeros(len(rows)), rows.ravel()
        begin = np.arange(len(rows)) * rows.shape[1]
        # With 64-bit places a tree is walked twice as fast.
        feature = self.feature.astype(np.int64)
        for t in range(n_trees):
            node = np.zeros(len(rows), np.int64)
            axes = [(feature[t, :, a], self.weight[t, :, a]) for a in range(n_axes)]
            for _ in range(depth_of(n_cuts + 1)):
                value = _weighted(cells, begin, axes, node)
                node = 2 * node + 1 + (value > self.threshold[t].take(node))
            total += self.length[t].take(node - n_cuts)
        return np.asarray(total / n_trees)

    def values(self, rows: Floats, at: Ints) -> Floats:
        """Return the weighted sum of each row at a node, as a place among those of all trees."""
        n_axes = self.feature.shape[2]
        feature, weight = self.feature.reshape(-1, n_axes), self.weight.reshape(-1, n_axes)
        begin = np.arange(len(rows)) * rows.shape[1]
        axes = [(feature[:, a], weight[:, a]) for a in range(n_axes)]
        return _weighted(rows.ravel(), begin, axes, at)


def depth_of(n_rows: int) -> int:
    """Return the levels of cuts after which rows that are cut evenly stand alone."""
    return min(MAX_DEPTH, max(1, int(np.ceil(np.log2(max(n_rows, 2))))))


def average_length(n_rows: Ints) -> Array:
    """Return the cuts that a row among so many needs on average to stand alone."""
    n = np.maximum(n_rows.astype(np.float64), 1.0)
    harmonic = np.log(np.maximum(n - 1.0, 1.0)) + np.euler_gamma
    return np.where(n > 2, 2.0 * harmonic - 2.0 * (n - 1.0) / n, np.where(n == 2, 1.0, 0.0))


def require_trees(trees: Trees, n_columns: int) -> None:
    """Raise BundleDamaged unless the trees can be walked."""
    shape = trees.feature.shape
    n_trees, n_cuts, n_axes = shape
    right = n_trees >= 1 and n_axes >= 1 and n_cuts in {2**d - 1 for d in range(1, MAX_DEPTH + 1)}
    right = right and trees.weight.shape == shape and trees.threshold.shape == shape[:2]
    require(right and trees.length.shape == (n_trees, n_cuts + 1), "the trees have another shape")
    within = bool(((trees.feature >= 0) & (trees.feature < max(n_columns, 1))).all())
    require(within, "a cut looks at no column")
    numbers = bool(np.isfinite(trees.weight).all() and np.isfinite(trees.length).all())
    require(numbers and not bool(np.isnan(trees.threshold).any()), "a cut is not a number")


def joined(parts: list[Trees]) -> Trees:
    """Return the trees of several batches as one."""
    return Trees(*(np.concatenate([getattr(p, name) for p in parts]) for name in Trees.FORM))


def _weighted(cells: Floats, begin: Ints, axes: Axes, node: Ints) -> Floats:
    """Return the weighted sum of each row's cells at its node, shape (n_rows,).

    Parameters
    ----------
    cells : float32 array
        Those of all rows, one after the other.
    begin : int64 array of shape (n_rows,)
        Where each row begins.
    axes : sequence of (feature, weight)
        Both by node.
    node : int64 array of shape (n_rows,)
    """
    total: Floats | None = None
    # One axis after the other: a sum over many may round otherwise for one row than for many.
    for feature, weight in axes:
        value = cells.take(begin + feature.take(node))
        if len(axes) > 1:
            value = value * weight.take(node)
        total = value if total is None else total + value
    return np.asarray(total)


def _cut(trees: Trees, rows: Floats, at: Ints, chance: Array, random: np.random.Generator) -> None:
    """Cut every node that holds rows of different values, at random.

    Parameters
    ----------
    trees : Trees
    rows : float32 array of shape (n, n_columns)
    at : int64 array of shape (n,)
        Tree and node of each row, as a place among all nodes.
    chance : float64 array of shape (n_columns,)
        How often each column is drawn, as a share of the others (Efraimidis & Spirakis, "Weighted Random Sampling
        with a Reservoir", 2006, doi:10.1016/j.ipl.2005.11.003).
    random : numpy.random.Generator
    """
    n_cuts, n_axes = trees.feature.shape[1:]
    order = np.argsort(at, kind="stable")
    rows, at = rows[order], at[order]
    start = np.flatnonzero(np.diff(at, prepend=-1))
    low, high = np.minimum.reduceat(rows, start), np.maximum.reduceat(rows, start)
    width = high - low
    # Columns in which a node's rows differ come first, in random order.
    drawn = np.where(width > 0, random.random(width.shape) ** (1.0 / chance), -1.0)
    n_drawn = min(n_axes, width.shape[1])
    chosen = np.argsort(-drawn, axis=1, kind="stable")[:, :n_drawn]
    span = np.take_along_axis(width, chosen, axis=1)
    way = random.normal(size=span.shape) if n_axes > 1 else np.ones(span.shape)
    # By the node's own width, so that every column of a cut matters alike.
    weight = np.where(span > 0, way / np.where(span > 0, span, 1.0), 0.0)
    tree, node = np.divmod(at[start], n_cuts)
    trees.feature[tree, node, :n_drawn] = chosen
    trees.weight[tree, node, :n_drawn] = weight
    value = trees.values(rows, at)
    least, most = np.minimum.reduceat(value, start), np.maximum.reduceat(value, start)
    threshold = (least + random.random(len(start)) * (most - least)).astype(np.float32)
    trees.threshold[tree, node] = np.where(most > least, threshold, np.inf)


def _n_cuts_met(threshold: Floats) -> Ints:
    """Return the cuts above each place of the lowest level, shape (n_trees, n_cuts + 1)."""
    n_trees, n_cuts = threshold.shape
    met, first = np.zeros((n_trees, 1), np.int64), 0
    while first < n_cuts:
        width = met.shape[1]
        met = np.repeat(met + np.isfinite(threshold[:, first : first + width]), 2, axis=1)
        first += width
    return met
