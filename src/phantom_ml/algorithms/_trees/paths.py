"""Trees as their contributions need them: the edges, level by level, and what their paths share."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Bools = NDArray[np.bool_]


@dataclass(frozen=True)
class Trees:
    """Trees of one output, end to end.

    Attributes
    ----------
    left, right : int64 arrays of shape (n_nodes,)
        Positions of the children, which lie in the same tree; -1 in a leaf.
    feature : int64 array of shape (n_nodes,)
    cover : float64 array of shape (n_nodes,)
        Training rows in each leaf, by weight; inner nodes are not looked at.
    value : float64 array of shape (n_nodes,)
        Of leaves; 0 in inner nodes.
    counts : int64 array of shape (n_trees,)
        Nodes of each tree, its root first.
    start : int
        What is added to a position to have that among the nodes of all trees.
    """

    left: Ints
    right: Ints
    feature: Ints
    cover: Floats
    value: Floats
    counts: Ints
    start: int = 0

    def blocks(self, most: int) -> Iterator[Trees]:
        """Yield whole trees that have at most ``most`` nodes together, one tree at least."""
        ends = np.cumsum(self.counts)
        first, start = 0, 0
        while first < len(ends):
            last = max(first + 1, int(np.searchsorted(ends, start + most, "right")))
            end = int(ends[last - 1])
            yield self._part(slice(first, last), slice(start, end))
            first, start = last, end

    def _part(self, trees: slice, nodes: slice) -> Trees:
        left, right = (np.maximum(s[nodes] - nodes.start, -1) for s in (self.left, self.right))
        rest = (self.feature[nodes], self.cover[nodes], self.value[nodes], self.counts[trees])
        return Trees(left, right, *rest, self.start + nodes.start)


@dataclass(frozen=True)
class Level:
    """The edges from one level of nodes to the next, those to leaves first.

    Edges that lead to no value but 0 are left out.

    Attributes
    ----------
    parents : int64 array of shape (n_parents,)
        The nodes above, in the order of the last level's edges to inner nodes.
    parent : int64 array of shape (n_edges,)
        Place of each edge's upper end in ``parents``.
    is_left : bool array of shape (n_edges,)
    child : int64 array of shape (n_edges,)
        Its lower end, by which an edge is known.
    same : int64 array of shape (n_edges,)
        The nearest edge above of the same feature; n_nodes where there is none.
    n_leaves : int
    """

    parents: Ints
    parent: Ints
    is_left: Bools
    child: Ints
    same: Ints
    n_leaves: int

    @property
    def inner(self) -> slice:
        """Return the edges to inner nodes."""
        return slice(self.n_leaves, len(self.child))


@dataclass(frozen=True)
class Paths:
    """The edges of some trees, and the shares of the training rows that follow them.

    Attributes
    ----------
    levels : tuple of Level
    share : float64 array of shape (n_nodes,)
        Of its parent's rows, those that are in a node.
    known : float64 array of shape (n_nodes + 1,)
        The product of the shares of all edges to a node and above it that ask for the same feature.
    n_features : int
        Different features on a path, at most.
    base : float
        The sum of the trees' means.
    """

    levels: tuple[Level, ...]
    share: Floats
    known: Floats
    n_features: int
    base: float


def paths_of(trees: Trees) -> Paths:
    """Return the paths of trees from their roots to leaves with a value other than 0."""
    n = len(trees.left)
    share, leads, base = _from_below(trees)
    known, different = np.ones(n + 1), np.zeros(n + 1, np.int64)
    roots = np.cumsum(trees.counts) - trees.counts
    parents = roots[leads[roots] & (trees.left[roots] >= 0)]
    path = np.empty((2, len(parents), 0), np.int64)
    levels = []
    while len(parents):
        level, path = _next_level(trees, parents, leads, path)
        known[level.child] = share[level.child] * known[level.same]
        is_new = level.same == n
        different[level.child] = different[level.parents[level.parent]] + is_new
        levels.append(level)
        parents = level.child[level.inner]
    return Paths(tuple(levels), share, known, int(different.max()), base)


def _from_below(trees: Trees) -> tuple[Floats, Bools, float]:
    """Return each node's share of its parent's rows, whether it leads to a value, and the base."""
    cover, mean, leads = trees.cover.copy(), trees.value.copy(), trees.value != 0
    share = np.ones(len(cover))
    roots = np.cumsum(trees.counts) - trees.counts
    for parents in reversed(_inner_nodes(trees, roots)):
        left, right = trees.left[parents], trees.right[parents]
        whole = cover[left] + cover[right]
        share[left] = np.divide(cover[left], whole, out=np.full(len(whole), 0.5), where=whole > 0)
        share[right] = 1.0 - share[left]
        mean[parents] = share[left] * mean[left] + share[right] * mean[right]
        cover[parents], leads[parents] = whole, leads[left] | leads[right]
    return share, leads, float(mean[roots].sum())


def _inner_nodes(trees: Trees, roots: Ints) -> list[Ints]:
    """Return the inner nodes, level by level."""
    levels, front = [], roots[trees.left[roots] >= 0]
    while len(front):
        levels.append(front)
        below = np.concatenate([trees.left[front], trees.right[front]])
        front = below[trees.left[below] >= 0]
    return levels


def _next_level(trees: Trees, parents: Ints, leads: Bools, path: Ints) -> tuple[Level, Ints]:
    """Return the edges below some nodes, and the paths to their inner lower ends.

    ``path`` holds the features and the edges above each of ``parents``, (2, n_parents, depth).
    """
    kids = np.stack([trees.left[parents], trees.right[parents]], axis=1)
    parent, side = np.nonzero(leads[kids])
    child = kids[parent, side]
    leaf = trees.left[child] < 0
    order = np.argsort(~leaf, kind="stable")
    parent, side, child = parent[order], side[order], child[order]
    feature, above = trees.feature[parents[parent]], path[:, parent]
    same = _nearest(above, feature, len(trees.left))
    level = Level(parents, parent, side == 0, child, same, int(leaf.sum()))
    end = np.stack([feature, child])[:, :, None]
    return level, np.concatenate([above, end], axis=2)[:, level.inner]


def _nearest(above: Ints, feature: Ints, none: int) -> Ints:
    """Return the last edge of each path that asks for the feature."""
    features, edges = above
    if not features.shape[1]:
        return np.full(len(feature), none)
    asks = features[:, ::-1] == feature[:, None]
    place = asks.argmax(axis=1)
    rows = np.arange(len(feature))
    return np.where(asks[rows, place], edges[:, ::-1][rows, place], none)
