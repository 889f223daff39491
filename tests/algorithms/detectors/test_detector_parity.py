"""Detectors rank rows as their reference implementations do, on rows that both see scaled alike."""

import numpy as np
import pytest
from scipy.stats import spearmanr
from sklearn.ensemble import IsolationForest
from sklearn.neighbors import NearestNeighbors

from tests.algorithms.detectors.made import cloud, fitted, scores

#: No row lies where scaling bends.
TRAIN, TEST = cloud(1500, 1), cloud(500, 2)
#: Columns with a longer side: without one, chance decides which tail ECOD and COPOD look at.
SKEWED, NEW = np.exp(0.4 * TRAIN), np.exp(0.4 * TEST)


def agreement(name: str, reference, **settings) -> float:
    return float(spearmanr(scores(fitted(name, TRAIN, **settings), TEST), reference)[0])


def test_isolation_forest_ranks_as_that_of_scikit_learn():
    forest = IsolationForest(n_estimators=400, max_samples=256, random_state=0).fit(TRAIN)
    assert agreement("IsolationForest", -forest.score_samples(TEST), n_estimators=400) > 0.97


def test_extended_isolation_forest_ranks_as_isolation_forest_where_columns_are_alike():
    forest = IsolationForest(n_estimators=400, max_samples=256, random_state=0).fit(TRAIN)
    found = agreement("IsolationForest", -forest.score_samples(TEST), n_estimators=400, n_axes=3)
    assert found > 0.9


def test_knn_ranks_as_nearest_neighbours_among_all_rows():
    # The spread of each column differs a little; distances are measured in it.
    spread = np.subtract(*np.quantile(TRAIN, [0.75, 0.25], axis=0))
    near = NearestNeighbors(n_neighbors=5).fit(TRAIN / spread)
    reference = near.kneighbors(TEST / spread)[0].mean(axis=1)
    found = agreement("KNN", reference, max_samples=1500, share=5 / 1500, distance="mean")
    assert found > 0.99


def test_pca_ranks_as_the_distance_by_the_covariance():
    away = TEST - TRAIN.mean(axis=0)
    reference = np.einsum("ij,jk,ik->i", away, np.linalg.inv(np.cov(TRAIN.T)), away)
    assert agreement("PCA", reference, variance=1.0, trusted=1.0) > 0.99


@pytest.mark.parametrize(
    ("name", "module", "given", "rows", "least"),
    [
        ("COPOD", "copod", {}, (SKEWED, NEW), 0.99),
        # In the paper a row takes the rarest of three sums, in pyod the rarer tail of each column.
        ("ECOD", "ecod", {}, (SKEWED, NEW), 0.9),
        ("HBOS", "hbos", {"n_bins": 20}, (TRAIN, TEST), 0.95),
        (
            "IsolationForest",
            "iforest",
            {"n_estimators": 400, "random_state": 0},
            (TRAIN, TEST),
            0.95,
        ),
    ],
)
def test_detector_ranks_as_that_of_pyod(name, module, given, rows, least):
    library = pytest.importorskip(f"pyod.models.{module}", reason="pyod is not installed")
    model = getattr(library, {"iforest": "IForest"}.get(module, name))(**given)
    reference = model.fit(rows[0]).decision_function(rows[1])
    assert spearmanr(scores(fitted(name, rows[0]), rows[1]), reference)[0] > least
