"""How far values lie from those before, and what a series too short to tell borrows."""

import numpy as np
import pytest

from phantom_ml.forecasters.series.change_spread import WANTED_STILL, change_spread
from tests.forecasters.made import series_set

#: Of size 10, changes of 2.
ZIGZAG = np.tile([9.0, 11.0], 20)


def spread_of(values, beside):
    """Return the spread of one-step changes of a series that stands beside others."""
    series = series_set({"a": values, **{f"b{k}": other for k, other in enumerate(beside)}})
    return change_spread(series, np.ones(series.n_series, np.int64))[0]


def test_a_long_series_has_its_own():
    assert spread_of(ZIGZAG, [[1.0, 5.0] * 20]) == pytest.approx(2.0)


def test_a_single_value_borrows_by_its_size():
    assert spread_of([700.0], [ZIGZAG]) == pytest.approx(140.0)


def test_a_value_of_no_size_borrows_as_much_as_the_others_move():
    assert spread_of([0.0], [ZIGZAG]) == pytest.approx(2.0)


def test_few_changes_weigh_as_much_as_they_are():
    both = spread_of([100.0, 101.0], [ZIGZAG])
    assert 1.0 < both < 20.0


def test_what_stood_still_for_long_is_still():
    assert spread_of([5.0] * (WANTED_STILL + 1), [ZIGZAG]) == 0.0


def test_what_stood_still_for_a_while_may_move():
    assert 0.0 < spread_of([5.0] * 10, [ZIGZAG]) < 1.0


def test_a_value_alone_in_the_world_has_a_wide_spread():
    assert spread_of([700.0], []) == pytest.approx(350.0)


def test_two_values_alone_have_their_own():
    assert spread_of([1.0, 2.0], []) == pytest.approx(1.0)
