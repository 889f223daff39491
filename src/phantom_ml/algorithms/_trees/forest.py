"""Forests of scikit-learn: grown until the deadline, kept as arrays, walked without the estimator."""

from __future__ import annotations

import math
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Literal, Self, TypeVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._trees.contributions import tree_contributions
from phantom_ml.algorithms._trees.forest_nodes import NODES_FORM, Nodes, check_nodes, native_trees
from phantom_ml.algorithms._trees.forest_scales import Exponents, narrowed, widened, widening
from phantom_ml.algorithms._values import checked_values, writable
from phantom_ml.algorithms.base import FitContext, Learner
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.parts.arrays import Arrays, Form, load_arrays, require, save_arrays

Floats = NDArray[np.float64]
Forest = TypeVar("Forest", bound="ForestLearner")
#: Up to so many rows all trees are walked at once in numpy; more go tree by tree in native code.
FEW_ROWS = 8
#: Leaves of a tree, at most: it bounds memory on large, noisy tables (AutoGluon's number).
MAX_LEAVES = 15_000
#: Share of the time left that a batch of trees may be expected to take.
TIME_SHARE = 0.7

FORM: Form = {**NODES_FORM, "importances": (np.float64, 1)}


@dataclass
class ForestLearner(Learner):
    """The mean of trees.

    Attributes
    ----------
    kind : ProblemKind
    nodes : Nodes
    importances : float64 array of shape (n_features,)
    unit : TargetUnit
        Of the values in the leaves.
    """

    algorithm: ClassVar[str] = "Forest"
    #: A mean of shares is a share.
    contribution_scale: ClassVar[Literal["log-odds", "probability"]] = "probability"
    kind: ProblemKind
    nodes: Nodes
    importances: Floats
    unit: TargetUnit

    def __post_init__(self) -> None:
        self.n_rounds, self.version = len(self.nodes.counts), self.unit.version
        self._trees = native_trees(self.nodes, len(self.importances))

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return len(self.nodes.counts)

    def importance(self) -> Floats:
        """Return the mean decrease of impurity by each feature."""
        return self.importances

    def predict(self, matrix: Matrix, n_threads: int = 1) -> Floats:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        values = checked_values(matrix, len(self.importances))
        if len(values) <= FEW_ROWS:
            total = self._walk(values)
        elif n_threads <= 1:
            total = self._sum(values)
        else:
            with ThreadPoolExecutor(n_threads) as pool:
                parts = np.array_split(values, min(n_threads, len(values)))
                total = np.concatenate(list(pool.map(self._sum, parts)))
        if total.shape[1] > 1:
            # Leaves are kept as float32, whose sum is 1 only to seven digits.
            return np.asarray(total / total.sum(axis=1, keepdims=True))
        return self.unit.told(total / self.n_trees)

    def contributions(self, matrix: Matrix) -> Floats:
        """Return TreeSHAP values, shape (n_rows, n_features + 1, n_outputs)."""
        columns = np.ascontiguousarray(checked_values(matrix, len(self.importances)).T)
        n_features, n_rows = columns.shape

        def goes_left(at: NDArray[np.int64], rows: slice) -> NDArray[np.bool_]:
            return self.nodes.goes_left(at, columns[:, rows])

        found = [
            tree_contributions(self.nodes.trees(k), goes_left, n_rows, n_features)
            for k in range(self.nodes.value.shape[1])
        ]
        return self.unit.told_parts(np.stack(found, axis=2) / self.n_trees)

    def _sum(self, values: NDArray[np.float32]) -> Floats:
        nodes = self.nodes
        total = np.zeros((len(values), nodes.value.shape[1]))
        for tree, start in zip(self._trees, nodes.starts.tolist(), strict=True):
            total += nodes.value[nodes.leaf_place[tree.apply(values) + start]]
        return total

    def _walk(self, values: NDArray[np.float32]) -> Floats:
        feature, threshold, children = self.nodes.walk
        at = np.repeat(self.nodes.starts[:, None], len(values), axis=1)
        rows = np.arange(len(values))
        missing = bool(np.isnan(values).any())
        for _ in range(int(self.nodes.depths.max())):
            cell = values[rows, feature[at]]
            left = cell <= threshold[at]
            if missing:
                left |= np.isnan(cell) & (self.nodes.missing_left[at] > 0)
            at = children[left.view(np.int8), at]
        found = self.nodes.value[self.nodes.leaf_place[at]].astype(np.float64)
        # Added one after the other, as tree by tree, so that both ways agree to the last bit.
        return np.asarray(np.add.accumulate(found, axis=0)[-1])

    def save(self, folder: Path) -> None:
        """Write the nodes and the unit."""
        arrays = {name: getattr(self.nodes, name) for name in NODES_FORM}
        own = {"importances": self.importances}
        save_arrays(folder, {**arrays, **own}, {"kind": self.kind.value, **self.unit.facts()})

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the saved learner; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        importances = arrays["importances"]
        nodes = Nodes(**{name: arrays[name] for name in NODES_FORM})
        check_nodes(nodes, len(importances))
        require(facts.get("kind") in set(SUPERVISED), "the kind of problem is not known")
        return cls(ProblemKind(facts["kind"]), nodes, importances, _unit_of(arrays, facts))


def _unit_of(arrays: Arrays, facts: dict[str, Any]) -> TargetUnit:
    """Return the unit of a saved forest; those of before there were units hold a centre alone."""
    centre = arrays.get("centre")
    if centre is None:
        return TargetUnit.of_facts(facts)
    right = centre.shape == (1,) and centre.dtype == np.float64 and bool(np.isfinite(centre[0]))
    require(right, "the centre is no finite number")
    return TargetUnit(float(centre[0]))


def fit_forest(
    kind: type[Forest], estimator: Any, train: Samples, n_trees: int, context: FitContext
) -> Forest:
    """Return a scikit-learn forest, grown by batches of trees until it has them all, or time is short.

    Parameters
    ----------
    kind : type of ForestLearner
        What is returned.
    estimator : sklearn.ensemble.BaseForest
    train : Samples
    n_trees : int
    context : FitContext
        Its deadline ends the growth; a first batch is always grown.
    """
    unit, exponents = TargetUnit.of(train, context.kind), widening(train.matrix.values)

    def learner() -> Forest:
        return kind(context.kind, *_arrays(estimator, context, exponents), unit)

    for done in _grown(estimator, unit.shown(train), exponents, n_trees, context):
        context.looks.reached(done, learner)
    found = learner()
    found.is_cut_short = found.n_trees < n_trees
    return found


def _grown(
    estimator: Any, train: Samples, exponents: Exponents, n_trees: int, context: FitContext
) -> Iterator[int]:
    """Fit an estimator batch by batch on columns times powers of two; yield its trees before each that follows."""
    begun, done = context.deadline.clock(), 0
    values, target = writable(widened(train.matrix.values, exponents)), writable(train.target)
    while batch := _batch(done, n_trees - done, context.deadline.clock() - begun, context):
        if done:
            yield done
        estimator.set_params(n_estimators=done + batch, warm_start=True)
        estimator.fit(values, target, sample_weight=train.weight)
        done += batch


def _batch(done: int, wanted: int, spent: float, context: FitContext) -> int:
    """Return how many trees to grow next: all, a few to learn their time, what fits, or up to a look."""
    wanted, left = context.looks.up_to(done, wanted), context.deadline.left()
    if math.isinf(left):
        return wanted
    if done == 0:
        return min(wanted, context.n_threads)
    fits = TIME_SHARE * left / max(spent / done, 1e-9)
    return int(min(wanted, done, fits))


def _arrays(estimator: Any, context: FitContext, exponents: Exponents) -> tuple[Nodes, Floats]:
    """Return the nodes and importances of a forest that was fitted on columns times such powers of two."""
    trees = [tree.tree_ for tree in estimator.estimators_]
    records = np.concatenate([tree.__getstate__()["nodes"] for tree in trees])
    leaf = records["left_child"] < 0
    feature = np.where(leaf, 0, records["feature"]).astype(np.int32)
    cuts = np.where(leaf, 0.0, narrowed(records["threshold"], feature, exponents))
    raw = np.concatenate([tree.value[tree.children_left < 0, 0] for tree in trees])
    nodes = Nodes(
        records["left_child"].astype(np.int32),
        records["right_child"].astype(np.int32),
        feature,
        _rounded_down(cuts),
        records["missing_go_to_left"].astype(np.uint8),
        _outputs(raw, estimator, context).astype(np.float32),
        records["weighted_n_node_samples"][leaf].astype(np.float32),
        np.array([tree.node_count for tree in trees], np.int64),
        np.array([tree.max_depth for tree in trees], np.int64),
    )
    importances = np.asarray(estimator.feature_importances_, np.float64)
    return nodes, importances


def _outputs(raw: Floats, estimator: Any, context: FitContext) -> Floats:
    """Return leaf values by output: classes that were not seen have probability 0."""
    if context.kind is ProblemKind.REGRESSION:
        return raw
    whole = np.zeros((len(raw), context.n_classes))
    whole[:, np.asarray(estimator.classes_, np.int64)] = raw
    return whole[:, 1:2] if context.kind is ProblemKind.BINARY else whole


def _rounded_down(cuts: Floats) -> NDArray[np.float32]:
    near = cuts.astype(np.float32)
    below = np.nextafter(near, np.float32(-np.inf))
    return np.where(near > cuts, below, near)


def max_leaf_nodes(n_rows: int) -> int | None:
    """Return the cap on leaves, None where the rows cannot reach it."""
    return MAX_LEAVES if n_rows > MAX_LEAVES else None


#: Name of a setting -> what scikit-learn calls it.
MAX_FEATURES: dict[str, str | float] = {"sqrt": "sqrt", "third": 0.33, "half": 0.5, "all": 1.0}
