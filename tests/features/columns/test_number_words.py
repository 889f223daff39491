"""Words that often stand where a number would are told apart, from numbers and from any other word."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.recognise import recognise
from phantom_ml.data.schema import ColumnKind
from phantom_ml.features.base import encoders
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder
from phantom_ml.features.request import FeatureRequest
from tests.features.columns.made import fitted

NUMBERS = [str(n) for n in range(100)]
OFTEN = ["none"] * 20 + ["error"] * 10


def encoder_of(cells: list):
    return fitted("number_words", cells, ColumnKind.NUMBER)


def codes(encoder, cells: list) -> list:
    out = np.empty((len(cells), 1), np.float32)
    encoder.transform(pl.Series(cells), out)
    return [None if np.isnan(cell) else int(cell) for cell in out[:, 0]]


def test_words_that_come_often_are_levels_by_falling_frequency():
    assert encoder_of([*NUMBERS, *OFTEN]).levels == ("none", "error")


def test_blanks_about_a_word_are_none_of_it():
    assert codes(encoder_of([*NUMBERS, *OFTEN]), [" error ", "none"]) == [2, 1]


@pytest.mark.parametrize("others", [[], [None] * 10], ids=["alone", "beside missing cells"])
def test_one_word_is_told(others):
    assert encoder_of([*NUMBERS, *["error"] * 10, *others]).levels == ("error",)


@pytest.mark.parametrize(
    "cells",
    [NUMBERS, [*NUMBERS * 2, "oops"], [*NUMBERS, *[None] * 10], [*NUMBERS, *"-" * 10], []],
    ids=["numbers", "rare words", "missing cells", "marks", "no rows"],
)
def test_a_column_in_which_no_word_comes_often_has_none(cells):
    series = pl.Series(cells, dtype=pl.String).to_list() or pl.Series([], dtype=pl.String)
    assert encoder_of(series) is None


def test_a_rare_word_is_no_level():
    assert encoder_of([*NUMBERS, *OFTEN, "oops"]).levels == ("none", "error")


def test_stored_numbers_have_no_words():
    assert encoder_of([1, 2, 3]) is None


@pytest.mark.parametrize("cell", ["7", " 2.5 ", "1e300"])
def test_any_number_is_the_first_code(cell):
    assert codes(encoder_of([*NUMBERS, *OFTEN]), ["none", cell]) == [1, 0]


def test_rare_words_and_those_that_training_did_not_hold_are_the_last_code():
    encoder = encoder_of([*NUMBERS, *OFTEN, "oops"])
    assert codes(encoder, ["oops", "new"]) == [3, 3]


def test_every_code_is_a_level_of_the_feature():
    assert encoder_of([*NUMBERS, *OFTEN]).features[0].cardinality == 4


@pytest.mark.parametrize("cell", ["", "-", "inf", "nan", None])
def test_what_is_neither_a_number_nor_a_word_is_missing(cell):
    assert codes(encoder_of([*NUMBERS, *OFTEN]), ["none", cell]) == [1, None]


def test_a_column_that_comes_as_numbers_later_has_no_word():
    assert codes(encoder_of([*NUMBERS, *OFTEN]), [1.0, 2.5, None]) == [0, 0, None]


def test_an_encoder_saved_before_numbers_had_a_code_tells_what_it_told():
    old = encoders.get("number_words").model_validate({"column": "c", "levels": ("none", "error")})
    assert codes(old, ["error", "7", "new", None]) == [1, None, None, None]


def test_an_encoder_saved_before_numbers_had_a_code_is_saved_as_it_was():
    state = {"column": "c", "levels": ("none", "error")}
    assert encoders.get("number_words").model_validate(state).model_dump() == state


def test_a_mixed_column_is_told_as_numbers_and_as_words():
    frame = pl.DataFrame({"c": [*(str(n) for n in range(1000)), *["none", "error"] * 200]})
    encoder = fit_encoder(frame, recognise(frame), FeatureRequest())
    assert [f.name for f in encoder.features] == ["c", "c.word"]


def test_a_saved_encoder_tells_the_same_words():
    frame = pl.DataFrame({"c": [*(str(n) for n in range(1000)), *["none", "error"] * 200]})
    encoder = fit_encoder(frame, recognise(frame), FeatureRequest())
    again = Encoder.of_state(encoder.state())
    found, told = again.transform(frame).values, encoder.transform(frame).values
    np.testing.assert_array_equal(found, told)
