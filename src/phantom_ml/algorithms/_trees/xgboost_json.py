"""Whether an XGBoost model's JSON could have been written by a fit, before native code reads it.

Looked at: the objective, the counts of features, classes, rounds and trees, the lengths of all
arrays of nodes, and that children, features and sets of categories exist. A child's number is above
its parent's.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import damaged, require

Tree = dict[str, Any]
OBJECTIVES = {"binary:logistic": False, "multi:softprob": True, "reg:squarederror": False}
MAX_FEATURES = 10_000_000
#: XGBoost keeps categories in float32, which counts exactly only so far.
MAX_CATEGORY = 2**24
NODE_NUMBERS = ("base_weights", "loss_changes", "split_conditions", "sum_hessian")
NODE_INTEGERS = (
    "left_children", "right_children", "parents", "split_indices", "split_type", "default_left",
)  # fmt: skip


def checked_model_json(text: bytes) -> bytes:
    """Return the JSON as it is; raises BundleDamaged where a fit could not have written it."""
    try:
        _check_learner(json.loads(text)["learner"])
    except (
        ValueError,
        KeyError,
        TypeError,
        AttributeError,
        OverflowError,
        RecursionError,
    ) as error:
        damaged(f"the model's JSON has no right form ({type(error).__name__}: {str(error)[:80]})")
    return text


def _check_learner(learner: dict[str, Any]) -> None:
    facts = learner["learner_model_param"]
    objective = learner["objective"]["name"]
    require(objective in OBJECTIVES, f"the objective is {str(objective)[:60]!r}")
    n_features = _count(facts["num_feature"], 1, MAX_FEATURES)
    n_classes = _count(facts["num_class"], 2 if OBJECTIVES[objective] else 0, 100_000)
    n_groups = max(1, n_classes)
    require(n_classes == 0 or OBJECTIVES[objective], "the numbers of classes do not agree")
    require(facts["num_target"] == "1", "there is more than one target")
    types = learner["feature_types"]
    require(len(types) == n_features and set(types) <= {"q", "c"}, "the features' types are wrong")
    require(learner["feature_names"] in ([], None), "features have names")
    bases = [float(base) for base in facts["base_score"].strip("[]").split(",")]
    require(len(bases) in (1, n_groups), "the base scores are not one an output")
    require(bool(np.isfinite(bases).all()), "a base score is not finite")
    _check_booster(learner["gradient_booster"], n_groups, n_features)


def _check_booster(booster: dict[str, Any], n_groups: int, n_features: int) -> None:
    require(booster["name"] == "gbtree", "the booster is not made of trees")
    model = booster["model"]
    require(not model["cats"]["enc"], "the model holds names of categories")
    trees = model["trees"]
    n_trees = _count(model["gbtree_model_param"]["num_trees"], 1, 10_000_000)
    require(model["gbtree_model_param"]["num_parallel_tree"] == "1", "rounds hold parallel trees")
    require(len(trees) == n_trees and n_trees % n_groups == 0, "trees do not make whole rounds")
    rounds = list(range(0, n_trees + 1, n_groups))
    require(model["iteration_indptr"] == rounds, "the rounds do not hold a tree an output")
    groups = list(range(n_groups)) * (n_trees // n_groups)
    require(model["tree_info"] == groups, "the trees do not belong to the outputs in turn")
    _check_nodes(trees, n_features)
    for tree in trees:
        _check_categories(tree)


def _count(text: str, low: int, high: int) -> int:
    require(isinstance(text, str) and text.isdecimal(), f"{str(text)[:20]!r} is no count")
    require(len(text) <= 9 and low <= int(text) <= high, f"{text[:20]} is not {low} to {high}")
    return int(text)


def _joined(trees: Sequence[Tree], name: str, kinds: str) -> NDArray[Any]:
    parts = [np.asarray(tree[name]) for tree in trees]
    require(all(p.dtype.kind in kinds and p.ndim == 1 for p in parts), f"{name} is not a list")
    return np.concatenate(parts)


def _check_nodes(trees: Sequence[Tree], n_features: int) -> None:
    sizes = np.array([_count(t["tree_param"]["num_nodes"], 1, 100_000_000) for t in trees])
    plain = {"num_deleted": "0", "size_leaf_vector": "1", "num_feature": str(n_features)}
    for tree in trees:
        same = all(tree["tree_param"][name] == value for name, value in plain.items())
        require(same, "a tree's facts are not those of a fit")
    for name in (*NODE_NUMBERS, *NODE_INTEGERS):
        lengths = np.array([len(tree[name]) for tree in trees])
        require(bool((lengths == sizes).all()), f"{name} has another length than its tree")
    for name in NODE_NUMBERS:
        finite = bool(np.isfinite(_joined(trees, name, "fi")).all())
        require(finite, f"{name} holds something that is not finite")
    columns = {name: _joined(trees, name, "i") for name in NODE_INTEGERS}
    _check_links(columns, sizes)
    chosen = columns["split_indices"]
    require(bool(((chosen >= 0) & (chosen < n_features)).all()), "a split's feature does not exist")
    for name in ("split_type", "default_left"):
        require(bool(np.isin(columns[name], (0, 1)).all()), f"{name} is neither 0 nor 1")


def _check_links(columns: dict[str, NDArray[Any]], sizes: NDArray[Any]) -> None:
    start = np.repeat(np.cumsum(sizes) - sizes, sizes)
    own, limit = np.arange(len(start)) - start, np.repeat(sizes, sizes)
    left, right = columns["left_children"], columns["right_children"]
    leaf = left == -1
    require(bool((right[leaf] == -1).all()), "a leaf has a child")
    inner = ~leaf
    for side in (left, right):
        exists = ((side > own) & (side < limit))[inner]
        require(bool(exists.all()), "a child does not exist, or lies above its parent")
        back = columns["parents"][(side + start)[inner]]
        require(bool((back == own[inner]).all()), "a child names another parent")
    children = np.concatenate([(left + start)[inner], (right + start)[inner]])
    once = len(np.unique(children)) == len(children) == len(start) - len(sizes)
    require(once, "a node has no parent, or two")


def _check_categories(tree: Tree) -> None:
    nodes = np.asarray(tree["categories_nodes"], np.int64)
    starts = np.asarray(tree["categories_segments"], np.int64)
    sizes = np.asarray(tree["categories_sizes"], np.int64)
    codes = np.asarray(tree["categories"], np.int64)
    kinds = np.asarray(tree["split_type"]) * (np.asarray(tree["left_children"]) >= 0)
    require(np.array_equal(np.flatnonzero(kinds), nodes), "splits and sets of categories disagree")
    require(len(starts) == len(sizes) == len(nodes), "the sets of categories have no size")
    ends = np.cumsum(sizes)
    tight = np.array_equal(starts, ends - sizes) and bool((sizes > 0).all())
    total = int(ends[-1]) if len(ends) else 0
    require(tight and total == len(codes), "the sets of categories have impossible sizes")
    require(bool(((codes >= 0) & (codes < MAX_CATEGORY)).all()), "a category is impossible")
