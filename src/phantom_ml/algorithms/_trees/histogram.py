"""Trees of scikit-learn's histogram boosting as plain arrays, and walked by its native code."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._trees.contributions import tree_contributions
from phantom_ml.algorithms._trees.paths import Bools, Floats, Ints, Trees
from phantom_ml.parts.arrays import Arrays, Form, require

__all__ = ["NODES_FORM", "Floats", "HistogramTrees", "checked_trees", "trees_of"]

#: Fields of a node that a walk and contributions need, named as scikit-learn names them.
FIELDS: dict[str, type[np.generic]] = {
    "value": np.float64, "feature_idx": np.int32, "num_threshold": np.float64,
    "missing_go_to_left": np.uint8, "left": np.uint32, "right": np.uint32, "is_leaf": np.uint8,
    "is_categorical": np.uint8, "bitset_idx": np.uint32, "count": np.uint32,
}  # fmt: skip
#: A set of up to 256 levels takes so many words of 32 bits.
WORDS = 8
NODES_FORM: Form = {
    **{f"node.{name}": (kind, 1) for name, kind in FIELDS.items()},
    "counts": (np.int64, 1),
    "bitsets": (np.uint32, 2),
    "bitset_counts": (np.int64, 1),
    "baseline": (np.float64, 1),
}


@dataclass
class HistogramTrees:
    """The nodes of all trees, end to end.

    Attributes
    ----------
    nodes : structured array of shape (n_nodes,)
        In scikit-learn's own form.
    counts : int64 array of shape (n_trees,)
        Nodes of each tree; a round has a tree an output, in turn.
    bitsets : uint32 array of shape (n_categorical_splits, 8)
        Levels that go left.
    bitset_counts : int64 array of shape (n_trees,)
        Categorical splits of each tree.
    baseline : float64 array of shape (n_outputs,)
        What the trees are added to.
    n_features, n_categorical : int
        The categories are the first columns.
    """

    nodes: NDArray[Any]
    counts: NDArray[np.int64]
    bitsets: NDArray[np.uint32]
    bitset_counts: NDArray[np.int64]
    baseline: Floats
    n_features: int
    n_categorical: int

    def __post_init__(self) -> None:
        from sklearn.ensemble._hist_gradient_boosting.predictor import TreePredictor

        node_ends, set_ends = np.cumsum(self.counts), np.cumsum(self.bitset_counts)
        self._predictors = []
        for index, (end, last) in enumerate(zip(node_ends, set_ends, strict=True)):
            sets = self.bitsets[last - self.bitset_counts[index] : last]
            nodes = self.nodes[end - self.counts[index] : end]
            self._predictors.append(TreePredictor(nodes, sets, sets))
        # Levels that are not known were made missing before, so that all that come are known.
        self._known = np.full((self.n_categorical, WORDS), 2**32 - 1, np.uint32)
        self._places = np.zeros(self.n_features, np.uint32)
        self._places[: self.n_categorical] = np.arange(self.n_categorical)

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return len(self.counts)

    @property
    def n_outputs(self) -> int:
        """Return the trees of a round."""
        return len(self.baseline)

    def raw(self, values: Floats, n_threads: int) -> Floats:
        """Return the sums of trees, shape (n_rows, n_outputs)."""
        total = np.tile(self.baseline, (len(values), 1))
        for index, tree in enumerate(self._predictors):
            found = tree.predict(values, self._known, self._places, n_threads)
            total[:, index % self.n_outputs] += found
        return total

    def contributions(self, values: Floats) -> Floats:
        """Return TreeSHAP values, shape (n_rows, n_features + 1, n_outputs)."""
        columns = np.ascontiguousarray(values.T)

        def goes_left(at: Ints, rows: slice) -> Bools:
            return self._goes_left(at, columns[:, rows])

        found = [
            tree_contributions(self._of_output(k), goes_left, len(values), self.n_features)
            for k in range(self.n_outputs)
        ]
        parts = np.stack(found, axis=2)
        parts[:, self.n_features] += self.baseline
        return parts

    def _of_output(self, output: int) -> Trees:
        """Return all trees, those of other outputs without a value."""
        nodes, leaf = self.nodes, self.nodes["is_leaf"] == 1
        start = np.repeat(np.cumsum(self.counts) - self.counts, self.counts)
        sides = (nodes[name].astype(np.int64) + start for name in ("left", "right"))
        left, right = (np.where(leaf, -1, side) for side in sides)
        own = np.repeat(np.arange(self.n_trees) % self.n_outputs == output, self.counts)
        value = np.where(leaf & own, nodes["value"], 0.0)
        feature, cover = nodes["feature_idx"].astype(np.int64), nodes["count"].astype(np.float64)
        return Trees(left, right, feature, cover, value, self.counts)

    def _goes_left(self, at: Ints, columns: Floats) -> Bools:
        """Return whether rows go left in some nodes, from their columns, (n_features, n_rows)."""
        nodes = self.nodes[at]
        cells = columns[nodes["feature_idx"]]
        left: Bools = cells <= nodes["num_threshold"][:, None]
        sets = np.repeat(np.cumsum(self.bitset_counts) - self.bitset_counts, self.counts)[at]
        levelled = np.flatnonzero(nodes["is_categorical"])
        if len(levelled):
            words = self.bitsets[(sets + nodes["bitset_idx"])[levelled]]
            level = np.nan_to_num(cells[levelled]).astype(np.int64)
            word = np.take_along_axis(words, level // 32, axis=1)
            left[levelled] = (word >> (level % 32).astype(np.uint32)) & 1 > 0
        missing = (nodes["missing_go_to_left"] == 1)[:, None]
        return np.where(np.isnan(cells), missing, left)

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        fields = {f"node.{n}": self.nodes[n].astype(kind) for n, kind in FIELDS.items()}
        names = ("counts", "bitsets", "bitset_counts", "baseline")
        return {**fields, **{name: getattr(self, name) for name in names}}


def trees_of(
    predictors: Sequence[Sequence[Any]], baseline: Floats, n_features: int, n_categorical: int
) -> HistogramTrees:
    """Return the trees of rounds as scikit-learn's estimator holds them."""
    trees = [tree for one_round in predictors for tree in one_round]
    sets = [np.asarray(tree.raw_left_cat_bitsets, np.uint32).reshape(-1, WORDS) for tree in trees]
    return HistogramTrees(
        np.concatenate([tree.nodes for tree in trees]),
        np.array([len(tree.nodes) for tree in trees], np.int64),
        np.concatenate(sets),
        np.array([len(part) for part in sets], np.int64),
        baseline,
        n_features,
        n_categorical,
    )


def checked_trees(arrays: Arrays, n_features: int, n_categorical: int) -> HistogramTrees:
    """Return the trees that were saved; raises BundleDamaged where an index leads nowhere."""
    from sklearn.ensemble._hist_gradient_boosting.common import PREDICTOR_RECORD_DTYPE

    columns = {name: arrays[f"node.{name}"] for name in FIELDS}
    counts, sets = arrays["counts"], arrays["bitset_counts"]
    _check_sizes(arrays, columns)
    _check_nodes(columns, counts, n_features)
    inner = columns["is_leaf"] == 0
    chosen = (columns["is_categorical"] == 1) & inner
    limit = np.repeat(sets, counts)
    exists = columns["bitset_idx"].astype(np.int64) < limit
    require(bool(exists[chosen].all()), "a split names a set of levels that does not exist")
    rightly = columns["feature_idx"][chosen] < n_categorical
    require(bool(rightly.all()), "a split takes a number for a category")
    nodes = np.zeros(len(inner), PREDICTOR_RECORD_DTYPE)
    for name, column in columns.items():
        nodes[name] = column
    own = (arrays["bitsets"], sets, arrays["baseline"])
    return HistogramTrees(nodes, counts, *own, n_features, n_categorical)


def _check_sizes(arrays: Arrays, columns: Arrays) -> None:
    counts, sets, baseline = arrays["counts"], arrays["bitset_counts"], arrays["baseline"]
    lengths = {len(column) for column in columns.values()}
    require(lengths == {int(counts.sum())}, "the arrays of the nodes have different lengths")
    require(len(counts) > 0 and bool((counts > 0).all()), "trees lack nodes")
    require(bool(np.isfinite(baseline).all()) and len(baseline) > 0, "the baseline is not finite")
    require(len(counts) % len(baseline) == 0, "trees do not make whole rounds")
    right = len(sets) == len(counts) and bool((sets >= 0).all())
    shape = (int(sets.sum()) if right else -1, WORDS)
    require(arrays["bitsets"].shape == shape, "the sets of levels have impossible sizes")


def _check_nodes(columns: Arrays, counts: NDArray[np.int64], n_features: int) -> None:
    for name in ("missing_go_to_left", "is_leaf", "is_categorical"):
        require(bool((columns[name] <= 1).all()), f"{name} is neither 0 nor 1")
    inner = columns["is_leaf"] == 0
    chosen = columns["feature_idx"][inner]
    require(bool(((chosen >= 0) & (chosen < n_features)).all()), "a split's feature does not exist")
    require(bool(np.isfinite(columns["value"]).all()), "a leaf's value is not finite")
    require(not bool(np.isnan(columns["num_threshold"][inner]).any()), "a cut is not a number")
    start = np.repeat(np.cumsum(counts) - counts, counts)
    own, limit = np.arange(len(start)) - start, np.repeat(counts, counts)
    children = []
    for name in ("left", "right"):
        side = columns[name].astype(np.int64)
        exists = ((side > own) & (side < limit))[inner]
        require(bool(exists.all()), "a child does not exist, or lies above its parent")
        children.append((side + start)[inner])
    both = np.concatenate(children)
    once = len(np.unique(both)) == len(both) == len(start) - len(counts)
    require(once, "a node has no parent, or two")
