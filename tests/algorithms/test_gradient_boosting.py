"""Scikit-learn's boosting kept as arrays."""

import numpy as np
import pytest
from sklearn.ensemble import HistGradientBoostingClassifier

from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.gradient_boosting import FORM, GradientBoosting
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of

KIND = ProblemKind.BINARY


def fitted(n_rounds=7, **settings):
    train = samples_of(KIND, 600, 1)
    return GradientBoosting(**settings).fit(train, None, context_of(KIND, n_rounds=n_rounds))


def test_it_predicts_as_scikit_learn_does():
    columns = [5, 6, 0, 1, 2, 3]
    train, test = samples_of(KIND, 600, 1), matrix_of(200, 3)
    estimator = HistGradientBoostingClassifier(
        learning_rate=0.06,
        max_iter=7,
        l2_regularization=1e-6,
        early_stopping=False,
        random_state=0,
        categorical_features=[0, 1],
    )
    estimator.fit(train.matrix.values[:, columns], train.target)
    expected = estimator.predict_proba(test.values[:, columns])[:, 1:]
    np.testing.assert_allclose(fitted().predict(test), expected, rtol=1e-12)


def test_categories_are_split_natively():
    assert fitted().trees.bitset_counts.sum() > 0


#: Noise, a category of three levels, and one of which training holds one level and missing cells.
GAPPY = (Feature("n", "n"), Feature("three", "three", 3), Feature("one", "one", 4))


def gappy_samples(side, n_rows=600):
    """Return rows of which one class has the level, 0 or 1; the other's cells are missing."""
    random = np.random.default_rng(5)
    target = random.integers(0, 2, n_rows)
    one = np.where(target == side, 2.0, np.nan)
    columns = (random.normal(size=n_rows), random.integers(0, 3, n_rows), one)
    return Samples(Matrix(np.stack(columns, axis=1).astype(np.float32), GAPPY), target)


@pytest.mark.parametrize("side", [0, 1])
def test_the_only_level_of_a_category_is_told_from_missing_cells(side):
    train = gappy_samples(side)
    learner = GradientBoosting().fit(train, None, context_of(KIND, n_rounds=100))
    assert np.abs(learner.predict(train.matrix)[:, 0] - train.target).max() < 0.01


def test_the_only_level_of_a_category_has_the_contribution():
    train = gappy_samples(1)
    learner = GradientBoosting().fit(train, None, context_of(KIND, n_rounds=100))
    parts = learner.contributions(train.matrix)[:, :-1, 0]
    assert (np.abs(parts).argmax(axis=1) == 2).all()


def test_the_only_level_of_a_category_is_told_after_loading(tmp_path):
    train = gappy_samples(1)
    learner = GradientBoosting().fit(train, train, context_of(KIND))
    save_learner(learner, tmp_path)
    found = load_learner(tmp_path).predict(train.matrix)
    assert np.array_equal(found, learner.predict(train.matrix))


def test_rounds_stop_when_the_loss_on_validation_rows_rises():
    settings = GradientBoosting(learning_rate=0.3, min_samples_leaf=1)
    train, valid = samples_of(KIND, 300, 1), samples_of(KIND, 300, 2)
    learner = settings.fit(train, valid, context_of(KIND))
    longer = settings.fit(train, None, context_of(KIND, n_rounds=learner.n_rounds + 100))

    def loss(one):
        found = np.clip(one.predict(valid.matrix)[:, 0], 1e-12, 1 - 1e-12)
        return -np.mean(np.where(valid.target == 1, np.log(found), np.log(1 - found)))

    assert loss(learner) < loss(longer)


CHANGES = {
    "a child beyond the tree": ("node.left", 10**6),
    "a child above its parent": ("node.left", 0),
    "a feature beyond the table": ("node.feature_idx", 7),
    "a set of levels beyond all": ("node.bitset_idx", 10**6),
    "a leaf that is neither": ("node.is_leaf", 2),
    "a value that is not finite": ("node.value", np.inf),
    "a cut that is not a number": ("node.num_threshold", np.nan),
    "a tree of no node": ("counts", 0),
    "sets of levels that are not there": ("bitset_counts", 99),
    "a baseline that is not finite": ("baseline", np.nan),
    "an order that leaves one out": ("levels.order", 0),
    "a level beyond the bits": ("levels.level", 256),
    "a class beyond all": ("classes", 5),
}


@pytest.mark.parametrize("fault", CHANGES)
def test_arrays_that_no_fit_writes_are_refused(fault, tmp_path):
    save_learner(fitted(), tmp_path)
    arrays, facts = load_arrays(tmp_path, FORM)
    name, value = CHANGES[fault]
    place = np.flatnonzero(arrays["node.is_categorical"])[0] if name == "node.bitset_idx" else 0
    arrays[name][place] = value
    save_arrays(tmp_path, arrays, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
