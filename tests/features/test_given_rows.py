"""What scikit-learn asks of AutoFeatureEngineer, and how rows that are unfit are refused."""

import re

import numpy as np
import pandas as pd
import polars as pl
import pytest
from scipy.sparse import csr_array
from sklearn.exceptions import NotFittedError
from sklearn.utils.estimator_checks import parametrize_with_checks

from phantom_ml.errors import BadSetting, SourceEmpty, SourceUnreadable
from phantom_ml.features.transformer import AutoFeatureEngineer

NUMBERS = np.random.default_rng(0).normal(size=(40, 3))
NAMED = pl.DataFrame(NUMBERS, schema=["a", "b", "c"])


@parametrize_with_checks([AutoFeatureEngineer()])
def test_scikit_learn_accepts_it(estimator, check):
    check(estimator)


@pytest.fixture(scope="module")
def fitted():
    return AutoFeatureEngineer().fit(NUMBERS)


@pytest.mark.parametrize(
    ("rows", "told"),
    [
        (csr_array(NUMBERS), "X is a csr_array: sparse input is not supported"),
        (NUMBERS[0], "X has the shape (3,)"),
        (pl.Series(NUMBERS[0]), "X has the shape (3,)"),
        (NUMBERS[None], "X has the shape (1, 40, 3)"),
        (NUMBERS + 1j, "X is of type complex128"),
        ([NUMBERS[0], NUMBERS[0, :2]], "The rows of X have different lengths"),
        (5, "A int cannot be read as a table"),
    ],
    ids=["sparse", "one dimension", "series", "three dimensions", "complex", "ragged", "number"],
)
@pytest.mark.parametrize("kind", [ValueError, SourceUnreadable])
def test_rows_that_are_no_table_are_an_error_of_the_house_and_of_values(rows, told, kind):
    with pytest.raises(kind, match=re.escape(told)):
        AutoFeatureEngineer().fit(rows)


@pytest.mark.parametrize("rows", [NUMBERS[:0], NUMBERS[:, :0], NAMED.clear(), []], ids=str)
@pytest.mark.parametrize("kind", [ValueError, SourceEmpty])
def test_nothing_to_learn_from_is_an_error_of_the_house_and_of_values(rows, kind):
    with pytest.raises(kind):
        AutoFeatureEngineer().fit(rows)


@pytest.mark.parametrize("rows", [NUMBERS[:, :2], NUMBERS[:, :2].tolist()], ids=["array", "lists"])
def test_columns_that_only_have_a_place_must_be_as_many_as_in_the_fit(fitted, rows):
    with pytest.raises(
        ValueError, match="X has 2 features, but AutoFeatureEngineer is expecting 3"
    ):
        fitted.transform(rows)


def test_a_column_too_many_is_refused_where_columns_only_have_a_place(fitted):
    with pytest.raises(ValueError, match="X has 6 features"):
        fitted.transform(np.hstack([NUMBERS, NUMBERS]))


def test_a_named_column_too_many_is_passed_over():
    engineer = AutoFeatureEngineer().fit(NAMED)
    more = NAMED.with_columns(other=1).select("other", "c", "b", "a")
    np.testing.assert_array_equal(engineer.transform(more), engineer.transform(NAMED))


def test_an_array_of_another_library_is_read():
    class Foreign:
        def __array__(self, dtype=None, copy=None):
            return NUMBERS

    found = AutoFeatureEngineer().fit_transform(Foreign())
    np.testing.assert_array_equal(found, AutoFeatureEngineer().fit_transform(NUMBERS))


@pytest.mark.parametrize(
    "made",
    [list, tuple, np.asmatrix, lambda rows: [pl.Series(row) for row in rows]],
    ids=["list of arrays", "tuple of arrays", "matrix", "list of series"],
)
@pytest.mark.filterwarnings("ignore:the matrix subclass:PendingDeprecationWarning")
def test_rows_that_are_arrays_are_read(made):
    found = AutoFeatureEngineer().fit_transform(made(NUMBERS))
    np.testing.assert_array_equal(found, AutoFeatureEngineer().fit_transform(NUMBERS))


def test_features_are_numbers_of_32_bits(fitted):
    assert fitted.transform(NUMBERS).dtype == np.float32


def test_transform_before_a_fit_is_refused():
    with pytest.raises(NotFittedError):
        AutoFeatureEngineer().transform(NUMBERS)


def test_a_frame_of_pandas_is_known_by_its_names():
    engineer = AutoFeatureEngineer().fit(pd.DataFrame(NUMBERS, columns=["a", "b", "c"]))
    assert (engineer.n_features_in_, engineer.feature_names_in_.tolist()) == (3, ["a", "b", "c"])


def test_answers_that_no_feature_needs_are_counted_too():
    with pytest.raises(BadSetting, match="2 answers for 40 rows"):
        AutoFeatureEngineer().fit(NUMBERS, [0, 1])


def test_a_fit_that_fails_leaves_what_was_learned_before():
    engineer = AutoFeatureEngineer().fit(NAMED)
    with pytest.raises(BadSetting):
        engineer.fit(NUMBERS, [0, 1])
    assert engineer.feature_names_in_.tolist() == ["a", "b", "c"]
