"""Columns of a scale that float32 cannot hold are told in a power of two, others are not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.features.offsets import LIMIT
from phantom_ml.features.scales import LEAST, in_scale, scale_exponent

RNG = np.random.default_rng(0)
SIZES = np.exp(RNG.normal(size=500))
OFTEN = RNG.random(500) < 0.7

BEYOND = {
    "rates of 1e-300": SIZES * 1e-300,
    "rates of 1e-40": SIZES * 1e-40,
    "what LightGBM takes for 0": SIZES * 1e-36,
    "numbers of 1e39": SIZES * 1e39,
    "numbers of 1e300": -SIZES * 1e300,
    "rates that are mostly 0": np.where(OFTEN, 0.0, SIZES * 1e-300),
    "sizes of 400 binades": 2.0 ** -RNG.integers(0, 400, 500).astype(np.float64),
}
WITHIN = {
    "numbers about 0": RNG.normal(size=500),
    "the ends of float32": np.where(OFTEN, LIMIT, -LIMIT),
    "the least": np.where(OFTEN, LEAST, 0.0),
    "whole numbers": RNG.integers(-(2**62), 2**62, 500),
    "one number that is too great": np.where(np.arange(500) == 3, 1e300, SIZES),
    "one number that is too small": np.where(np.arange(500) == 3, 1e-300, SIZES),
    "no number": np.full(500, np.nan),
    "numbers that are not finite": np.where(OFTEN, np.inf, -np.inf),
    "a constant": np.full(500, 1e300),
    "no row": np.empty(0),
}


@pytest.mark.parametrize("name", BEYOND)
def test_a_column_beyond_float32_has_a_scale(name):
    assert scale_exponent(pl.Series(BEYOND[name])) != 0


@pytest.mark.parametrize("name", WITHIN)
def test_a_column_that_float32_holds_has_none(name):
    assert scale_exponent(pl.Series(WITHIN[name])) == 0


@pytest.mark.parametrize("name", [name for name in BEYOND if "binades" not in name])
def test_values_keep_their_order_in_float32(name):
    numbers = BEYOND[name]
    kept = in_scale(numbers, scale_exponent(pl.Series(numbers))).astype(np.float32)
    assert (np.diff(kept[np.argsort(numbers, kind="stable")]) >= 0).all()


@pytest.mark.parametrize("name", [name for name in BEYOND if "binades" not in name])
def test_values_lose_no_digit_by_their_scale(name):
    numbers = BEYOND[name]
    exponent = scale_exponent(pl.Series(numbers))
    np.testing.assert_array_equal(np.ldexp(in_scale(numbers, exponent), exponent), numbers)


@pytest.mark.parametrize("name", BEYOND)
def test_the_order_of_rows_does_not_move_the_scale(name):
    numbers = BEYOND[name]
    assert scale_exponent(pl.Series(numbers)) == scale_exponent(pl.Series(numbers[::-1].copy()))


@given(st.lists(st.floats(allow_nan=False, allow_infinity=False)), st.integers(-1200, 1200))
def test_finite_numbers_keep_their_order_in_any_scale(numbers, exponent):
    kept = in_scale(np.sort(np.array(numbers, np.float64)), exponent)
    # An infinite one less another would be no number, and so in no order.
    assert (np.diff(kept) >= 0).all()


@given(st.lists(st.floats(LEAST, LIMIT) | st.just(0.0), max_size=20))
def test_numbers_that_float32_holds_are_never_scaled(numbers):
    assert scale_exponent(pl.Series(numbers, dtype=pl.Float64)) == 0
