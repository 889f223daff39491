"""What holds for every encoder of a column of strings, whichever it is."""

import time

import numpy as np
import polars as pl
import pytest

from phantom_ml.features.base import encoders
from phantom_ml.features.parts import PartsEncoder
from tests.features.columns.made import HOSTILE, computed

PARTS = [e.name for e in encoders if issubclass(e, PartsEncoder)]
each_encoder = pytest.mark.parametrize("name", PARTS)


@each_encoder
def test_hostile_strings_give_a_row_each_within_seconds(name):
    start = time.monotonic()
    assert computed(name, HOSTILE).height == len(HOSTILE)
    assert time.monotonic() - start < 10  # a pattern that backtracks takes hours


@each_encoder
def test_every_part_is_described_in_words(name):
    kind = encoders.get(name)
    described = {**kind.numbers, **kind.words}
    assert described
    assert all(len(words) > 5 for words in described.values())
    assert not set(kind.numbers) & set(kind.words)


@each_encoder
def test_a_string_gives_the_same_alone_as_among_others(name):
    together = computed(name, HOSTILE)
    for i, text in enumerate(HOSTILE):
        alone = computed(name, [text])
        assert alone.select(together.columns).equals(together[i]), text[:30]


@each_encoder
def test_only_what_is_wanted_is_needed(name):
    kind = encoders.get(name)
    whole = computed(name, HOSTILE)
    for part in [*kind.numbers, *kind.words]:
        one = kind.compute(pl.Series("s", HOSTILE), [part])[part]
        assert one.equals(whole[part]), part


@each_encoder
def test_no_strings_give_no_rows(name):
    assert computed(name, []).height == 0


@each_encoder
def test_numbers_are_finite_or_missing(name):
    kind = encoders.get(name)
    for part in kind.numbers:
        values = computed(name, HOSTILE)[part].cast(pl.Float64).to_numpy()
        assert not np.isinf(values).any(), part


@each_encoder
def test_few_rows_get_the_features_that_they_have_among_many(name):
    known = [*HOSTILE, *(f"user{i}@host{i}.example.com/a/b{i}.exe?c={i}" for i in range(9)), None]
    kind = encoders.get(name)
    encoder = kind(
        column="c",
        kept=(*kind.numbers, *kind.words),
        levels=dict.fromkeys(kind.words, ("exe", "com")),
    )
    many, few = (np.full((n * len(known), len(encoder.kept)), 7.5, np.float32) for n in (3, 1))
    encoder.transform(pl.Series("c", known * 3), many)
    encoder.transform(pl.Series("c", known), few)
    np.testing.assert_array_equal(few, many[: len(known)])
