"""Hashes of strings: pinned, the same however many come together, and spread well."""

import numpy as np
import polars as pl
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.features.cells import hashing
from phantom_ml.features.cells.hashing import hash64, mix64

#: A saved state holds hashes: these may never change.
PINNED = {
    "": 5197578548964807871,
    "10.0.0.1": 18270222826686763899,
}


def test_hashes_never_change():
    assert hash64(pl.Series(list(PINNED))).tolist() == list(PINNED.values())


@given(st.lists(st.none() | st.text(st.characters(exclude_categories=["Cs"])), min_size=5))
@settings(deadline=None)
def test_a_string_alone_has_the_hash_that_it_has_among_others(found):
    text = pl.Series(found, dtype=pl.String)
    assert hash64(text).tolist() == [int(hash64(text[i : i + 1])[0]) for i in range(len(text))]


def test_chunks_change_nothing(monkeypatch):
    text = pl.Series([None if i % 9 == 0 else "x" * (i % 40) + str(i) for i in range(500)])
    whole = hash64(text)
    monkeypatch.setattr(hashing, "CHUNK_BYTES", 64)
    np.testing.assert_array_equal(hash64(text), whole)


def test_only_a_missing_string_has_the_hash_zero():
    assert (hash64(pl.Series([None, "", "a", "b", "c", None])) == 0).tolist() == [1, 0, 0, 0, 0, 1]


def test_zeros_at_the_end_count():
    assert (
        len(np.unique(hash64(pl.Series(["a", "a\x00", "a" + 7 * "\x00", "a" + 8 * "\x00", ""]))))
        == 5
    )


def test_no_two_of_many_strings_meet():
    assert len(np.unique(hash64(pl.Series(range(200_000)).cast(pl.String)))) == 200_000


def test_each_bit_is_set_in_half_of_the_hashes():
    hashes = hash64(pl.Series(range(20_000)).cast(pl.String))
    shares = [float(((hashes >> np.uint64(b)) & np.uint64(1)).mean()) for b in range(64)]
    assert max(abs(s - 0.5) for s in shares) < 0.02


def test_which_of_two_comes_first_matters():
    a, b = hash64(pl.Series(["a"])), hash64(pl.Series(["b"]))
    assert mix64(a, b) != mix64(b, a)
