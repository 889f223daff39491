"""Pairs of characters, counted and scored."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.features.cells.bigrams import (
    MAX_CHARACTERS,
    N_SYMBOLS,
    SYMBOLS,
    fit_bigrams,
    score_bigrams,
)

A, B, OTHER = SYMBOLS.index("a"), SYMBOLS.index("b"), N_SYMBOLS - 1


def test_the_table_is_the_smoothed_share_of_what_follows():
    table = fit_bigrams(pl.Series(["ab", "aa", "ab"]))
    assert table[A, B] == pytest.approx(np.log2(3 / (3 + N_SYMBOLS)))
    assert table[B, A] == pytest.approx(np.log2(1 / N_SYMBOLS))


def test_the_shares_after_each_symbol_sum_to_one():
    table = fit_bigrams(pl.Series(["some/where", "else-1.exe", "Ünicode"]))
    assert np.exp2(table.astype(np.float64)).sum(axis=1) == pytest.approx(
        np.ones(N_SYMBOLS), abs=1e-5
    )


def test_strings_do_not_touch_each_other():
    table = fit_bigrams(pl.Series(["a", "b", "", "a"]))
    assert table[A, B] == pytest.approx(np.log2(1 / N_SYMBOLS))


def test_capitals_and_both_slashes_are_folded():
    one = fit_bigrams(pl.Series(["AB/C"]))
    other = fit_bigrams(pl.Series(["ab\\c"]))
    assert np.array_equal(one, other)


def test_all_else_is_one_symbol():
    table = fit_bigrams(pl.Series(["a!", "a?", "a\u00e9"]))  # é is two bytes
    assert table[A, OTHER] == pytest.approx(np.log2(4 / (3 + N_SYMBOLS)))


def test_a_score_is_the_mean_over_the_pairs():
    table = np.zeros((N_SYMBOLS, N_SYMBOLS), np.float32)
    table[A, B], table[B, A] = -1.0, -4.0
    assert score_bigrams(pl.Series(["aba", "abab"]), table).tolist() == [-2.5, -2.0]


def test_a_string_without_pairs_has_no_score():
    table = fit_bigrams(pl.Series(["ab"]))
    scores = score_bigrams(pl.Series(["", "a", None, "ab"]), table)
    assert np.isnan(scores).tolist() == [True, True, True, False]


def test_what_follows_the_first_characters_is_not_read():
    table = fit_bigrams(pl.Series(["ab", "ba", "xx"]))
    short, long = score_bigrams(
        pl.Series(["a" * MAX_CHARACTERS, "a" * MAX_CHARACTERS + "x" * 9]), table
    )
    assert short == long


def test_no_strings_have_no_scores():
    nothing = pl.Series([], dtype=pl.String)
    assert score_bigrams(nothing, fit_bigrams(nothing)).shape == (0,)
