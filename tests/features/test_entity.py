"""Whom each row belongs to, beside the matrix."""

from dataclasses import replace

import numpy as np
import polars as pl

from phantom_ml.config import FeatureSettings
from phantom_ml.data.recognise import recognise
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder

FRAME = pl.DataFrame({"n": [1.5, 2.5, 3.5, 4.5] * 20, "user": ["ann", "bob", None, "ann"] * 20})


def encoder() -> Encoder:
    found = fit_encoder(FRAME, recognise(FRAME), FeatureSettings())
    return replace(found, entity_columns=("user",))


def test_rows_of_one_entity_share_a_hash_and_rows_of_nobody_have_none():
    entity = encoder().transform(FRAME).entity
    assert entity[0] == entity[3] != entity[1]
    assert entity[2] == 0


def test_nobody_asks_and_nothing_is_made():
    assert replace(encoder(), entity_columns=()).transform(FRAME).entity is None


def test_rows_keep_whom_they_belong_to():
    matrix = encoder().transform(FRAME)
    assert matrix.rows(np.array([3, 1])).entity.tolist() == matrix.entity[[3, 1]].tolist()
    assert matrix.view(slice(1, 3)).entity.tolist() == matrix.entity[1:3].tolist()
    assert len(matrix.above(matrix).entity) == 2 * matrix.n_rows


def test_the_entity_survives_saving(tmp_path):
    encoder().save(tmp_path)
    again = Encoder.load(tmp_path)
    assert again.entity_columns == ("user",)
    np.testing.assert_array_equal(again.transform(FRAME).entity, encoder().transform(FRAME).entity)
