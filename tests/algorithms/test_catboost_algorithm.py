"""CatBoost where its library is not installed, and where it is."""

import importlib.util
from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.catboost import CatBoost, pool_of
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
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


@needs_library
@pytest.mark.parametrize("subsample", [0.4, 0.9])
@pytest.mark.parametrize("n_rows", [2, 4])
def test_rows_so_few_that_a_tree_might_draw_none_are_all_seen(n_rows, subsample):
    kind = ProblemKind.REGRESSION
    rows = samples_of(kind, 50, 1).rows(np.arange(n_rows))
    settings = CatBoost(subsample=subsample, max_rounds=100)
    found = settings.fit(rows, None, context_of(kind)).predict(rows.matrix)
    np.testing.assert_allclose(found[:, 0], rows.target, atol=0.5 * np.ptp(rows.target))


N = 60
FEATURES = (Feature("size", "size"), Feature("kind", "kind", cardinality=2))
TARGETS = {
    ProblemKind.BINARY: (np.repeat([0, 1], [45, 15]), [0.25]),
    ProblemKind.MULTICLASS: (np.repeat([0, 1, 2], [30, 15, 15]), [0.5, 0.25, 0.25]),
    ProblemKind.REGRESSION: (np.arange(N) * 100.0, [2950.0]),
}
#: A number and a category in the training rows: the same everywhere, or nowhere known.
FIXED = {"the same": (1.0, 0.0), "missing": (np.nan, np.nan), "both": (np.nan, 0.0)}


def fixed_samples(kind, values, weight=None):
    """Return rows that do not differ, whose answers do."""
    cells = np.tile(np.array(values, np.float32), (N, 1))
    return Samples(Matrix(cells, FEATURES), TARGETS[kind][0], weight)


def odd_samples(kind, values):
    """Return such rows of which one cell is another."""
    cells = fixed_samples(kind, values).matrix.values.copy()
    cells[3] = [5.0, 1.0]
    return Samples(Matrix(cells, FEATURES), TARGETS[kind][0])


@needs_library
@pytest.mark.parametrize("values", FIXED.values(), ids=FIXED)
@pytest.mark.parametrize("kind", TARGETS)
def test_rows_that_do_not_differ_are_answered_by_shares_or_mean(kind, values):
    valid = odd_samples(kind, values)
    learner = CatBoost().fit(fixed_samples(kind, values), valid, context_of(kind))
    assert np.allclose(learner.predict(valid.matrix), TARGETS[kind][1], rtol=1e-6)


@needs_library
def test_without_validation_rows_they_are_too():
    kind = ProblemKind.BINARY
    train = fixed_samples(kind, FIXED["the same"])
    learner = CatBoost().fit(train, None, context_of(kind, n_rounds=1))
    assert np.allclose(learner.predict(train.matrix), 0.25)


@needs_library
def test_weights_count_in_the_answer_to_rows_that_do_not_differ():
    kind = ProblemKind.BINARY
    train = fixed_samples(kind, FIXED["the same"], np.repeat([1.0, 3.0], [45, 15]))
    learner = CatBoost().fit(train, None, context_of(kind))
    assert np.allclose(learner.predict(train.matrix), 0.5)


@needs_library
def test_one_class_of_rows_that_do_not_differ_leaves_the_other_possible():
    kind = ProblemKind.BINARY
    train = replace(fixed_samples(kind, FIXED["the same"]), target=np.zeros(N, np.int64))
    answer = CatBoost().fit(train, None, context_of(kind)).predict(train.matrix)
    assert np.allclose(answer, 1e-6)


@needs_library
@pytest.mark.parametrize("kind", TARGETS)
def test_one_answer_for_all_rows_is_saved(kind, tmp_path):
    valid = odd_samples(kind, FIXED["the same"])
    learner = CatBoost().fit(fixed_samples(kind, FIXED["the same"]), None, context_of(kind))
    save_learner(learner, tmp_path)
    assert np.array_equal(
        load_learner(tmp_path).predict(valid.matrix), learner.predict(valid.matrix)
    )


@needs_library
@pytest.mark.parametrize("kind", TARGETS)
def test_no_feature_has_a_part_in_one_answer_for_all_rows(kind):
    valid = odd_samples(kind, FIXED["the same"])
    learner = CatBoost().fit(fixed_samples(kind, FIXED["the same"]), valid, context_of(kind))
    assert not learner.contributions(valid.matrix)[:, :-1].any()


@needs_library
def test_no_feature_is_important_to_one_answer_for_all_rows():
    kind = ProblemKind.BINARY
    learner = CatBoost().fit(fixed_samples(kind, FIXED["the same"]), None, context_of(kind))
    assert learner.importance().tolist() == [0.0, 0.0]


@needs_library
def test_another_error_of_the_library_is_raised():
    from catboost import CatBoostError

    kind = ProblemKind.BINARY
    train = Samples(Matrix(np.empty((N, 0), np.float32), ()), TARGETS[kind][0])
    with pytest.raises(CatBoostError, match="must be non-None"):
        CatBoost().fit(train, None, context_of(kind))


def easy_samples(n_rows, seed):
    """Return rows of two classes far apart."""
    random = np.random.default_rng(seed)
    target = random.integers(0, 2, n_rows)
    cells = random.normal(size=(n_rows, 1)).astype(np.float32)
    cells[:, 0] += 6 * target
    return Samples(Matrix(cells, FEATURES[:1]), target)


@needs_library
def test_rows_that_are_told_apart_soon_end_the_fit():
    kind = ProblemKind.BINARY
    learner = CatBoost().fit(easy_samples(300, 1), easy_samples(75, 2), context_of(kind))
    assert (learner.n_rounds < 300, learner.waited) == (True, 0.0)


def faint_samples(n_rows, seed):
    """Return rows of two classes, of which a sixth cannot be told apart, and the others cleanly."""
    random = np.random.default_rng(seed)
    cells = random.normal(size=(n_rows, 1)).astype(np.float32)
    target = (cells[:, 0] > 0).astype(np.int64)
    cells[::6] = np.nan
    return Samples(Matrix(cells, FEATURES[:1]), target)


@needs_library
def test_rounds_that_gain_next_to_nothing_end_the_fit():
    kind = ProblemKind.BINARY
    settings = CatBoost(learning_rate=0.17, depth=6, l2_leaf_reg=10.0)
    learner = settings.fit(faint_samples(320, 1), faint_samples(80, 2), context_of(kind))
    assert learner.n_rounds < 7_000
