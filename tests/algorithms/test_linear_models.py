"""Linear models: their columns, their solver, and the kernel beside them."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from scipy import sparse
from sklearn.linear_model import ElasticNet as Reference
from sklearn.linear_model import LogisticRegression as LogisticReference
from sklearn.metrics.pairwise import rbf_kernel

from phantom_ml.algorithms._linear.design import MAX_LEVELS, Design
from phantom_ml.algorithms._linear.learner import FORM
from phantom_ml.algorithms._linear.losses import (
    Penalty,
    Problem,
    logistic,
    minimise,
    multinomial,
    squared,
    squared_hinge,
    squared_tube,
)
from phantom_ml.algorithms._linear.nystroem import Landmarks
from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.elastic_net import ElasticNet
from phantom_ml.algorithms.logistic_regression import LogisticRegression
from phantom_ml.algorithms.svm import SVM
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of

RANDOM = np.random.default_rng(0)
ROWS = RANDOM.normal(size=(200, 4)).astype(np.float32)


def numbers(values):
    values = np.asarray(values, np.float32)
    return Matrix(values, tuple(Feature(f"x{i}", f"x{i}") for i in range(values.shape[1])))


def solved(loss, penalty, n_outputs=1):
    problem = Problem.of((ROWS,), loss, np.ones(200), np.zeros(n_outputs))
    return minimise(
        problem, penalty, deadline=Deadline.never(), max_iterations=2000, tolerance=1e-8
    )


@pytest.mark.parametrize("n_classes", [2, 3])
def test_log_loss_is_least_where_scikit_learn_finds_it(n_classes):
    target = np.digitize(ROWS[:, 0] + RANDOM.normal(size=200), [0, 1][: n_classes - 1])
    reference = LogisticReference(C=1.0, tol=1e-10, max_iter=5000).fit(ROWS, target)
    loss = logistic(target.astype(float)) if n_classes == 2 else multinomial(target)
    found = solved(loss, Penalty(0.0, 1 / 200), 1 if n_classes == 2 else 3)
    np.testing.assert_allclose(found.coefficients.T, reference.coef_, atol=2e-3)


def test_the_elastic_net_is_that_of_scikit_learn():
    target = (2 * ROWS[:, 0] + 0.02 * ROWS[:, 1]).astype(float)
    reference = Reference(alpha=0.2, l1_ratio=0.5, tol=1e-10).fit(ROWS.astype(float), target)
    found = solved(squared(target), Penalty(0.1, 0.1))
    np.testing.assert_allclose(found.coefficients[:, 0], reference.coef_, atol=1e-4)


def test_an_l1_penalty_leaves_columns_out():
    learner = ElasticNet(alpha=0.1, l1_ratio=1.0).fit(
        samples_of(ProblemKind.REGRESSION, 500, 1), None, context_of(ProblemKind.REGRESSION)
    )
    assert np.mean(np.abs(learner.coefficients) < 1e-6) > 0.5


LOSSES = {
    "logistic": (logistic(np.linspace(0, 1, 9)), 1),
    "multinomial": (multinomial(np.arange(9) % 3), 3),
    "squared": (squared(np.linspace(-2, 2, 9)), 1),
    "squared hinge": (squared_hinge(np.where(np.eye(9, 3) > 0, 1.0, -1.0)), 3),
    "squared tube": (squared_tube(np.linspace(-2, 2, 9), 0.1), 1),
}


@pytest.mark.parametrize("name", LOSSES)
def test_derivatives_are_those_of_the_loss(name):
    loss, n_outputs = LOSSES[name]
    raw = np.random.default_rng(1).normal(size=(9, n_outputs))
    step = 1e-6
    for output in range(n_outputs):
        up, down = raw.copy(), raw.copy()
        up[:, output] += step
        down[:, output] -= step
        slope = (loss(up)[0] - loss(down)[0]) / (2 * step)
        np.testing.assert_allclose(loss(raw)[1][:, output], slope, atol=1e-5)


@given(
    arrays(np.float32, (12, 3), elements=st.floats(width=32, allow_nan=True, allow_infinity=True))
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_become_finite_columns(values):
    matrix = numbers(values)
    assert np.isfinite(Design.fit(matrix).dense(matrix)).all()


def test_a_heavy_tail_keeps_its_order_of_magnitude():
    values = np.concatenate([RANDOM.normal(size=1000), [1e3, 1e6, 1e9]])[:, None]
    matrix = numbers(values)
    tail = Design.fit(matrix).dense(matrix)[-3:, 0]
    assert np.all(np.diff(tail) > 1)


@pytest.mark.parametrize("scale", [1e31, 1e36, 1e38])
def test_columns_say_the_same_at_any_scale_that_float32_holds(scale):
    values = RANDOM.uniform(-3, 3, size=(300, 2))
    near, far = numbers(values), numbers(values * scale)
    found = Design.fit(far).dense(far)
    np.testing.assert_allclose(found, Design.fit(near).dense(near), rtol=1e-4, atol=1e-5)


def test_missing_values_are_told_from_the_median():
    values = np.where(RANDOM.random((100, 1)) < 0.5, np.nan, 1.0)
    matrix = numbers(values)
    columns = Design.fit(matrix).dense(matrix)
    assert columns.shape == (100, 2)
    assert len(np.unique(columns[:, 1])) == 2


def one_category(codes, cardinality):
    codes = np.asarray(codes, np.float32)[:, None]
    return Matrix(codes, (Feature("c", "c", cardinality),))


def test_rare_unseen_and_missing_levels_have_columns_of_their_own():
    design = Design.fit(one_category([0] * 5 + [1] * 5 + [2], 9))
    places = design.levels(one_category([0, 1, 2, 8, np.nan], 9))[:, 0]
    assert places.tolist() == [2, 3, 1, 1, 0]


def test_very_many_levels_are_hashed_into_so_many_columns():
    design = Design.fit(one_category(np.repeat(np.arange(5000), 3), 5000))
    assert design.n_levels <= MAX_LEVELS + 2


def test_a_design_that_leads_nowhere_is_refused(tmp_path):
    kind = ProblemKind.BINARY
    learner = LogisticRegression().fit(samples_of(kind, 100, 1), None, context_of(kind))
    save_learner(learner, tmp_path)
    whole, facts = load_arrays(tmp_path, FORM)
    for name in ("level_column", "flagged", "buckets", "numeric", "level_start", "text_width"):
        changed = {**whole, f"design.{name}": whole[f"design.{name}"] + 10**9}
        save_arrays(tmp_path, changed, facts)
        with pytest.raises(BundleDamaged):
            load_learner(tmp_path)


def test_landmarks_come_near_the_kernel():
    matrix = numbers(ROWS)
    design = Design.fit(matrix)
    columns = Landmarks.choose(design, matrix, 150, 0.5, np.random.default_rng(0))
    found = columns.columns(design, matrix)
    expected = rbf_kernel(design.dense(matrix), gamma=0.5 / 4)
    np.testing.assert_allclose(found @ found.T, expected, atol=0.05)


def test_the_kernel_bends_where_a_straight_margin_cannot():
    values = np.random.default_rng(3).normal(size=(600, 2))
    target = ((values**2).sum(axis=1) < 1.2).astype(np.int64)
    train = Samples(numbers(values), target)
    context = context_of(ProblemKind.BINARY)
    right = [
        np.mean(
            (SVM(kernel=k).fit(train, None, context).predict(train.matrix)[:, 0] > 0.5) == target
        )
        for k in ("rbf", "linear")
    ]
    assert right[0] > 0.95
    assert right[1] < 0.8


def test_probabilities_of_the_margin_are_near_the_frequencies():
    kind = ProblemKind.BINARY
    learner = SVM().fit(samples_of(kind, 2000, 1), None, context_of(kind))
    test = samples_of(kind, 2000, 2)
    assert abs(learner.predict(test.matrix).mean() - test.target.mean()) < 0.05


def test_text_is_read_beside_other_columns():
    matrix = matrix_of(400, 1)
    target = (matrix.text[:, [0]].toarray()[:, 0] > 0).astype(np.int64)
    learner = LogisticRegression().fit(
        Samples(matrix, target), None, context_of(ProblemKind.BINARY)
    )
    assert np.mean((learner.predict(matrix)[:, 0] > 0.5) == target) == 1.0


def test_buckets_beyond_those_of_training_are_not_needed():
    matrix = matrix_of(100, 1)
    learner = LogisticRegression().fit(
        Samples(matrix, np.arange(100) % 2), None, context_of(ProblemKind.BINARY)
    )
    empty = sparse.csr_array(matrix.text.shape, dtype=np.float32)
    bare = learner.predict(Matrix(matrix.values, matrix.features, empty))
    np.testing.assert_allclose(bare, learner.predict(Matrix(matrix.values, matrix.features)))


def log_odds(probability):
    return np.log(probability) - np.log1p(-probability)


def test_the_words_of_a_row_are_one_contribution_before_the_base():
    matrix = matrix_of(200, 1)
    target = (matrix.text[:, [0]].toarray()[:, 0] > 0).astype(np.int64)
    learner = LogisticRegression().fit(
        Samples(matrix, target), None, context_of(ProblemKind.BINARY)
    )
    parts = learner.contributions(matrix)
    assert parts.shape == (200, len(matrix.features) + 2, 1)
    np.testing.assert_allclose(
        parts.sum(axis=1), log_odds(learner.predict(matrix)), rtol=1e-5, atol=1e-5
    )
    assert np.corrcoef(parts[:, -2, 0], target)[0, 1] > 0.95


def test_a_row_without_text_has_no_contribution_of_it():
    matrix = matrix_of(200, 1)
    target = (matrix.text[:, [0]].toarray()[:, 0] > 0).astype(np.int64)
    learner = LogisticRegression().fit(
        Samples(matrix, target), None, context_of(ProblemKind.BINARY)
    )
    bare = Matrix(matrix.values, matrix.features)
    assert learner.contributions(bare).shape == (200, len(matrix.features) + 1, 1)


@pytest.mark.parametrize("kind", [ProblemKind.BINARY, ProblemKind.REGRESSION])
def test_a_straight_margin_adds_up_to_its_raw_prediction(kind):
    learner = SVM(kernel="linear").fit(samples_of(kind, 200, 1), None, context_of(kind))
    matrix = matrix_of(50, 3)
    raw = learner.predict(matrix)
    raw = log_odds(raw) if kind is ProblemKind.BINARY else raw
    np.testing.assert_allclose(learner.contributions(matrix).sum(axis=1), raw, rtol=1e-4, atol=1e-4)


@pytest.mark.parametrize(
    ("kernel", "kind"), [("rbf", ProblemKind.BINARY), ("linear", ProblemKind.MULTICLASS)]
)
def test_other_margins_have_no_exact_contributions_and_say_so(kernel, kind):
    settings = SVM(kernel=kernel, n_components=50, max_iterations=20)
    learner = settings.fit(samples_of(kind, 100, 1), None, context_of(kind))
    assert learner.contributions(matrix_of(5, 3)) is None
    assert not settings.explains(context_of(kind).n_outputs)
