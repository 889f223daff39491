"""Ratios, differences and products, of numbers far from 0 too."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.features.tables.arithmetic import ArithmeticEncoder, Operation

RNG = np.random.default_rng(0)
GAPS = RNG.integers(1, 500, 400)


def counters(far: int) -> pl.DataFrame:
    """Return where something began and ended, and how long it took."""
    begun = far + RNG.integers(0, 10**7, 400)
    return pl.DataFrame({"begun": begun, "ended": begun + GAPS, "gap": GAPS})


def results(encoder: ArithmeticEncoder, frame: pl.DataFrame) -> list:
    out = np.empty((frame.height, 1), np.float32)
    encoder.transform(frame, out)
    return pl.Series(out[:, 0]).fill_nan(None).to_list()


@pytest.mark.parametrize("far", [3_000_000_000, 2**60, -(2**62)])
@pytest.mark.parametrize("operation", ["ended", "begun"])
def test_the_difference_of_two_far_counters_is_exact(far, operation):
    frame = counters(far)
    sign = 1 if operation == "ended" else -1
    pair = ("ended", "begun")[::sign]
    encoder = ArithmeticEncoder.fit_pair(frame, Operation.DIFFERENCE, *pair)
    assert results(encoder, frame) == (sign * frame["gap"]).to_list()


def test_the_difference_of_far_fractions_is_computed_in_float64():
    frame = counters(3_000_000_000).cast(pl.Float64)
    encoder = ArithmeticEncoder.fit_pair(frame, Operation.DIFFERENCE, "ended", "begun")
    assert results(encoder, frame) == frame["gap"].to_list()


def test_the_ratio_of_far_numbers_is_that_of_the_raw_ones():
    frame = pl.DataFrame({"a": [3_000_000_000, 6_000_000_000], "b": [1_500_000_000] * 2})
    encoder = ArithmeticEncoder.fit_pair(frame, Operation.RATIO, "a", "b")
    assert results(encoder, frame) == [2.0, 4.0]


@pytest.mark.parametrize("operation", Operation)
def test_near_numbers_are_computed_in_float32(operation):
    frame = pl.DataFrame({"a": RNG.normal(size=400), "b": RNG.normal(size=400)})
    assert not ArithmeticEncoder.fit_pair(frame, operation, "a", "b").wide


def test_an_encoder_saved_before_computes_in_float32():
    frame = counters(3_000_000_000)
    saved = {"operation": "difference", "left": "ended", "right": "begun"}
    one, other = (frame[c].to_numpy().astype(np.float32) for c in ("ended", "begun"))
    assert results(ArithmeticEncoder.model_validate(saved), frame) == (one - other).tolist()


@pytest.mark.parametrize("operation", Operation)
@pytest.mark.parametrize("cell", [None, float("inf"), float("nan")])
def test_a_result_of_a_missing_number_is_missing(operation, cell):
    encoder = ArithmeticEncoder(operation=operation, left="a", right="b", wide=True)
    frame = pl.DataFrame({"a": [cell, 1.0], "b": [1.0, cell]}, strict=False)
    assert results(encoder, frame) == [None, None]


def test_a_result_beyond_float32_is_missing():
    encoder = ArithmeticEncoder(operation=Operation.PRODUCT, left="a", right="a", wide=True)
    assert results(encoder, pl.DataFrame({"a": [1e30]})) == [None]
