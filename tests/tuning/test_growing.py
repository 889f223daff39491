"""A resource that there is not is answered with those that count what grows."""

import pytest
from sklearn.ensemble import GradientBoostingClassifier, RandomForestClassifier
from sklearn.linear_model import SGDClassifier
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from phantom_ml.errors import UnknownName
from phantom_ml.tuning.bench import check_resource


@pytest.mark.parametrize(
    ("estimator", "counts"),
    [
        (RandomForestClassifier(9), ["n_estimators"]),
        (GradientBoostingClassifier(), ["n_estimators"]),
        (SGDClassifier(), ["max_iter"]),
        (make_pipeline(SGDClassifier()), ["sgdclassifier__max_iter"]),
        (DecisionTreeClassifier(), []),
        (RandomForestClassifier(1), []),
    ],
)
def test_only_settings_that_count_what_grows_are_named(estimator, counts):
    with pytest.raises(UnknownName) as caught:
        check_resource("growth", estimator, sorted(estimator.get_params()))
    assert caught.value.known == ("folds", "rows", *counts)
