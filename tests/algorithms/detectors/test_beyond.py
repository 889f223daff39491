"""Numbers that lie far beyond all training rows."""

import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.algorithms.detectors._columns import FARTHER, Columns
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import FILE, load_arrays, save_arrays

DETECTORS = ("ECOD", "HBOS", "IsolationForest", "KNN", "PCA", "EntityBaseline")


def table(n_rows, seed=0, context="", counts=False):
    values = np.random.default_rng(seed).normal(size=(n_rows, 12)).astype(np.float32)
    features = [Feature(f"x{i}", f"x{i}", context=context, counts=counts) for i in range(12)]
    return Matrix(values, tuple(features))


def with_first(matrix, value):
    values = matrix.values.copy()
    values[0, 3] = value
    return Matrix(values, matrix.features)


def fitted(name, rows):
    train = Samples(rows, np.zeros(rows.n_rows))
    return algorithms.get(name)().fit(train, None, FitContext(ProblemKind.ANOMALY, 0, 0, 1))


def test_no_training_row_lies_beyond_all_training_rows():
    rows = table(500)
    assert not Columns.fit(rows).beyond(rows).any()


def test_a_number_ten_times_as_far_out_as_all_others_counts_as_one_in_ten_of_those_beyond():
    rows = table(500)
    columns = Columns.fit(rows)
    out = columns.centre[3] + 10 * columns.spread[3] * np.exp(columns.reach[3])
    found = columns.beyond(with_first(rows, out))
    assert found[0, 3] == pytest.approx(np.log(10 / FARTHER), rel=1e-3)
    assert np.count_nonzero(found) == 1


def test_what_tells_of_a_rows_context_has_no_end_of_its_own():
    rows = table(500, context="user")
    assert not Columns.fit(rows).beyond(with_first(rows, 1e9)).any()


def test_more_at_once_in_a_context_than_in_all_training_rows_lies_beyond_them():
    rows = table(500, context="user", counts=True)
    assert Columns.fit(rows).beyond(with_first(rows, 1e9))[0].argmax() == 3


def test_the_only_column_of_a_context_has_no_end_either():
    rows = table(500)
    alone = Matrix(
        rows.values, tuple(Feature(f.name, f.name, context=f.name) for f in rows.features)
    )
    assert not Columns.fit(alone).beyond(with_first(alone, 1e9)).any()


@pytest.mark.parametrize("name", DETECTORS)
def test_one_column_absurdly_far_out_is_the_oddest_of_all_rows(name):
    learner, rows = fitted(name, table(2_000)), with_first(table(2_000, seed=1), 1e6)
    assert learner.predict(rows)[:, 0].argmax() == 0


@pytest.mark.parametrize("name", ["ECOD", "HBOS", "EntityBaseline"])
def test_the_column_far_out_is_told_as_the_reason(name):
    learner, rows = fitted(name, table(2_000)), with_first(table(50, seed=1), 1e6)
    parts = learner.contributions(rows)
    assert parts[0, :-1, 0].argmax() == 3
    np.testing.assert_allclose(parts[:, :, 0].sum(axis=1), learner.predict(rows)[:, 0])


@pytest.mark.parametrize("wrong", [np.full(12, -np.inf), np.full(12, np.nan), np.ones(3)])
def test_an_impossible_reach_is_damage(tmp_path, wrong):
    save_learner(fitted("HBOS", table(100)), tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    (tmp_path / FILE).unlink()
    save_arrays(tmp_path, {**arrays, "columns.reach": wrong}, facts)
    with pytest.raises(BundleDamaged, match="reach"):
        load_learner(tmp_path)
