"""Numbers of linear models scaled robustly or by quantiles, which a learner chooses between."""

from dataclasses import replace
from typing import ClassVar

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from sklearn.preprocessing import QuantileTransformer

from phantom_ml.algorithms._linear.design import Design
from phantom_ml.algorithms._linear.learner import FORM
from phantom_ml.algorithms._linear.quantiles import MAX_QUANTILES, normal_scores, quantiles
from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.elastic_net import ElasticNet
from phantom_ml.algorithms.logistic_regression import LogisticRegression
from phantom_ml.algorithms.svm import SVM
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing.algorithm_checks import CHECKS, algorithm_checks

LINEAR = (LogisticRegression, ElasticNet, SVM)
BINARY = ProblemKind.BINARY


def column(values):
    return np.asarray(values, np.float32)[:, None]


def numbers(values):
    values = np.asarray(values, np.float32)
    return Matrix(values, tuple(Feature(f"x{i}", f"x{i}") for i in range(values.shape[1])))


def skewed(n_rows, seed):
    """Return heavy tails, whole numbers, many zeros, and holes."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n_rows, 4)).astype(np.float32)
    values[:, 0] = np.exp(4 * values[:, 0])
    values[:, 1] = np.round(2 * values[:, 1])
    values[:, 2] = np.where(random.random(n_rows) < 0.7, 0, values[:, 2])
    values[random.random(n_rows) < 0.3, 3] = np.nan
    return values


# Its quantiles of 129 rows are exact, so that ties are found.
@pytest.mark.parametrize("n_rows", [129, 5000])
def test_scores_inside_the_range_are_those_of_scikit_learn(n_rows):
    train, test = skewed(n_rows, 1), skewed(500, 2)
    reference = QuantileTransformer(
        n_quantiles=min(n_rows, MAX_QUANTILES), output_distribution="normal", subsample=None
    ).fit(train)
    known = quantiles(train)
    found, end = normal_scores(test, known), -normal_scores(column([-1e30]), known[:1])[0, 0]
    inside = (test > np.nanmin(train, axis=0)) & (test < np.nanmax(train, axis=0))
    expected = np.clip(reference.transform(test), -end, end)
    np.testing.assert_allclose(found[inside], expected[inside], atol=1e-4)


def test_a_tie_at_an_end_stands_in_its_middle():
    scores = normal_scores(column([0, 1]), quantiles(column([0] * 50 + [1] * 50)))
    np.testing.assert_allclose(scores[:, 0], [-0.674, 0.674], atol=0.02)


def test_a_column_that_never_changes_scores_nothing():
    assert np.all(normal_scores(column([3, 3]), quantiles(column([3] * 20))) == 0)


def test_a_missing_number_has_the_score_of_the_median():
    known = quantiles(column([1, 2, 3, np.nan]))
    np.testing.assert_allclose(normal_scores(column([np.nan, 2]), known), 0, atol=1e-6)


def test_only_so_many_quantiles_are_kept():
    assert quantiles(column(np.arange(5000))).shape == (1, MAX_QUANTILES)


@given(
    arrays(np.float32, (12, 3), elements=st.floats(width=32, allow_nan=True, allow_infinity=True))
)
@settings(max_examples=60, deadline=None)
def test_any_numbers_become_finite_scores(values):
    matrix = numbers(values)
    assert np.isfinite(Design.fit(matrix, "quantile").dense(matrix)).all()


@given(
    arrays(np.float32, (20, 1), elements=st.floats(width=32, allow_nan=False)),
    arrays(np.float32, (9, 1), elements=st.floats(width=32, allow_nan=False)),
)
@settings(max_examples=60, deadline=None)
def test_a_larger_number_never_scores_less(train, test):
    scores = normal_scores(np.sort(test, axis=0), quantiles(train))
    assert np.all(np.diff(scores[:, 0]) >= 0)


def test_no_rows_have_quantiles_and_scores():
    nothing = np.empty((0, 2), np.float32)
    assert normal_scores(nothing, quantiles(nothing)).shape == (0, 2)


def test_text_and_levels_are_the_same_however_numbers_are_scaled():
    matrix = matrix_of(200, 1)
    one, two = Design.fit(matrix, "robust"), Design.fit(matrix, "quantile")
    assert (one.text(matrix) != two.text(matrix)).nnz == 0
    assert (one.one_hot(matrix) != two.one_hot(matrix)).nnz == 0


@pytest.mark.parametrize("algorithm", LINEAR)
def test_an_answer_by_order_of_magnitude_is_learned_by_quantiles(algorithm):
    random = np.random.default_rng(0)
    hidden = random.normal(size=(2000, 4))
    target = (hidden[:, 0] > hidden[:, 1]).astype(np.int64)
    train = Samples(numbers(np.exp(4 * hidden)), target)
    wrong = {
        scaling: np.mean(
            np.abs(_fitted(algorithm, train, scaling).predict(train.matrix)[:, 0] - target)
        )
        for scaling in ("robust", "quantile")
    }
    assert wrong["quantile"] < 0.7 * wrong["robust"]


def _fitted(algorithm, train, scaling):
    return algorithm(scaling=scaling).fit(train, None, context_of(BINARY))


def by_quantiles(algorithm):
    """Return the algorithm with quantiles wherever the suite fits its quick settings."""
    quick = {**algorithm.quick, "scaling": "quantile"}
    space = {"quick": quick, "__annotations__": {"quick": ClassVar[dict]}, "__module__": __name__}
    return type(algorithm.__name__, (algorithm,), space)


CHECKED = [
    check.__name__.removeprefix("check_")
    for check in CHECKS
    if check.__name__ not in ("check_ends_of_bounds", "check_points_of_the_space")
]


@pytest.mark.parametrize("check", CHECKED)
@pytest.mark.parametrize("algorithm", LINEAR)
def test_quantiles_hold_to_what_all_algorithms_promise(algorithm, check):
    dict(algorithm_checks(by_quantiles(algorithm)))[check]()


@pytest.mark.parametrize("algorithm", LINEAR)
def test_scaling_is_searched(algorithm):
    assert algorithm.space()["scaling"].choices == ("robust", "quantile")


@pytest.mark.parametrize("algorithm", LINEAR)
def test_settings_without_a_scaling_are_robust(algorithm):
    assert algorithm.model_validate({}).scaling == "robust"


def test_scaling_can_be_given_as_a_space():
    spaces = {"LogisticRegression": {"scaling": ["quantile"]}}
    config = AutoMLConfig.of({"target_column": "y", "tuning": {"spaces": spaces}})
    assert config.tuning.spaces["LogisticRegression"]["scaling"] == ["quantile"]


def saved(folder, scaling):
    learner = _fitted(LogisticRegression, samples_of(BINARY, 100, 1), scaling)
    save_learner(learner, folder)
    return learner, *load_arrays(folder, FORM)


def test_a_model_saved_before_there_was_a_choice_is_robust(tmp_path):
    _, arrays_held, _ = saved(tmp_path, "robust")
    assert "design.quantiles" not in arrays_held
    assert load_learner(tmp_path).design.quantiles is None


def test_a_reader_that_knows_no_quantiles_finds_no_medians_to_take_instead(tmp_path):
    _, arrays_held, _ = saved(tmp_path, "quantile")
    assert len(arrays_held["design.median"]) == len(arrays_held["design.spread"]) == 0


@pytest.mark.parametrize(
    "change",
    [
        lambda known: known[:, ::-1],
        lambda known: known[1:],
        lambda known: known[:, :1],
        lambda known: known + np.float32(np.inf),
        lambda known: known.astype(np.float64),
        lambda known: known.ravel(),
        lambda known: np.repeat(known, 1 + MAX_QUANTILES // known.shape[1], axis=1),
    ],
)
def test_quantiles_that_no_fit_could_make_are_refused(tmp_path, change):
    _, whole, facts = saved(tmp_path, "quantile")
    save_arrays(tmp_path, {**whole, "design.quantiles": change(whole["design.quantiles"])}, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


def test_lost_quantiles_are_refused(tmp_path):
    _, whole, facts = saved(tmp_path, "quantile")
    save_arrays(tmp_path, {n: a for n, a in whole.items() if n != "design.quantiles"}, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


def test_a_design_is_the_same_however_its_rows_are_ordered():
    matrix = matrix_of(300, 1)
    order = np.random.default_rng(0).permutation(300)
    known = [
        Design.fit(replace(matrix, values=matrix.values[rows]), "quantile").quantiles
        for rows in (np.arange(300), order)
    ]
    np.testing.assert_array_equal(*known)
