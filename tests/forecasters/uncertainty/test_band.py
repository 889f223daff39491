"""What is said of the band between the lowest and the highest quantile."""

import numpy as np
import pytest

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.uncertainty.band import n_outside, too_few_values, too_many_outside

RARE = (0.001, 0.5, 0.999)


def test_values_beyond_either_end_lie_outside_and_unknown_ones_do_not():
    told = Forecast(np.zeros((1, 4)), np.tile([-1.0, 1.0], (1, 4, 1)), (0.1, 0.9))
    assert n_outside(np.array([[-2.0, 0.0, 2.0, np.nan]]), told) == (2, 3)


def test_fewer_values_than_three_beyond_a_quantile_need_are_told():
    (told,) = too_few_values(2_999, RARE)
    assert "0.001, 0.999 are extrapolated: 2,999 values" in told
    assert "3,000 at least" in told


@pytest.mark.parametrize("levels", [(0.01, 0.5, 0.99), (0.1, 0.5, 0.9)])
def test_quantiles_that_values_tell_need_no_word(levels):
    assert not too_few_values(300, levels)


def test_inner_quantiles_need_no_word_however_few_values_there_are():
    assert not too_few_values(5, (0.1, 0.5, 0.9))


def test_one_outer_quantile_alone_is_told():
    assert "The quantile 0.999 is extrapolated" in too_few_values(100, (0.5, 0.999))[0]


def test_far_more_values_outside_than_meant_are_told():
    (told,) = too_many_outside(60, 2_160, RARE, "In the back-test")
    assert told.startswith("In the back-test 60 of 2,160 values (0.028) lie outside the band")


def test_a_few_more_outside_than_meant_are_chance():
    assert not too_many_outside(5, 1_000, RARE, "In the back-test")


def test_quantiles_that_make_no_band_have_no_values_outside():
    assert not too_many_outside(900, 1_000, (0.9,), "In the back-test")
