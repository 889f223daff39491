"""An algorithm as an estimator tells the columns' names as its user wrote them."""

import numpy as np
import pandas as pd
import polars as pl
import pyarrow as pa
import pytest
from sklearn.utils.validation import _check_feature_names

from phantom_ml import AlgorithmClassifier, AlgorithmRegressor
from phantom_ml.errors import ColumnMissing

NAMES = ["*", "^a$", "port"]
X = np.random.default_rng(0).normal(size=(60, 3))
Y = (X[:, 0] > 0).astype(int)
FRAME = pd.DataFrame(X, columns=NAMES)
TABLES = {
    "pandas": FRAME,
    "polars": pl.DataFrame(X, schema=NAMES),
    "arrow": pa.table(FRAME),
    "lists": {name: FRAME[name].tolist() for name in NAMES},
    "records": FRAME.to_dict("records"),
    "fields": np.array(list(map(tuple, X)), dtype=[(name, float) for name in NAMES]),
}


@pytest.mark.parametrize("kind", TABLES)
def test_names_are_told_as_they_were_given(kind):
    model = AlgorithmClassifier("LogisticRegression").fit(TABLES[kind], Y)
    assert model.feature_names_in_.tolist() == NAMES


def test_so_does_a_regressor():
    model = AlgorithmRegressor("ElasticNet").fit(FRAME, X[:, 0])
    assert model.feature_names_in_.tolist() == NAMES


def test_names_that_come_twice_are_told_as_they_were_given():
    twice = FRAME.set_axis(["a", "a", "b"], axis=1)
    model = AlgorithmClassifier("LogisticRegression").fit(twice, Y)
    assert model.feature_names_in_.tolist() == ["a", "a", "b"]


def test_a_frame_of_the_same_names_is_predicted_in_any_order():
    model = AlgorithmClassifier("LogisticRegression").fit(FRAME, Y)
    np.testing.assert_array_equal(model.predict(FRAME[NAMES[::-1]]), model.predict(FRAME))


def test_scikit_learn_finds_the_names_to_be_those_of_the_fit():
    model = AlgorithmClassifier("LogisticRegression").fit(FRAME, Y)
    assert _check_feature_names(model, FRAME, reset=False) is None


def test_an_array_has_no_names():
    assert not hasattr(AlgorithmClassifier("LogisticRegression").fit(X, Y), "feature_names_in_")


@pytest.mark.parametrize("kind", ["pandas", "polars"])
def test_a_missing_column_is_told_as_its_user_calls_it(kind):
    model = AlgorithmClassifier("LogisticRegression").fit(TABLES[kind], Y)
    with pytest.raises(ColumnMissing) as caught:
        model.predict(TABLES[kind][["^a$", "port"]])
    assert (caught.value.missing, caught.value.present) == (("*",), ("^a$", "port"))
