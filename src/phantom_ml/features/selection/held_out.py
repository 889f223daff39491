"""What the splits on each feature gain on rows that the trees have not seen.

In training every split gains something, on noise too, and most where it parts few groups of rows. Counted with
the gradients of held-out rows noise gains nothing on average, and less than that where it misled the trees.
Sources: a split's gain, to second order, Chen & Guestrin, "XGBoost", KDD 2016, doi:10.1145/2939672.2939785;
held-out rows for it, Zhou & Hooker, "Unbiased Measurement of Feature Importance in Tree-Based Methods",
arXiv:1903.05179.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.features.selection.trees import N_THREADS

if TYPE_CHECKING:
    from lightgbm import Booster

    from phantom_ml.data.matrix import Samples
    from phantom_ml.features.fitted.question import Question

Array = NDArray[np.float64]


def held_out_gain(booster: Booster, rows: Samples, question: Question) -> Array:
    """Return by how much the splits on each feature lower the mean loss of rows, shape (n_features,).

    Below 0 they raise it.

    Parameters
    ----------
    booster : Booster
        Read up to its best round.
    rows : Samples
        That it was not fitted on.
    question : Question
        Which loss it is: log loss, or half of the squared error.
    """
    best = booster.best_iteration or None
    dumped = booster.dump_model(num_iteration=best)["tree_info"]
    answers = question.one_hot(rows.target)
    n_rows, n_outputs = answers.shape
    options: dict[str, Any] = {"num_iteration": best, "num_threads": N_THREADS}
    leaves = booster.predict(rows.matrix.values, pred_leaf=True, **options)
    gain, score = np.zeros(len(rows.matrix.features)), np.zeros(answers.shape)
    for at, leaf in enumerate(np.asarray(leaves, np.int64).reshape(n_rows, -1).T):
        tree, output = _Tree.of(dumped[at]["tree_structure"]), at % n_outputs
        if at < n_outputs:
            # The first tree of an output also holds what is said before any split.
            score[:, output] = tree.said[0, 0]
            tree = _Tree(tree.said - tree.said[0, 0], tree.features)
        if output == 0:
            slope, bend = _derivatives(score, answers, question.kind)
        tree.count(gain, leaf, slope[:, output], bend[:, output])
        score[:, output] += tree.said[leaf, -1]
    return np.asarray(gain / n_rows)


def _derivatives(score: Array, answers: Array, kind: ProblemKind) -> tuple[Array, Array]:
    """Return the first and second derivative of each row's loss by its scores."""
    if kind is ProblemKind.REGRESSION:
        return score - answers, np.ones_like(score)
    if kind is ProblemKind.BINARY:
        share: Array = 1.0 / (1.0 + np.exp(-np.clip(score, -500.0, 500.0)))
    else:
        share = np.exp(score - score.max(axis=1, keepdims=True))
        share /= share.sum(axis=1, keepdims=True)
    return share - answers, share * (1.0 - share)


@dataclass(frozen=True)
class _Tree:
    """The way from a tree's root to each of its leaves.

    Attributes
    ----------
    said : float64 array of shape (n_leaves, depth + 1)
        What the tree would say if it ended there; behind a leaf what the leaf says.
    features : int64 array of shape (n_leaves, depth)
        Which feature each step splits on; behind a leaf any.
    """

    said: Array
    features: NDArray[np.int64]

    @classmethod
    def of(cls, root: dict[str, Any]) -> _Tree:
        """Return the ways of a tree as LightGBM dumps it."""
        ways = sorted(_ways(root), key=lambda way: way.leaf)
        depth = max(len(way.features) for way in ways)
        said = [(*w.said, *w.said[-1:] * (depth - len(w.features))) for w in ways]
        features = [(*w.features, *(0,) * (depth - len(w.features))) for w in ways]
        return cls(np.array(said), np.array(features, np.int64).reshape(len(ways), depth))

    def count(self, gain: Array, leaf: NDArray[np.int64], slope: Array, bend: Array) -> None:
        """Add to ``gain`` by how much each step lowers the loss of rows that end in such leaves."""
        n_leaves = len(self.said)
        slopes = np.bincount(leaf, slope, n_leaves)[:, None]
        bends = np.bincount(leaf, bend, n_leaves)[:, None]
        loss = slopes * self.said + 0.5 * bends * self.said**2
        np.add.at(gain, self.features, -np.diff(loss, axis=1))


@dataclass(frozen=True)
class _Way:
    """The way to one leaf; its weight is the second derivative of its training rows' loss."""

    leaf: int
    weight: float
    said: tuple[float, ...]
    features: tuple[int, ...] = ()


def _ways(node: dict[str, Any]) -> list[_Way]:
    """Return the ways from a node to its leaves; a node would say the mean of them."""
    if "left_child" not in node:
        weight = float(node.get("leaf_weight", 1.0))
        return [_Way(int(node.get("leaf_index", 0)), weight, (float(node["leaf_value"]),))]
    ways = _ways(node["left_child"]) + _ways(node["right_child"])
    total = sum(way.weight for way in ways)
    said = sum(way.weight * way.said[-1] for way in ways) / total
    feature = int(node["split_feature"])
    return [_Way(w.leaf, w.weight, (said, *w.said), (feature, *w.features)) for w in ways]
