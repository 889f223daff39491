"""Which rows tell an algorithm that grows when to stop."""

import numpy as np
import pytest

from phantom_ml import AlgorithmClassifier
from phantom_ml.sklearn_api.stopping_rows import parted

ONE_OF_MANY = (np.arange(1000) == 7).astype(np.int64)


def test_few_rows_are_all_fitted_on():
    seen, held_out = parted(99, None, 0)
    assert (len(seen), len(held_out)) == (99, 0)


@pytest.mark.parametrize("codes", [None, np.arange(200) % 2])
def test_no_row_is_on_both_sides_where_each_holds_every_class(codes):
    seen, held_out = parted(200, codes, 0)
    np.testing.assert_array_equal(np.sort(np.r_[seen, held_out]), np.arange(200))


@pytest.mark.parametrize("seed", range(6))
def test_the_only_row_of_a_class_is_on_both_sides(seed):
    assert all(7 in side for side in parted(1000, ONE_OF_MANY, seed))


@pytest.mark.parametrize("n_positive", [2, 3])
def test_both_sides_hold_every_class_where_a_share_of_one_is_less_than_a_row(n_positive):
    codes = (np.arange(1000) < n_positive).astype(np.int64)
    assert all(set(codes[side]) == {0, 1} for side in parted(1000, codes, 0))


def test_more_classes_than_rows_that_are_held_out_are_parted():
    seen, held_out = parted(100, np.arange(100) % 30, 0)
    assert (len(seen), len(held_out)) == (85, 15)


def test_no_row_is_on_both_sides_where_some_of_many_classes_have_a_single_row():
    codes = np.minimum(np.arange(200) % 40, 2) + (np.arange(200) == 7)
    seen, held_out = parted(200, codes, 0)
    assert not set(seen) & set(held_out)


@pytest.mark.parametrize("seed", [1, 3])
def test_a_network_is_not_certain_that_the_only_positive_row_cannot_be(seed):
    rows = np.random.default_rng(seed).normal(size=(1000, 2))
    model = AlgorithmClassifier("NeuralNetwork").fit(rows, ONE_OF_MANY)
    assert model.predict_proba(rows)[:, 1].mean() > 1e-4
