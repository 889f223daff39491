import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.forecasters.series.variogram import Variogram, without_line


def test_differences_are_those_of_the_values():
    values = np.random.default_rng(0).normal(size=50)
    told = Variogram.of([values], 10).difference
    plain = np.array([((values[lag:] - values[: 50 - lag]) ** 2).mean() for lag in range(11)])
    np.testing.assert_allclose(told / told[1], plain / plain[1], atol=1e-9)


def test_a_smooth_curve_dips_nowhere():
    curve = Variogram.of([np.sin(np.arange(400) / 60)], 100)
    assert not any(curve.dips(season) for season in range(2, 60))


def test_a_season_dips():
    assert Variogram.of([np.tile([0.0, 0.0, 0.0, 9.0], 20)], 40).dips(4)


def test_a_straight_line_is_nothing():
    assert without_line(np.arange(30.0)) == pytest.approx(np.zeros(30), abs=1e-9)


def test_a_constant_is_nothing():
    assert not without_line(np.full(30, 0.1)).any()


@settings(deadline=None, max_examples=40)
@given(st.lists(st.floats(-1e6, 1e6), min_size=3, max_size=60))
def test_no_difference_is_negative_or_unknown(values):
    told = Variogram.of([without_line(np.array(values))], 30).difference
    assert (told >= 0.0).all()
