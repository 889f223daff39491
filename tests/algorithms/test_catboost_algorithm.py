"""CatBoost where its library is not installed, and where it is."""

import importlib.util

import numpy as np
import pytest

from phantom_ml.algorithms.catboost import CatBoost, pool_of
from phantom_ml.config import ProblemKind
from phantom_ml.errors import ExtraMissing
from phantom_ml.testing._algorithm_data import context_of, samples_of

installed = importlib.util.find_spec("catboost") is not None
needs_library = pytest.mark.skipif(not installed, reason="the extra 'catboost' is not installed")


def test_without_the_library_the_extra_is_named(monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ExtraMissing, match="catboost"):
        CatBoost().fit(samples_of(ProblemKind.BINARY, 20, 1), None, context_of(ProblemKind.BINARY))


@needs_library
def test_a_table_of_categories_alone_is_taken():
    pool = pool_of(np.array([[0, 1], [np.nan, 0]], np.float32), np.array([0, 1]))
    assert pool.get_cat_feature_indices() == [0, 1]


@needs_library
def test_importances_stand_in_the_order_of_the_matrix():
    kind = ProblemKind.BINARY
    learner = CatBoost(max_rounds=30).fit(samples_of(kind, 500, 1), None, context_of(kind))
    assert set(np.argsort(-learner.importance())[:2]) == {0, 5}
