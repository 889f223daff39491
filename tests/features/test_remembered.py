"""A memory of lately seen strings never changes a value, never grows without end, never holds long ones."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import encoders
from phantom_ml.features.remembered import REMEMBERED, SHORT, Remembered

TEXTS = ["GET /a.php?x=%27", "b", None, "GET /a.php?x=%27", "", "ü" * 50]


@pytest.fixture
def memory() -> Remembered:
    values = pl.Series("c", TEXTS)
    schema = ColumnSchema(name="c", dtype="String", kind=ColumnKind.TEXT)
    return Remembered(encoders.get("text").fit(values, schema))


def of(memory: Remembered, texts: list) -> np.ndarray:
    out = np.full((len(texts), len(memory.encoder.features)), 7.5, np.float32)
    memory.transform(pl.Series("c", texts, dtype=pl.String), out)
    return out


def test_what_is_remembered_is_what_the_encoder_makes(memory):
    fresh = np.empty((len(TEXTS), len(memory.encoder.features)), np.float32)
    memory.encoder.transform(pl.Series("c", TEXTS), fresh)
    for _ in range(2):
        np.testing.assert_array_equal(of(memory, TEXTS), fresh)


def test_a_string_is_taken_apart_once(memory, monkeypatch):
    of(memory, TEXTS)
    monkeypatch.setattr(type(memory.encoder), "transform", None)
    assert of(memory, TEXTS[::-1]).shape[0] == len(TEXTS)


def test_no_more_strings_are_remembered_than_allowed(memory):
    for start in range(0, REMEMBERED + 200, 50):
        of(memory, [f"text {i}" for i in range(start, start + 50)])
    assert len(memory.rows) <= REMEMBERED


def test_long_strings_are_not_remembered(memory):
    of(memory, ["a" * (SHORT + 1)])
    assert memory.rows == {}
