"""What a search begins with: the estimator's own settings, where they are a point of its space."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.ensemble import RandomForestClassifier
from sklearn.naive_bayes import GaussianNB
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import AlgorithmClassifier
from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import OptimizationMethod
from phantom_ml.config.bounds import Bound
from phantom_ml.tuning.defaults import default_point
from phantom_ml.tuning.grid import grid_around
from phantom_ml.tuning.space import axes
from tests.tuning.made import TREE, Fussy, search

METHODS = [m.value for m in OptimizationMethod if m is not OptimizationMethod.GRID_SEARCH]
KNOWN = DecisionTreeClassifier(max_depth=5, min_samples_leaf=7, random_state=0)
SPACE = {"max_depth": (1, 8), "min_samples_leaf": (1, 40, "log"), "criterion": ["entropy", "gini"]}
DEFAULTS = {"max_depth": 5, "min_samples_leaf": 7, "criterion": "gini"}
UNDER_RBF = Bound(low=0.1, high=10.0, log=True, when=("kernel", "rbf"))


def point(estimator, space):
    return default_point(estimator, axes(space, list(space)))


def tried(*asked, **options):
    """Return the settings of all trials."""
    return [trial.params for trial in search(*asked, **options).trials]


@pytest.mark.parametrize("method", METHODS)
def test_the_first_trial_is_of_the_estimators_own_settings(method):
    assert tried(method, 2, SPACE, KNOWN)[0] == DEFAULTS


@pytest.mark.parametrize("method", METHODS)
def test_one_trial_is_of_the_estimators_own_settings(method):
    assert tried(method, 1, SPACE, KNOWN) == [DEFAULTS]


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("seed", [0, 1])
def test_the_estimators_own_settings_are_tried_once(method, seed):
    assert tried(method, 12, SPACE, KNOWN, seed=seed).count(DEFAULTS) == 1


@pytest.mark.parametrize("method", METHODS)
def test_what_is_tried_after_them_differs_by_the_seed(method):
    one, two = (tried(method, 3, SPACE, KNOWN, seed=seed) for seed in (0, 1))
    assert one[1:] != two[1:]


@pytest.mark.parametrize("method", METHODS)
def test_settings_outside_the_space_are_not_tried(method):
    for params in tried(method, 4, {**SPACE, "max_depth": (6, 8)}, KNOWN):
        assert params["max_depth"] >= 6


@pytest.mark.parametrize("method", METHODS)
def test_all_trials_are_drawn_where_the_own_settings_are_no_point(method):
    # The tree's own depth is None.
    assert len(tried(method, 4, SPACE, TREE)) == 4


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize("n_before", [1, 4])
def test_one_that_goes_on_tries_what_it_would_have_tried_without_a_break(method, n_before):
    whole = search(method, 9, SPACE, KNOWN, seed=3)
    before = search(method, n_before, SPACE, KNOWN, seed=3)
    on = search(method, 9, SPACE, KNOWN, seed=3, history=before.to_json())
    told = [[(t.params, t.status, t.score) for t in found.trials] for found in (whole, on)]
    assert told[0] == told[1]


def test_a_search_goes_on_with_the_own_settings_where_the_history_has_them_not():
    before = search("random_search", 3, {**SPACE, "max_depth": (6, 8)}, KNOWN)
    assert tried("random_search", 5, SPACE, KNOWN, history=before)[3] == DEFAULTS


def test_own_settings_that_a_history_says_otherwise_are_not_tried_again():
    first = search("random_search", 1, {"level": (0.0, 0.8)}, Fussy(0))
    past = [replace(first.trials[0], params={"level": np.float64(0.0)})]
    assert [
        p["level"] for p in tried("random_search", 4, {"level": (0, 3)}, Fussy(0), history=past)
    ].count(0) == 1


def test_own_settings_that_fail_are_a_row_and_the_search_goes_on():
    found = search("random_search", 4, {"level": (0.0, 1.0)}, Fussy(1.0))
    assert found.trials[0].status == "failed"
    assert found.best_score > 0


def test_settings_of_a_step_are_those_of_the_step():
    line = make_pipeline(StandardScaler(), SVC(C=3))
    space = {"svc__C": (0.1, 10.0, "log"), "standardscaler__with_mean": [False, True]}
    assert tried("random_search", 1, space, line) == [
        {"svc__C": 3.0, "standardscaler__with_mean": True}
    ]


@pytest.mark.parametrize("method", METHODS)
def test_an_algorithm_begins_with_its_defaults_within_its_own_bounds(method):
    line = AlgorithmClassifier("LogisticRegression", C=3)
    assert tried(method, 1, None, line) == [{"C": 3.0, "scaling": line.get_params()["scaling"]}]


@pytest.mark.parametrize("algorithm", [a for a in algorithms if a.space()], ids=lambda a: a.name)
def test_the_defaults_of_an_algorithm_are_a_point_of_its_own_bounds(algorithm):
    assert point(AlgorithmClassifier(algorithm.name), algorithm.space()) is not None


@pytest.mark.parametrize("method", METHODS)
@pytest.mark.parametrize(
    ("kernel", "first"),
    [("rbf", {"kernel": "rbf", "gamma": 1.0}), ("linear", {"kernel": "linear"})],
)
def test_what_depends_on_another_setting_is_tried_where_it_applies(method, kernel, first):
    svm = AlgorithmClassifier("SVM", kernel=kernel, n_components=50)
    space = {"kernel": ["rbf", "linear"], "gamma": (0.1, 10.0, "log")}
    assert tried(method, 1, space, svm) == [first]


def test_a_value_outside_of_what_does_not_apply_is_no_hindrance():
    # The own gamma is a word, and with a straight kernel nobody asks for it.
    space = {"kernel": ["rbf", "linear"], "gamma": UNDER_RBF}
    assert tried("random_search", 1, space, SVC(kernel="linear")) == [{"kernel": "linear"}]


def test_a_value_outside_of_what_applies_is_no_point():
    assert point(SVC(), {"kernel": ["rbf", "linear"], "gamma": UNDER_RBF}) is None


@pytest.mark.parametrize(
    ("own", "values", "place"),
    [
        (1, (0.0, 2.0), 1.0),
        (np.int64(1), (0, 2), 1),
        (np.float64(1), (0, 2), 1),
        (1, [3.0, 1.0], 1),
        (None, [2, None], 1),
        (np.str_("a"), ["b", "a"], 1),
    ],
)
def test_a_value_is_found_as_its_range_or_list_writes_it(own, values, place):
    assert point(Fussy(own), {"level": values}) == {"level": place}


@pytest.mark.parametrize(
    ("own", "values"),
    [
        (None, (0, 2)),
        ("auto", (0.0, 2.0)),
        (float("nan"), (0.0, 2.0)),
        (float("inf"), (0, 2)),
        (True, (0, 2)),
        (0.5, (0, 2)),
        (3, [1, 2]),
        (np.ones(2), (0.0, 2.0)),
        (np.ones(2), ["auto", None]),
        (None, [np.ones(2), np.zeros(2)]),
    ],
)
def test_a_value_that_is_not_in_its_range_or_list_is_no_point(own, values):
    assert point(Fussy(own), {"level": values}) is None


def test_one_row_is_told_from_all_rows():
    forest = RandomForestClassifier(max_features=1.0)
    axis = replace(axes({"max_features": [1, 2]}, ["max_features"])["max_features"], apart=True)
    assert default_point(forest, {"max_features": axis}) is None


def test_a_setting_that_the_estimator_does_not_list_leaves_no_point():
    assert point(KNOWN, {"max_depth": (1, 8), "depth": [None, 4]}) is None


def test_lists_of_arrays_are_searched():
    priors = [np.array([0.5, 0.5]), np.array([0.2, 0.8])]
    assert len(tried("random_search", 2, {"priors": priors}, GaussianNB())) == 2


def test_a_grid_begins_in_the_middle_where_a_list_of_arrays_cannot_be_compared():
    space = axes({"priors": [np.ones(2), np.zeros(2)]}, ["priors"])
    assert grid_around(space, {"priors": None}, 2) == [{"priors": 0}, {"priors": 1}]
