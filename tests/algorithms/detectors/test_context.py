"""Columns that tell of a row's circumstances beside those of the row itself."""

import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.algorithms.detectors._columns import LATER, Columns
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import FILE, load_arrays, save_arrays

DETECTORS = ("ECOD", "HBOS", "IsolationForest", "KNN", "PCA", "EntityBaseline")
N_PAST = 20


def table(n_rows, seed=0, context="user"):
    """Return rows of two columns of their own and many of one context."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n_rows, 2 + N_PAST)).astype(np.float32)
    own = [Feature("size", "size"), Feature("port", "port")]
    past = [Feature(f"user.{i}", "user", context=context) for i in range(N_PAST)]
    return Matrix(values, (*own, *past))


def fitted(name, rows):
    train = Samples(rows, np.zeros(rows.n_rows))
    return algorithms.get(name)().fit(train, None, FitContext(ProblemKind.ANOMALY, 0, 0, 1))


def test_columns_of_one_context_weigh_together_as_one_of_the_rows_own():
    weight = Columns.fit(table(100)).weight
    assert weight[:2].tolist() == [1.0, 1.0]
    assert weight[2:].sum() == pytest.approx(1.0)


def test_columns_without_a_context_weigh_alike():
    assert set(Columns.fit(table(100, context="")).weight) == {1.0}


@pytest.mark.parametrize("name", DETECTORS)
def test_a_row_far_out_in_its_own_columns_is_not_drowned_by_its_past(name):
    rows = table(2_000)
    rows.values[0, :2] = 12.0
    weighed, alike = (fitted(name, Matrix(rows.values[1:], f)) for f in _both(rows))
    found, drowned = (learner.predict(rows)[:, 0] for learner in (weighed, alike))
    assert (found > found[0]).sum() <= (drowned > drowned[0]).sum()
    assert found[0] > np.quantile(found, 0.995)


def _both(rows):
    return rows.features, tuple(Feature(f.name, f.source) for f in rows.features)


@pytest.mark.parametrize("name", DETECTORS)
def test_what_columns_weigh_is_saved(name, tmp_path):
    learner, rows = fitted(name, table(500)), table(50, seed=1)
    save_learner(learner, tmp_path)
    assert (load_learner(tmp_path).predict(rows) == learner.predict(rows)).all()


def test_a_detector_states_that_older_programs_would_score_otherwise():
    assert fitted("HBOS", table(100)).version == 2


def test_a_detector_that_was_saved_without_weights_weighs_its_columns_alike(tmp_path):
    learner, rows = fitted("KNN", table(100, context="")), table(50, seed=1)
    save_learner(learner, tmp_path)
    _change(tmp_path, lambda arrays: [arrays.pop(f"columns.{name}") for name in LATER])
    old = load_learner(tmp_path)
    assert old.version == 1
    assert (old.predict(rows) == learner.predict(rows)).all()


@pytest.mark.parametrize(
    "wrong", [np.zeros(2 + N_PAST), np.full(2 + N_PAST, np.nan), np.ones(3), np.ones(22, int)]
)
def test_impossible_weights_are_damage(tmp_path, wrong):
    save_learner(fitted("HBOS", table(100)), tmp_path)
    _change(tmp_path, lambda arrays: arrays.update({"columns.weight": wrong}))
    with pytest.raises(BundleDamaged, match="weighs nothing"):
        load_learner(tmp_path)


def _change(folder, change):
    arrays, facts = load_arrays(folder, {})
    change(arrays)
    (folder / FILE).unlink()
    save_arrays(folder, arrays, facts)
