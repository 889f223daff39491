"""Columns that are widened before scikit-learn's trees see them."""

import numpy as np
import pytest

from phantom_ml.algorithms._trees.forest_scales import LARGEST, narrowed, widened, widening

NUMBERS = np.random.default_rng(0).normal(size=(500, 1)).astype(np.float32)


@pytest.mark.parametrize(
    "values",
    [
        NUMBERS,
        1e6 * NUMBERS,
        np.round(NUMBERS),
        np.full((9, 1), 1e-9),
        np.full((9, 1), np.nan),
        np.array([[0.3], [np.nextafter(np.float32(0.3), np.float32(1))]]),
        np.empty((0, 1)),
    ],
    ids=["numbers", "large", "codes", "constant", "missing", "noise of a sum", "no rows"],
)
def test_a_column_of_usual_scale_stays(values):
    assert widening(values.astype(np.float32)).tolist() == [0]


def test_a_table_without_small_columns_is_not_copied():
    assert widened(NUMBERS, widening(NUMBERS)) is NUMBERS


def test_a_few_tiny_values_among_zeros_are_seen():
    values = np.zeros((1000, 1), np.float32)
    values[:3] = 1e-9
    assert widening(values)[0] > 0


def test_a_widened_column_stays_within_float32():
    values = np.array([[0.0], [1e-30], [1e20]], np.float32)
    assert np.frexp(widened(values, widening(values)).max())[1] <= LARGEST


def test_small_differences_far_from_zero_are_seen():
    values = (1e-3 + 1e-8 * NUMBERS).astype(np.float32)
    assert np.diff(np.unique(widened(values, widening(values)))).min() > 1e-6


def test_thresholds_turn_back_exactly():
    values = 1e-12 * NUMBERS
    exponents = widening(values)
    there = widened(values, exponents).astype(np.float64)[:, 0]
    back = narrowed(there, np.zeros(len(there), np.int32), exponents)
    np.testing.assert_array_equal(back, values.astype(np.float64)[:, 0])
