"""Outer quantiles that are moved out where a back-test shows that they lie too near."""

import numpy as np
import pytest

from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.uncertainty.stretch import stretched, stretches

LEVELS = (0.001, 0.1, 0.5, 0.9, 0.999)


@pytest.fixture
def told():
    """A forecast whose quantiles are those of normal errors."""
    away = [-3.09, -1.28, 0.0, 1.28, 3.09]
    return Forecast(np.zeros((40, 50)), np.tile(away, (40, 50, 1)), LEVELS)


def truth(kind: str):
    random = np.random.default_rng(0)
    draw = {"normal": random.normal, "skewed": lambda size: random.exponential(2.0, size) - 1.0}
    return draw[kind](size=(40, 50))


def test_quantiles_that_held_are_left_alone(told):
    assert stretches([truth("normal")], [told]) == ()


def test_skewed_errors_move_their_own_side_out(told):
    low, _, _, _, high = stretches([truth("skewed")], [told])
    assert (low, high) == (1.0, pytest.approx(4.1, abs=1.0))


def test_inner_quantiles_are_never_moved(told):
    assert stretches([100.0 * truth("normal")], [told])[1:4] == (1.0, 1.0, 1.0)


def test_a_stretch_moves_a_quantile_from_the_forecast(told):
    found = stretched(told, (1.0, 1.0, 1.0, 1.0, 2.0)).quantiles[0, 0]
    assert found.tolist() == [-3.09, -1.28, 0.0, 1.28, 6.18]


def test_quantiles_do_not_cross_where_one_is_moved_past_the_next(told):
    found = stretched(told, (1.0, 1.0, 1.0, 9.0, 1.0)).quantiles[0, 0]
    assert (np.diff(found) >= 0).all()


def test_no_window_moves_nothing():
    assert stretches([], []) == ()


def test_an_empty_stretch_is_the_same_forecast(told):
    assert stretched(told, ()) is told
