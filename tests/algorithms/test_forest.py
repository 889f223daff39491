"""Forests kept as arrays."""

import numpy as np
import pytest
from sklearn.ensemble import ExtraTreesRegressor, RandomForestClassifier

from phantom_ml.algorithms._trees.forest import FEW_ROWS, FORM
from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.extra_trees import ExtraTrees
from phantom_ml.algorithms.random_forest import RandomForest
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.errors import BundleDamaged, DataError
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of


def fitted(kind=ProblemKind.BINARY, n_rows=300):
    return RandomForest(n_estimators=12).fit(samples_of(kind, n_rows, 1), None, context_of(kind))


def test_classes_are_predicted_as_by_scikit_learn():
    train, test = samples_of(ProblemKind.MULTICLASS, 300, 1), matrix_of(200, 3)
    learner = RandomForest(n_estimators=12).fit(train, None, context_of(ProblemKind.MULTICLASS))
    forest = RandomForestClassifier(12, max_features="sqrt", random_state=0)
    forest.fit(train.matrix.values.copy(), train.target)
    expected = forest.predict_proba(test.values.copy())
    np.testing.assert_allclose(learner.predict(test), expected, atol=1e-6)


def test_values_are_predicted_as_by_scikit_learn():
    train, test = samples_of(ProblemKind.REGRESSION, 300, 1), matrix_of(200, 3)
    learner = ExtraTrees(n_estimators=12).fit(train, None, context_of(ProblemKind.REGRESSION))
    forest = ExtraTreesRegressor(12, max_features="sqrt", random_state=0)
    unit = TargetUnit.of_values(train.target)
    forest.fit(train.matrix.values.copy(), unit.shown(train).target)
    expected = unit.told(forest.predict(test.values.copy())[:, None])
    np.testing.assert_allclose(learner.predict(test), expected, atol=1e-5)


@pytest.mark.parametrize("kind", SUPERVISED)
def test_few_rows_predict_as_many_do_to_the_last_bit(kind):
    learner, matrix = fitted(kind), matrix_of(100, 3)
    few = learner.predict(matrix.rows(np.arange(FEW_ROWS)))
    np.testing.assert_array_equal(few, learner.predict(matrix)[:FEW_ROWS])


def test_two_threads_predict_as_one_does():
    learner, matrix = fitted(), matrix_of(1000, 3)
    np.testing.assert_array_equal(learner.predict(matrix, 2), learner.predict(matrix, 1))


def test_batches_of_trees_grow_the_forest_that_one_batch_does():
    train, matrix = samples_of(ProblemKind.BINARY, 200, 1), matrix_of(50, 3)
    found = [
        RandomForest(n_estimators=13)
        .fit(train, None, context_of(ProblemKind.BINARY, deadline=deadline))
        .predict(matrix)
        for deadline in (Deadline.never(), Deadline.after(3600))
    ]
    np.testing.assert_array_equal(found[0], found[1])


def test_values_far_from_zero_keep_their_digits():
    train = samples_of(ProblemKind.REGRESSION, 300, 1)
    far = type(train)(train.matrix, train.target + 1.7e9)
    learner = RandomForest(n_estimators=12).fit(far, None, context_of(ProblemKind.REGRESSION))
    assert np.corrcoef(learner.predict(train.matrix)[:, 0], train.target)[0, 1] > 0.9


@pytest.mark.parametrize("algorithm", [RandomForest, ExtraTrees])
@pytest.mark.parametrize("power", [-30, -100, -140])
def test_columns_of_small_scale_are_split_as_those_of_usual_scale_are(algorithm, power):
    usual = samples_of(ProblemKind.BINARY, 300, 1)
    values = np.round(64 * usual.matrix.values[:, [0, 2]]) / 64
    found = []
    for scale in (0, power):
        matrix = Matrix(np.ldexp(values, scale), usual.matrix.features[:2])
        train = Samples(matrix, usual.target)
        learner = algorithm(n_estimators=12).fit(train, None, context_of(ProblemKind.BINARY))
        found.append(learner.predict(matrix))
    np.testing.assert_array_equal(found[1], found[0])


def test_a_matrix_of_another_width_is_refused():
    matrix = matrix_of(20, 3)
    with pytest.raises(DataError, match="6 features"):
        fitted().predict(Matrix(matrix.values[:, :6], matrix.features[:6]))


def first(array, value):
    array[0] = value
    return array


CHANGES = {
    "a child beyond the tree": lambda a: a.update(left=first(a["left"], 10**6)),
    "a child above its parent": lambda a: a.update(left=first(a["left"], 0)),
    "a shared child": lambda a: a.update(left=first(a["left"], a["right"][0])),
    "a leaf with a child": lambda a: a.update(right=np.abs(a["right"])),
    "a feature beyond the table": lambda a: a.update(feature=first(a["feature"], 7)),
    "a cut that is not a number": lambda a: a.update(threshold=first(a["threshold"], np.nan)),
    "a leaf that is not finite": lambda a: a.update(value=a["value"] * np.float32(np.inf)),
    "a tree of no node": lambda a: a.update(counts=first(a["counts"], 0)),
    "a short array": lambda a: a.update(threshold=a["threshold"][1:]),
    "another type": lambda a: a.update(left=a["left"].astype(np.int64)),
    "a missing array": lambda a: a.pop("value"),
    "fewer values": lambda a: a.update(value=a["value"][1:]),
    "a depth beyond the tree": lambda a: a.update(depths=first(a["depths"], 10**9)),
}


@pytest.mark.filterwarnings("ignore:invalid value:RuntimeWarning")
@pytest.mark.parametrize("fault", CHANGES)
def test_arrays_that_no_fit_writes_are_refused(fault, tmp_path):
    save_learner(fitted(), tmp_path)
    arrays, facts = load_arrays(tmp_path, FORM)
    CHANGES[fault](arrays)
    save_arrays(tmp_path, arrays, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
