"""Which values a model keeps as they are, and what it keeps of the others."""

import polars as pl
import pytest

from phantom_ml.features.cells.keys import LONGEST_KEY, short_key, short_keys

CELLS = ["alice", None, "", "a" * 256, "a" * 257, "a" * 100_000, "é" * 128, "é" * 129, "€" * 86]


@pytest.mark.parametrize("cell", [c for c in CELLS if c is None or len(c.encode()) <= LONGEST_KEY])
def test_a_short_value_is_its_own_key(cell):
    assert short_key(cell) == cell


@pytest.mark.parametrize("cell", [c for c in CELLS if c and len(c.encode()) > LONGEST_KEY])
def test_no_key_is_longer_than_the_longest_value_that_is_kept(cell):
    assert len(short_key(cell).encode()) <= LONGEST_KEY


def test_a_long_values_key_is_its_sha256():
    digest = "9835fa6bf4e20a9b9ea812506302e98982721a6cf8d2cae67af57129bf21ae90"
    assert short_key("a" * 300) == f"sha256:{digest}"


def test_long_values_that_differ_at_the_end_have_different_keys():
    assert short_key("a" * 300 + "b") != short_key("a" * 300 + "c")


def test_a_few_values_have_the_keys_that_many_have():
    many = short_keys(pl.Series(CELLS * 50)).to_list()
    assert many == short_keys(pl.Series(CELLS)).to_list() * 50
