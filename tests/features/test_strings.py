"""Text handed on as it is: the first bytes of each cell, where a learner asks for them."""

from dataclasses import replace

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import FeatureSettings
from phantom_ml.data.matrix import STRING_BYTES, Samples
from phantom_ml.data.recognise import recognise
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder

URLS = [f"http://site{i % 7}.example/path/{i}?q=ä" for i in range(200)]


@pytest.fixture
def frame():
    return pl.DataFrame({"url": [*URLS, "x" * 500, None], "size": range(202)})


@pytest.fixture
def encoder(frame):
    found = fit_encoder(frame, recognise(frame), FeatureSettings())
    return replace(found, string_columns=found.text_columns)


def test_nothing_is_handed_on_unless_it_is_asked_for(frame):
    assert fit_encoder(frame, recognise(frame), FeatureSettings()).transform(frame).strings is None


def test_a_cell_is_its_bytes(frame, encoder):
    strings = encoder.transform(frame).strings
    assert bytes(strings[3, 0]).rstrip(b"\0").decode() == URLS[3]


def test_a_long_cell_is_cut(frame, encoder):
    assert bytes(encoder.transform(frame).strings[200, 0]) == b"x" * STRING_BYTES


def test_a_missing_cell_is_empty(frame, encoder):
    assert not encoder.transform(frame).strings[201].any()


def test_rows_take_their_text_along(frame, encoder):
    matrix = encoder.transform(frame)
    rows = np.array([5, 3])
    np.testing.assert_array_equal(matrix.rows(rows).strings, matrix.strings[rows])


def test_text_below_comes_after_that_above(frame, encoder):
    matrix = encoder.transform(frame)
    below = matrix.rows(np.array([7]))
    np.testing.assert_array_equal(matrix.above(below).strings[-1], matrix.strings[7])


def test_text_is_saved_with_the_samples(frame, encoder, tmp_path):
    matrix = encoder.transform(frame)
    workspace = Workspace(tmp_path)
    workspace.save_samples(Samples(matrix, np.zeros(matrix.n_rows)))
    np.testing.assert_array_equal(workspace.samples().matrix.strings, matrix.strings)


def test_which_columns_are_handed_on_is_saved(encoder, tmp_path):
    encoder.save(tmp_path)
    assert Encoder.load(tmp_path).string_columns == ("url",)
