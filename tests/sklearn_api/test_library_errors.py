"""What a library raises while it is fitted is told in one line; a fault of the program stays one."""

import numpy as np
import pytest
from catboost import CatBoostError
from lightgbm.basic import LightGBMError
from xgboost.core import XGBoostError

from phantom_ml import AlgorithmClassifier, AlgorithmRegressor
from phantom_ml.algorithms.lightgbm import LightGBM
from phantom_ml.errors import LibraryError

X = np.random.default_rng(0).normal(size=(40, 2))
Y = (X[:, 0] > 0).astype(int)
RAISED = {
    "CatBoost": CatBoostError("catboost/libs/metrics/metric.cpp:42: All targets are equal"),
    "LightGBM": LightGBMError("Check failed: (n) > (0) at /src/io/dataset.cpp, line 9 .\n"),
    "XGBoost": XGBoostError("[08:01:02] /src/learner.cc:7: label must be 0 or 1\nStack trace:\n 0"),
}
SENTENCES = {
    "CatBoost": "All targets are equal",
    "LightGBM": "Check failed: (n) > (0) at /src/io/dataset.cpp, line 9",
    "XGBoost": "label must be 0 or 1",
}


@pytest.fixture
def refusing(monkeypatch):
    """Return what lets every fit of LightGBM raise an error."""

    def refuse(error):
        def fit(*_):
            raise error

        monkeypatch.setattr(LightGBM, "fit", fit)

    return refuse


@pytest.mark.parametrize("kind", [AlgorithmClassifier, AlgorithmRegressor])
@pytest.mark.parametrize("library", RAISED)
def test_what_a_library_raises_is_told_in_one_line(refusing, library, kind):
    refusing(RAISED[library])
    with pytest.raises(LibraryError) as caught:
        kind("LightGBM").fit(X, Y)
    told = f"LightGBM cannot be fitted; its library {library} says: {SENTENCES[library]}."
    assert caught.value.message == told
    assert caught.value.hint.startswith("Change what it names")


@pytest.mark.parametrize("library", RAISED)
def test_it_is_a_value_error_too(refusing, library):
    refusing(RAISED[library])
    with pytest.raises(ValueError, match="cannot be fitted"):
        AlgorithmClassifier("LightGBM").fit(X, Y)


def test_a_library_that_says_nothing_is_told(refusing):
    refusing(LightGBMError())
    with pytest.raises(LibraryError, match="LightGBM says: it has no text"):
        AlgorithmClassifier("LightGBM").fit(X, Y)


@pytest.mark.parametrize("fault", [TypeError, AttributeError, ZeroDivisionError, ValueError])
def test_a_fault_of_the_program_stays_one(refusing, fault):
    refusing(fault("at fault"))
    with pytest.raises(fault, match="at fault") as caught:
        AlgorithmClassifier("LightGBM").fit(X, Y)
    assert caught.type is fault
