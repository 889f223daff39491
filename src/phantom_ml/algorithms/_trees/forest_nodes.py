"""The nodes of a forest of scikit-learn as plain arrays, and what is checked of them.

A cut of float64 against float32 cells is the same as one against the next float32 below it, so cuts
are kept in half the space without changing where any row goes.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._trees.paths import Trees
from phantom_ml.parts.arrays import Form, require

NODES_FORM: Form = {
    "left": (np.int32, 1),
    "right": (np.int32, 1),
    "feature": (np.int32, 1),
    "threshold": (np.float32, 1),
    "missing_left": (np.uint8, 1),
    "value": (np.float32, 2),
    "cover": (np.float32, 1),
    "counts": (np.int64, 1),
    "depths": (np.int64, 1),
}


@dataclass
class Nodes:
    """The nodes of all trees, end to end.

    Attributes
    ----------
    left, right : int32 arrays of shape (n_nodes,)
        Children, counted from the root of their own tree; -1 in a leaf.
    feature : int32 array of shape (n_nodes,)
    threshold : float32 array of shape (n_nodes,)
        A cell that is not above it goes left.
    missing_left : uint8 array of shape (n_nodes,)
    value : float32 array of shape (n_leaves, n_outputs)
        Of the leaves only, in the order of the nodes.
    cover : float32 array of shape (n_leaves,)
        Training rows in each leaf, by weight.
    counts, depths : int64 arrays of shape (n_trees,)
    """

    left: NDArray[np.int32]
    right: NDArray[np.int32]
    feature: NDArray[np.int32]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.uint8]
    value: NDArray[np.float32]
    cover: NDArray[np.float32]
    counts: NDArray[np.int64]
    depths: NDArray[np.int64]

    @property
    def starts(self) -> NDArray[np.int64]:
        """Return the position of each tree's root."""
        return np.cumsum(self.counts) - self.counts

    @cached_property
    def leaf_place(self) -> NDArray[np.int32]:
        """Return each leaf's row in ``value``; without meaning for inner nodes."""
        return np.cumsum(self.left < 0, dtype=np.int32) - np.int32(1)

    @cached_property
    def walk(self) -> tuple[NDArray[np.int64], NDArray[np.float32], NDArray[np.int64]]:
        """Return features, cuts and children (right, left) such that a leaf leads to itself."""
        leaf = self.left < 0
        own = np.arange(len(self.left))
        start = np.repeat(self.starts, self.counts)
        sides = [np.where(leaf, own, side + start) for side in (self.right, self.left)]
        return np.where(leaf, 0, self.feature).astype(np.int64), self.threshold, np.stack(sides)

    def trees(self, output: int) -> Trees:
        """Return the nodes as contributions to one output need them."""
        leaf = self.left < 0
        start = np.repeat(self.starts, self.counts)
        left, right = (np.where(leaf, -1, side + start) for side in (self.left, self.right))
        cover, value = np.zeros(len(leaf)), np.zeros(len(leaf))
        cover[leaf], value[leaf] = self.cover, self.value[:, output]
        return Trees(left, right, self.feature.astype(np.int64), cover, value, self.counts)

    def goes_left(self, at: NDArray[np.int64], columns: NDArray[np.float32]) -> NDArray[np.bool_]:
        """Return whether rows go left in some nodes, from their columns, (n_features, n_rows)."""
        cells = columns[self.feature[at]]
        left = cells <= self.threshold[at][:, None]
        return left | (np.isnan(cells) & (self.missing_left[at] > 0)[:, None])


def check_nodes(nodes: Nodes, n_features: int) -> None:
    """Raise BundleDamaged where nodes are not such as a fit makes."""
    n = len(nodes.left)
    sizes = {len(a) for a in (nodes.right, nodes.feature, nodes.threshold, nodes.missing_left)}
    require(sizes == {n} and n > 0, "the arrays of the nodes have different lengths")
    require(bool((nodes.counts > 0).all()) and int(nodes.counts.sum()) == n, "trees lack nodes")
    within = (nodes.depths >= 0) & (nodes.depths < nodes.counts)
    require(len(nodes.depths) == len(nodes.counts) and bool(within.all()), "a depth is impossible")
    leaf = nodes.left < 0
    require(nodes.value.shape[0] == int(leaf.sum()), "there are not as many values as leaves")
    require(nodes.value.shape[1] > 0, "the leaves have no value")
    require(bool(np.isfinite(nodes.value).all()), "a leaf's value is not finite")
    covered = len(nodes.cover) == len(nodes.value) and bool((nodes.cover >= 0).all())
    require(covered and bool(np.isfinite(nodes.cover).all()), "leaves hold impossible rows")
    require(bool((nodes.right[leaf] == -1).all()), "a leaf has a child")
    inner = ~leaf
    chosen = nodes.feature[inner]
    require(bool(((chosen >= 0) & (chosen < n_features)).all()), "a split's feature does not exist")
    require(not bool(np.isnan(nodes.threshold[inner]).any()), "a threshold is not a number")
    start = np.repeat(nodes.starts, nodes.counts)
    own, limit = np.arange(n) - start, np.repeat(nodes.counts, nodes.counts)
    for side in (nodes.left, nodes.right):
        right = (side > own) & (side < limit)
        require(bool(right[inner].all()), "a child does not exist, or lies above its parent")
    children = np.concatenate([nodes.left[inner] + start[inner], nodes.right[inner] + start[inner]])
    once = len(np.unique(children)) == len(children) == n - len(nodes.counts)
    require(once, "a node has no parent, or two")


def native_trees(nodes: Nodes, n_features: int) -> list[Any]:
    """Return scikit-learn's own trees over the nodes; they only tell the leaf of a row."""
    from sklearn.tree._tree import NODE_DTYPE, Tree

    records = np.zeros(len(nodes.left), NODE_DTYPE)
    records["left_child"], records["right_child"] = nodes.left, nodes.right
    records["feature"] = nodes.feature
    records["threshold"] = nodes.threshold
    records["missing_go_to_left"] = nodes.missing_left
    trees = []
    for start, count, depth in zip(nodes.starts, nodes.counts, nodes.depths, strict=True):
        tree = Tree(n_features, np.ones(1, np.intp), 1)
        part = records[start : start + count]
        values = np.zeros((int(count), 1, 1))
        state = {"max_depth": int(depth), "node_count": int(count), "nodes": part, "values": values}
        tree.__setstate__(state)
        trees.append(tree)
    return trees
