"""Means of squares neither vanish nor overflow."""

import numpy as np
import pytest

from phantom_ml.parts.spreads import LARGEST, root_mean_square

ERRORS = np.random.default_rng(0).normal(size=100)


@pytest.mark.parametrize("scale", [2.0**-1000, 2.0**-600, 1.0, 2.0**600, 2.0**1000])
def test_the_root_mean_square_goes_with_the_scale_to_the_last_digit(scale):
    assert root_mean_square(ERRORS * scale) == np.sqrt(np.mean(ERRORS**2)) * scale


def test_weights_count():
    assert root_mean_square(np.array([3.0, 5.0]), np.array([1.0, 0.0])) == 3.0


def test_of_zeros_it_is_zero():
    assert root_mean_square(np.zeros(3)) == 0.0


def test_of_the_largest_it_is_the_largest():
    assert root_mean_square(np.full(3, LARGEST)) == pytest.approx(LARGEST, rel=1e-15)
