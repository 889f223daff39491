"""With which power of the steps sizes grow."""

import numpy as np

from phantom_ml.forecasters.uncertainty.error_growth import mean_size, power_of


def test_no_power_is_told_of_sizes_of_zero():
    assert np.isnan(power_of(np.array([1, 2]), np.zeros(2)))


def test_no_power_is_told_of_one_size():
    assert np.isnan(power_of(np.array([3]), np.ones(1)))


def test_sizes_that_shrink_have_the_power_of_zero():
    assert power_of(np.array([1, 2]), np.array([2.0, 1.0])) == 0.0


def test_sizes_that_grow_faster_than_the_steps_have_the_power_of_one():
    assert power_of(np.array([1, 2]), np.array([1.0, 8.0])) == 1.0


def test_unknown_errors_have_no_part_in_a_size():
    assert mean_size(np.array([[-1.0, np.nan], [3.0, np.nan]])).tolist() == [2.0, 0.0]
