"""Settings that an estimator takes without listing them, and those that it does not take."""

import pytest
from lightgbm import LGBMClassifier
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from phantom_ml.errors import UnknownName
from phantom_ml.sklearn_api.algorithm import AlgorithmClassifier
from phantom_ml.tuning.taken import names_taken
from tests.tuning.made import TREE, Fussy, search

BOOSTER = LGBMClassifier(n_estimators=2, num_threads=1, verbose=-1)


class Quiet(Fussy):
    """Lists what it was given alone, as CatBoost does."""

    def __init__(self, level=None):
        super().__init__(0.0 if level is None else level)
        self.given = {} if level is None else {"level": level}

    def get_params(self, deep=True):
        return dict(self.given)

    def set_params(self, **settings):
        self.given |= settings
        self.__init__(**self.given)
        return self


class Sealed(BaseEstimator):
    """Takes any name when it is made, and none when it is set."""

    def __init__(self, **settings):
        self.settings = settings


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (Quiet(), "level"),
        (make_pipeline(StandardScaler(), Quiet()), "quiet__level"),
        (BOOSTER, "max_bin"),
        (make_pipeline(StandardScaler(), BOOSTER), "lgbmclassifier__max_bin"),
        (make_pipeline(make_pipeline(BOOSTER)), "pipeline__lgbmclassifier__max_bin"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_an_estimator_takes_need_not_be_listed(estimator, name):
    assert name not in estimator.get_params()
    assert name in names_taken(estimator, {name: [1, 2]})


@pytest.mark.parametrize(
    ("estimator", "name"),
    [
        (TREE, "max_depht"),
        (make_pipeline(StandardScaler(), TREE), "decisiontreeclassifier__max_depht"),
        (make_pipeline(TREE), "max_depth"),
        (Quiet(), "levle"),
        (Sealed(), "depth"),
        (AlgorithmClassifier("LightGBM"), "num_leavs"),
    ],
    ids=lambda part: part if isinstance(part, str) else "",
)
def test_what_an_estimator_does_not_take_is_unknown(estimator, name):
    assert name not in names_taken(estimator, {name: [1, 2]})


def test_an_estimator_is_left_as_it_is():
    estimator = Quiet()
    names_taken(estimator, {"level": [0.1]})
    assert estimator.get_params() == {}


@pytest.mark.parametrize("space", [None, [], {3: [1]}])
def test_what_names_no_setting_adds_none(space):
    assert names_taken(TREE, space) == sorted(TREE.get_params())


def test_a_setting_that_was_not_listed_is_searched():
    found = search("grid_search", 3, {"level": [0.1, 0.5, 0.3]}, Quiet())
    assert found.best_estimator.get_params() == {"level": 0.5}


def test_what_goes_through_to_a_library_is_searched():
    found = search("grid_search", 2, {"max_bin": [15, 63]}, BOOSTER)
    assert [t.status for t in found.trials] == ["done", "done"]


def test_the_depth_of_catboost_is_searched():
    catboost = pytest.importorskip("catboost")
    quiet = {"verbose": 0, "allow_writing_files": False, "thread_count": 1}
    estimator = catboost.CatBoostClassifier(iterations=2, **quiet)
    found = search("grid_search", 2, {"depth": [2, 3]}, estimator)
    assert [t.status for t in found.trials] == ["done", "done"]


def test_a_misspelled_setting_suggests_one_that_is_not_listed():
    with pytest.raises(UnknownName, match="Did you mean 'level'"):
        search(space={"levle": [0.1]}, estimator=Quiet())
