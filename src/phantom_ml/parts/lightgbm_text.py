"""Whether a LightGBM model's text could have been written by a fit, before native code reads it.

The native reader follows sizes and indices of the text without looking. Here they are all looked
at: the byte sizes of trees, the lengths of their arrays, and that children, leaves, features and
bit sets of categories exist. A child's number is above its parent's, so no walk can go round.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import require

Ints = NDArray[np.int64]
Tree = dict[str, str]

HEADER = ("num_class", "num_tree_per_iteration", "max_feature_idx", "objective", "tree_sizes")
OBJECTIVE = re.compile(
    r"binary sigmoid:1|regression|regression_l1|huber|multiclass num_class:(\d+)"
)
MAX_FEATURES = 10_000_000
#: Array of a tree -> whether it is as long as there are leaves (else as there are splits).
LENGTHS = {
    "split_feature": False, "split_gain": False, "threshold": False, "decision_type": False,
    "left_child": False, "right_child": False, "internal_value": False, "internal_weight": False,
    "internal_count": False, "leaf_value": True,
}  # fmt: skip
#: Left out for a tree of one leaf.
OPTIONAL_LEAVES = ("leaf_weight", "leaf_count")


def checked_model_text(text: str) -> str:
    """Return the text as it is; raises BundleDamaged where a fit could not have written it."""
    require(text.isascii(), "the model's text holds letters that LightGBM does not write")
    require("\0" not in text, "the model's text holds a zero byte")
    head, gap, body = text.partition("\n\n")
    require(gap != "" and head.startswith("tree\nversion=v4\n"), "the text is not a LightGBM model")
    header = _pairs(head.splitlines()[2:])
    n_features = _checked_header(header)
    _check_trees(list(_trees(header["tree_sizes"], body)), n_features)
    return text


def _pairs(lines: Sequence[str]) -> dict[str, str]:
    parts = [line.partition("=") for line in lines]
    pairs = {name: value for name, _, value in parts}
    require(len(pairs) == len(parts), "a line of the model's text is written twice")
    return pairs


def _checked_header(header: dict[str, str]) -> int:
    absent = [name for name in HEADER if name not in header]
    require(not absent, f"the header lacks {', '.join(absent)}")
    form = OBJECTIVE.fullmatch(header["objective"])
    require(form is not None, f"the objective is {header['objective'][:60]!r}")
    n_classes = _integer(header["num_class"], 1, 100_000)
    per_round = _integer(header["num_tree_per_iteration"], 1, 100_000)
    told = form.group(1) if form is not None else None
    agrees = n_classes == per_round == (1 if told is None else _integer(told, 2, 100_000))
    require(agrees, "the numbers of classes do not agree")
    n_trees = len(header["tree_sizes"].split())
    require(n_trees > 0 and n_trees % per_round == 0, f"{n_trees} trees do not make whole rounds")
    n_features = _integer(header["max_feature_idx"], 0, MAX_FEATURES) + 1
    for name in ("feature_names", "feature_infos"):
        require(len(header.get(name, "").split()) == n_features, f"{name} has another length")
    return n_features


def _integer(text: str, low: int, high: int) -> int:
    right = re.fullmatch(r"\d{1,9}", text) is not None and low <= int(text) <= high
    require(right, f"{text[:20]!r} is no number from {low} to {high}")
    return int(text)


def _trees(sizes: str, body: str) -> Iterator[Tree]:
    start = 0
    for number, size in enumerate(sizes.split()):
        end = start + _integer(size, 1, 999_999_999)
        block = body[start:end]
        whole = block.startswith(f"Tree={number}\n") and block.endswith("\n\n") and end <= len(body)
        require(whole, f"tree {number} does not lie where its size says")
        yield _pairs(block.rstrip("\n").split("\n"))
        start = end
    require(body.startswith("end of trees\n", start), "there is more text than trees")


@dataclass(frozen=True)
class Column:
    """One array of every tree, end to end, and how long each tree's part is."""

    values: NDArray[Any]
    lengths: Ints


def _column(trees: Sequence[Tree], name: str, kind: type[np.generic]) -> Column:
    parts = [tree.get(name, "") for tree in trees]
    lengths = np.array([part.count(" ") + 1 if part else 0 for part in parts], np.int64)
    words = " ".join(part for part in parts if part).split(" ")
    try:
        values = np.array(words if words != [""] else [], dtype=kind)
    except (ValueError, OverflowError):
        require(False, f"{name} holds something else than numbers")
    require(len(values) == int(lengths.sum()), f"{name} holds empty places")
    return Column(values, lengths)


def _check_trees(trees: Sequence[Tree], n_features: int) -> None:
    n_leaves = _column(trees, "num_leaves", np.int64).values
    n_categorical = _column(trees, "num_cat", np.int64).values
    require(len(n_leaves) == len(n_categorical) == len(trees), "a tree does not tell its size")
    require(bool((n_leaves >= 1).all() and (n_categorical >= 0).all()), "a tree has no leaf")
    require(all(tree.get("is_linear") == "0" for tree in trees), "a tree has linear leaves")
    n_splits = n_leaves - 1
    for name, by_leaf in LENGTHS.items():
        _check_length(trees, name, n_leaves if by_leaf else n_splits)
    for name in OPTIONAL_LEAVES:
        _check_length([t for t in trees if t.get(name)], name, None)
    leaves = _column(trees, "leaf_value", np.float64).values
    require(bool(np.isfinite(leaves).all()), "a leaf's value is not finite")
    split = _column(trees, "split_feature", np.int64).values
    require(bool(((split >= 0) & (split < n_features)).all()), "a split's feature does not exist")
    _check_children(trees, n_splits)
    _check_categories(trees, n_splits, n_categorical)


def _check_length(trees: Sequence[Tree], name: str, expected: Ints | None) -> None:
    parts = [tree.get(name) for tree in trees]
    require(None not in parts, f"a tree has no {name}")
    if expected is None:
        expected = np.array([int(tree["num_leaves"]) for tree in trees], np.int64)
    lengths = np.array([len(part.split()) if part else 0 for part in parts], np.int64)
    require(bool((lengths == expected).all()), f"{name} has another length than its tree")


def _check_children(trees: Sequence[Tree], n_splits: Ints) -> None:
    own = np.arange(int(n_splits.sum())) - np.repeat(np.cumsum(n_splits) - n_splits, n_splits)
    limit = np.repeat(n_splits, n_splits)
    tree = np.repeat(np.arange(len(trees)), n_splits)
    sides = [_column(trees, name, np.int64).values for name in ("left_child", "right_child")]
    for child in sides:
        # A leaf is written as its number's complement: -1 is leaf 0.
        inner = (child > own) & (child < limit)
        leaf = (child < 0) & (~child <= limit)
        require(bool((inner | leaf).all()), "a child does not exist, or lies above its parent")
    both, twice = np.concatenate(sides), np.concatenate([tree, tree])
    width = 2 * int(n_splits.max(initial=0)) + 4
    once = len(np.unique(twice * width + both + width // 2)) == len(both)
    require(once, "two splits share a child")


def _check_categories(trees: Sequence[Tree], n_splits: Ints, n_categorical: Ints) -> None:
    kinds = _column(trees, "decision_type", np.int64).values
    require(bool(((kinds >= 0) & (kinds < 16)).all()), "a split is of an unknown type")
    thresholds = _column(trees, "threshold", np.float64).values
    require(not bool(np.isnan(thresholds).any()), "a threshold is not a number")
    where = (kinds & 1).astype(bool)
    limit = np.repeat(n_categorical, n_splits)[where]
    chosen = thresholds[where]
    exists = (chosen >= 0) & (chosen < limit) & (chosen == np.floor(chosen))
    require(bool(exists.all()), "a split names a set of categories that does not exist")
    for tree in (t for t, n in zip(trees, n_categorical, strict=True) if n > 0):
        bounds = _column([tree], "cat_boundaries", np.int64).values
        words = _column([tree], "cat_threshold", np.int64).values
        right = (
            len(bounds) == int(tree["num_cat"]) + 1
            and bounds[0] == 0
            and bounds[-1] == len(words)
            and bool((np.diff(bounds) > 0).all())
            and bool(((words >= 0) & (words < 2**32)).all())
        )
        require(right, "the sets of categories have impossible sizes")
