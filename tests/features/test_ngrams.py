import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features import ngrams
from phantom_ml.features.lately import FEW
from phantom_ml.features.ngrams import BUCKETS, MAX_BYTES, hashed_ngrams


def hashed(*texts: str | None):
    return hashed_ngrams([pl.Series(list(texts), dtype=pl.String)])


def same(one, two) -> bool:
    return one.shape == two.shape and (one != two).nnz == 0


def test_every_row_with_text_has_length_one():
    found = hashed("select * from users", "x = 1", "aaaaaaaa")
    np.testing.assert_allclose((found.multiply(found)).sum(axis=1), 1.0, rtol=1e-5)


def test_a_row_has_a_bucket_for_each_substring_of_two_to_five_bytes():
    assert hashed("abcdef").nnz == 5 + 4 + 3 + 2


@pytest.mark.parametrize("text", ["", "a", None])
def test_what_is_too_short_adds_nothing(text):
    assert hashed(text).nnz == 0


def test_no_row_gives_no_row():
    assert hashed().shape == (0, BUCKETS)


def test_equal_texts_are_equal_wherever_they_stand():
    found = hashed("/../etc/passwd", "other", "/../etc/passwd")
    assert same(found[[0]], found[[2]])


def test_no_ngram_crosses_from_one_row_into_the_next():
    assert same(hashed("abc", "def")[[1]], hashed("xyz", "def")[[1]])


def test_the_order_of_bytes_matters():
    assert not same(hashed("abcd"), hashed("dcba"))


def test_columns_are_hashed_differently():
    one = hashed_ngrams([pl.Series(["abc"]), pl.Series([None], dtype=pl.String)])
    two = hashed_ngrams([pl.Series([None], dtype=pl.String), pl.Series(["abc"])])
    assert not same(one, two)


def test_only_the_head_of_a_long_cell_is_read():
    long = "".join(chr(33 + i % 90) for i in range(MAX_BYTES))
    assert same(hashed(long), hashed(long + "the tail"))


def test_a_character_may_be_cut_in_the_middle():
    assert np.isfinite(hashed("é" * MAX_BYTES).data).all()


def test_blocks_do_not_change_the_result(monkeypatch):
    texts = [f"GET /{i}/" * (i % 7) for i in range(50)]
    whole = hashed(*texts)
    monkeypatch.setattr(ngrams, "CHUNK_BYTES", 64)
    assert same(hashed(*texts), whole)


def test_without_a_column_there_is_nothing_to_hash():
    with pytest.raises(ValueError, match="at least one"):
        hashed_ngrams([])


@given(st.lists(st.text(max_size=30) | st.none(), min_size=1, max_size=10))
@settings(max_examples=60, deadline=None)
def test_a_batch_is_its_rows(texts):
    whole = hashed(*texts)
    assert all(same(hashed(text), whole[[i]]) for i, text in enumerate(texts))


@given(
    st.lists(st.tuples(*[st.text(max_size=12) | st.none()] * 3), min_size=1, max_size=4),
    st.lists(st.booleans(), min_size=3, max_size=3),
)
@settings(max_examples=60, deadline=None)
def test_few_rows_of_several_columns_are_hashed_as_many_are(rows, words):
    few, many = (
        hashed_ngrams([pl.Series(c, dtype=pl.String) for c in zip(*rows * n, strict=True)], words)
        for n in (1, FEW + 1)
    )
    assert same(few, many[: len(rows)])
    assert few.indices.dtype == many.indices.dtype
