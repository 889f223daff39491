"""Contributions of trees against Shapley values that are summed over every set of features."""

from itertools import combinations
from math import factorial

import numpy as np
import pytest

from phantom_ml.algorithms._trees.contributions import tree_contributions
from phantom_ml.algorithms._trees.paths import Trees
from phantom_ml.algorithms.extra_trees import ExtraTrees
from phantom_ml.algorithms.gradient_boosting import GradientBoosting
from phantom_ml.algorithms.random_forest import RandomForest
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.testing._algorithm_data import FEATURES, context_of, matrix_of, samples_of

N_FEATURES = len(FEATURES)
KINDS = SUPERVISED
SETTINGS = {
    "RandomForest": RandomForest(n_estimators=3, min_samples_leaf=4),
    "ExtraTrees": ExtraTrees(n_estimators=3, min_samples_leaf=4),
    "GradientBoosting": GradientBoosting(max_leaf_nodes=6, min_samples_leaf=4),
}


def shapley(worth):
    """Each feature's value in a game over all sets of features, and what the empty set is worth."""
    found = np.zeros(N_FEATURES + 1)
    for feature in range(N_FEATURES):
        others = [f for f in range(N_FEATURES) if f != feature]
        for size in range(N_FEATURES):
            chance = factorial(size) * factorial(N_FEATURES - size - 1) / factorial(N_FEATURES)
            for known in combinations(others, size):
                found[feature] += chance * (worth({*known, feature}) - worth(set(known)))
    found[-1] = worth(set())
    return found


def walk(node, known, tree):
    """What a tree says where only some features are known; a tree tells of its nodes by number."""
    kids, feature, goes_left, rows, value = tree
    if kids(node) is None:
        return value(node)
    left, right = kids(node)
    if feature(node) in known:
        return walk(left if goes_left(node) else right, known, tree)
    share = rows(left) / (rows(left) + rows(right))
    return share * walk(left, known, tree) + (1 - share) * walk(right, known, tree)


def forest_trees(learner, row):
    """The trees of a forest for one row, each with its root."""
    nodes = learner.nodes

    def goes_left(i):
        cell = row[nodes.feature[i]]
        return nodes.missing_left[i] == 1 if np.isnan(cell) else cell <= nodes.threshold[i]

    for start in nodes.starts:

        def kids(i, start=start):
            return None if nodes.left[i] < 0 else (nodes.left[i] + start, nodes.right[i] + start)

        def rows(i, kids=kids):
            both = kids(i)
            if both is None:
                return float(nodes.cover[nodes.leaf_place[i]])
            return rows(both[0], kids) + rows(both[1], kids)

        def value(i):
            return nodes.value[nodes.leaf_place[i]].astype(float)

        yield start, (kids, lambda i: nodes.feature[i], goes_left, rows, value)


def boosted_trees(learner, row):
    """The trees of a boosting for one row, each with its root."""
    trees = learner.trees
    cells = learner.levels.apply(row[None, :])[0]
    node_ends, set_ends = np.cumsum(trees.counts), np.cumsum(trees.bitset_counts)
    for number in range(trees.n_trees):
        start = node_ends[number] - trees.counts[number]
        nodes = trees.nodes[start : node_ends[number]]
        sets = trees.bitsets[set_ends[number] - trees.bitset_counts[number] : set_ends[number]]

        def kids(i, nodes=nodes):
            return None if nodes["is_leaf"][i] else (nodes["left"][i], nodes["right"][i])

        def goes_left(i, nodes=nodes, sets=sets):
            cell = cells[nodes["feature_idx"][i]]
            if np.isnan(cell):
                return bool(nodes["missing_go_to_left"][i])
            if nodes["is_categorical"][i]:
                word = int(sets[nodes["bitset_idx"][i]][int(cell) // 32])
                return bool(word >> (int(cell) % 32) & 1)
            return cell <= nodes["num_threshold"][i]

        def value(i, nodes=nodes, output=number % trees.n_outputs):
            return nodes["value"][i] * np.eye(trees.n_outputs)[output]

        def feature(i, nodes=nodes):
            return learner.levels.order[nodes["feature_idx"][i]]

        yield 0, (kids, feature, goes_left, lambda i, nodes=nodes: int(nodes["count"][i]), value)


def expected(learner, row, trees):
    """Shapley values of the sum of trees, (n_features + 1, n_outputs)."""
    total = None
    for root, tree in trees(learner, row):
        outputs = walk(root, set(range(N_FEATURES)), tree)
        parts = [
            shapley(lambda known, root=root, tree=tree, k=k: walk(root, known, tree)[k])
            for k in range(len(outputs))
        ]
        total = np.stack(parts, axis=1) if total is None else total + np.stack(parts, axis=1)
    return total


def fitted(name, kind):
    boosts = name == "GradientBoosting"
    train = samples_of(kind, 300 if boosts else 60, 1)
    return SETTINGS[name].fit(train, None, context_of(kind, n_rounds=2 if boosts else None))


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["RandomForest", "ExtraTrees"])
def test_a_forest_tells_the_shapley_values_of_its_mean(name, kind):
    learner, matrix = fitted(name, kind), matrix_of(4, 3)
    found = learner.contributions(matrix)
    for row, parts in zip(matrix.values, found, strict=True):
        wanted = expected(learner, row, forest_trees) / learner.n_trees * learner.unit.spread
        wanted[-1] += learner.unit.centre
        np.testing.assert_allclose(parts, wanted, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_boosting_tells_the_shapley_values_of_its_sum(kind):
    learner, matrix = fitted("GradientBoosting", kind), matrix_of(4, 3)
    found = learner.contributions(matrix)
    for row, parts in zip(matrix.values, found, strict=True):
        wanted = expected(learner, row, boosted_trees)
        wanted[-1] += learner.trees.baseline
        wanted *= learner.unit.spread
        wanted[-1] += learner.unit.centre
        np.testing.assert_allclose(parts, wanted, rtol=1e-5, atol=1e-6)


def test_the_boosting_of_these_tests_splits_categories_and_numbers():
    nodes = fitted("GradientBoosting", ProblemKind.BINARY).trees.nodes
    asked = nodes[nodes["is_leaf"] == 0]
    assert set(asked["is_categorical"]) == {0, 1}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("name", ["RandomForest", "ExtraTrees"])
def test_a_grown_forest_adds_up_to_its_prediction(name, kind):
    settings = {"RandomForest": RandomForest, "ExtraTrees": ExtraTrees}[name](n_estimators=40)
    learner = settings.fit(samples_of(kind, 2_000, 1), None, context_of(kind))
    matrix = matrix_of(100, 3)
    total = learner.contributions(matrix).sum(axis=1)
    np.testing.assert_allclose(total, learner.predict(matrix), rtol=1e-5, atol=1e-6)


def test_no_row_is_no_fault():
    learner, matrix = fitted("RandomForest", ProblemKind.MULTICLASS), matrix_of(50, 3)
    nothing = learner.contributions(matrix.rows(np.arange(0)))
    assert nothing.shape == (0, N_FEATURES + 1, 3)


def test_a_boosting_that_never_saw_a_class_has_none():
    train = samples_of(ProblemKind.MULTICLASS, 60, 1)
    train = train.rows(np.flatnonzero(train.target != 1))
    learner = GradientBoosting(max_rounds=2).fit(train, None, context_of(ProblemKind.MULTICLASS))
    assert learner.contributions(matrix_of(5, 3)) is None


def chain(n_features, n_rows):
    """A tree with one path of many features, each of which the same share of the rows leaves."""
    inner = np.arange(0, 2 * n_features, 2)
    left, right = np.full(2 * n_features + 1, -1), np.full(2 * n_features + 1, -1)
    left[inner], right[inner] = inner + 1, inner + 2
    feature = np.zeros(2 * n_features + 1, np.int64)
    feature[inner] = np.arange(n_features)
    cover = np.zeros(2 * n_features + 1)
    left_over = n_rows ** (1 - np.arange(n_features + 1) / n_features)
    cover[inner + 1], cover[-1] = -np.diff(left_over), left_over[-1]
    value = np.zeros(2 * n_features + 1)
    value[-1] = 1.0
    return Trees(left, right, feature, cover, value, np.array([len(left)]))


def test_long_paths_keep_seven_digits():
    n_features = 40
    trees = chain(n_features, n_rows=1e6)
    found = tree_contributions(
        trees, lambda nodes, rows: np.zeros((len(nodes), 1), np.bool_), 1, n_features
    )[0]
    assert found.sum() == pytest.approx(1.0, abs=1e-6)
