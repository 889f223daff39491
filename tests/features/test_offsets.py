"""Columns far from 0 are counted from an offset, others are not."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.features.offsets import LIMIT, MATTERS, difference, less, matters, offset_of

RNG = np.random.default_rng(0)
WAVES = RNG.normal(size=500)
COUNTS = (50 * WAVES).astype(np.int64)
OFTEN = RNG.random(500) < 0.7

FAR = {
    "a counter": COUNTS + 3_000_000_000,
    "a counter below 0": COUNTS - 3_000_000_000,
    "a counter of 64 bits": COUNTS + 2**62,
    "a counter beyond 63 bits": (COUNTS + 1000).astype(np.uint64) + np.uint64(2**63),
    "fractions": 10 * WAVES + 1e9,
    "a counter that is mostly 0": np.where(OFTEN, 0, COUNTS + 3_000_000_000),
    "a counter with a long tail": np.where(OFTEN, COUNTS, 2**40 * COUNTS**2) + 3_000_000_000,
    "two values": 2**40 + OFTEN.astype(np.int64),
}
NEAR = {
    "numbers about 0": WAVES,
    "a heavy tail": np.exp(4 * WAVES + 5),
    "whole numbers that float32 holds": COUNTS + 2**23,
    "a constant": np.full(500, 3e9 + 1),
    "a constant of 64 bits": np.full(500, 2**62 + 1),
    "0 and one far value": np.where(OFTEN, 0, 3_000_000_001),
    "small numbers with some far ones": np.where(OFTEN, COUNTS, 1000 * COUNTS + 3_000_000_000),
    "numbers beyond float32": 1e300 * (1 + 1e-9 * WAVES),
    "a wide range of large numbers": RNG.integers(0, 10**12, 500),
    "no number": np.full(500, np.nan),
    "numbers that are not finite": np.where(OFTEN, np.inf, -np.inf),
    "no row": np.empty(0),
    "the ends of float32": np.where(OFTEN, LIMIT, -LIMIT),
}


@pytest.mark.parametrize("name", FAR)
def test_values_of_a_far_column_stay_apart_in_float32(name):
    numbers = pl.Series(FAR[name])
    kept = less(numbers, offset_of(numbers)).astype(np.float32)
    half = COUNTS if "tail" not in name else COUNTS[OFTEN]
    n_told = len(np.unique(kept[np.abs(kept) < 1e6]))
    assert n_told >= min(numbers.n_unique() - 1, len(np.unique(half)) // 2)


@pytest.mark.parametrize("name", FAR)
def test_a_far_column_has_an_offset(name):
    assert offset_of(pl.Series(FAR[name])) != 0.0


@pytest.mark.parametrize("name", NEAR)
def test_a_column_that_float32_holds_has_none(name):
    assert offset_of(pl.Series(NEAR[name])) == 0.0


@pytest.mark.parametrize("name", FAR)
def test_the_order_of_rows_does_not_move_the_offset(name):
    numbers = FAR[name]
    assert offset_of(pl.Series(numbers)) == offset_of(pl.Series(numbers[::-1].copy()))


def test_missing_cells_do_not_move_the_offset():
    numbers = pl.Series(FAR["a counter"])
    assert offset_of(numbers) == offset_of(pl.concat([numbers, numbers.clear(500)]))


@given(
    st.integers(-(2**62), 2**62),
    st.integers(1, 2**20),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=30, unique=True),
)
def test_whole_numbers_that_differ_by_a_ten_thousandth_of_their_spread_stay_apart(far, unit, steps):
    told = [far + unit * step for step in [*steps, 0, 10_000]]
    numbers = pl.Series(told, dtype=pl.Int64)
    kept = less(numbers, offset_of(numbers)).astype(np.float32)
    assert len(np.unique(kept)) == len(set(told))


@given(
    st.floats(-(2.0**62), 2.0**62),
    st.floats(1e-6, 1e6),
    st.lists(st.integers(0, 10_000), min_size=2, max_size=30, unique=True),
)
def test_fractions_that_float64_tells_apart_stay_apart(far, spread, steps):
    told = far + spread * MATTERS * np.array([*steps, 0, 10_000], np.float64)
    numbers = pl.Series(told)
    kept = less(numbers, offset_of(numbers)).astype(np.float32)
    assert len(np.unique(kept)) == len(np.unique(told))


@pytest.mark.parametrize("kind", [pl.Int64, pl.UInt64])
def test_whole_numbers_are_subtracted_in_64_bits(kind):
    numbers = pl.Series([2**60 + 1, 2**60 - 1, None], dtype=kind)
    assert less(numbers, 2.0**60)[:2].tolist() == [1.0, -1.0]


@pytest.mark.parametrize("offset", [2.0**62, -(2.0**62), 1e9 + 0.5])
@pytest.mark.parametrize("number", [-(2**63), 2**63 - 1, 0])
def test_a_difference_beyond_64_bits_is_about_right(offset, number):
    found = less(pl.Series([number], dtype=pl.Int64), offset)
    assert found.tolist() == [pytest.approx(number - offset)]


def test_differences_of_whole_numbers_are_exact_across_signs():
    left, right = pl.Series([2**63 + 5], dtype=pl.UInt64), pl.Series([2**63 - 1])
    assert difference(left, right).tolist() == [6.0]


def test_a_difference_with_a_missing_number_is_missing():
    assert np.isnan(difference(pl.Series([1, None]), pl.Series([None, 1]))).all()


def test_results_that_are_all_missing_do_not_matter():
    assert not matters(np.float32([1]), np.float32([np.nan]))
