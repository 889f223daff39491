"""Ranges of settings that an estimator takes as whole numbers only."""

import numpy as np
import pytest
from sklearn.decomposition import PCA
from sklearn.pipeline import make_pipeline
from sklearn.tree import DecisionTreeClassifier

from phantom_ml.config.bounds import Bound
from phantom_ml.errors import BadSetting
from phantom_ml.tuning.space import axes
from phantom_ml.tuning.whole import in_whole_numbers
from tests.tuning.made import TREE, Fussy, search

WITHIN = make_pipeline(PCA(), TREE)
DEPTH = "decisiontreeclassifier__max_depth"


def bound(estimator, name, given, **beside):
    searched = axes({name: given, **beside}, list(estimator.get_params()))
    return in_whole_numbers(estimator, searched)[name].bound


@pytest.mark.parametrize("given", [(2.0, 8.0), (2, 8.0), Bound(2, 8), {"low": 2.0, "high": 8.0}])
def test_a_range_of_a_whole_number_is_one_of_whole_numbers_however_its_ends_are_written(given):
    assert bound(TREE, "max_depth", given) == Bound(2, 8, integer=True)


def test_its_ratios_count_still():
    assert bound(TREE, "max_depth", (1.0, 8.0, "log")) == Bound(1, 8, log=True, integer=True)


def test_it_is_told_of_a_step_too():
    assert bound(WITHIN, DEPTH, (2.0, 8.0)).integer


@pytest.mark.parametrize(
    ("name", "given"),
    [("ccp_alpha", (0.0, 1.0)), ("min_samples_split", (0.1, 0.5)), ("max_features", (0.5, 1.0))],
)
def test_a_range_of_numbers_that_the_estimator_takes_stays(name, given):
    assert bound(TREE, name, given) == Bound(*given)


def test_a_number_that_is_a_share_below_1_is_whole_above_it():
    assert bound(TREE, "min_samples_split", (2.0, 9.0)).integer


def test_a_range_stays_where_the_estimator_declares_nothing():
    assert not bound(Fussy(level=1), "level", (0.0, 1.0)).integer


def test_a_range_stays_where_its_step_is_searched_itself():
    steps = {"decisiontreeclassifier": [DecisionTreeClassifier(), Fussy()]}
    assert not bound(WITHIN, DEPTH, (2.0, 8.0), **steps).integer


@pytest.mark.parametrize(("given", "end"), [((2.5, 8.0), "2.5"), ((2, 7.5), "7.5")])
def test_an_end_that_is_no_whole_number_is_told_before_any_trial(given, end):
    kept = []
    with pytest.raises(
        BadSetting, match=f"max_depth of DecisionTreeClassifier.*which {end} is not"
    ):
        search(n_trials=1, space={"max_depth": given}, on_trial=kept.append)
    assert kept == []


def test_a_range_of_ratios_is_told_with_them():
    with pytest.raises(BadSetting, match=r"is \(1, 2\.5, 'log'\)"):
        bound(TREE, "max_depth", (1, 2.5, "log"))


def test_what_is_found_is_a_whole_number():
    found = search(n_trials=3, space={"max_depth": (2.0, 8.0)})
    assert {type(trial.params["max_depth"]) for trial in found.trials} == {int}


@pytest.mark.parametrize(
    ("name", "given", "meant"),
    [
        ("max_depth", [2.0, 4.0], (2, 4)),
        ("max_depth", [None, 2.0, 2], (None, 2)),
        ("min_samples_split", [0.5, 2.0], (0.5, 2)),
        ("max_features", [1.0, 2.0], (1.0, 2)),
    ],
)
def test_numbers_of_a_list_are_whole_where_the_estimator_takes_them_only_so(name, given, meant):
    found = in_whole_numbers(TREE, axes({name: given}, [name]))[name]
    assert [repr(value) for value in found.values] == [repr(value) for value in meant]
    assert found.bound.choices == tuple(range(len(meant)))


@pytest.mark.parametrize("given", [[0.0, 0.5], ["gini"], [float("inf")]])
def test_values_of_a_list_that_the_estimator_takes_or_cannot_mean_stay(given):
    found = in_whole_numbers(TREE, axes({"ccp_alpha": given}, ["ccp_alpha"]))["ccp_alpha"]
    assert found.values == tuple(given)


@pytest.mark.parametrize(
    ("estimator", "name", "given"),
    [
        (TREE, "max_leaf_nodes", [2, True, 3]),
        (TREE, "ccp_alpha", [0.0, False]),
        (WITHIN, DEPTH, [True]),
        (TREE, "max_features", [1, np.True_]),
    ],
)
def test_a_truth_among_numbers_is_refused_where_the_setting_takes_none(estimator, name, given):
    setting = name.rpartition("__")[2]
    told = f"{setting} of DecisionTreeClassifier takes neither True nor False"
    with pytest.raises(BadSetting, match=told) as caught:
        bound(estimator, name, given)
    assert repr([*map(bool, given)][-1]) in caught.value.hint


@pytest.mark.parametrize("given", [[True, False], [True, 1]])
def test_a_truth_stays_where_the_setting_takes_it(given):
    found = in_whole_numbers(PCA(), axes({"whiten": given}, ["whiten"]))["whiten"]
    assert found.values == tuple(given)


def test_a_truth_stays_where_the_estimator_declares_nothing():
    found = in_whole_numbers(Fussy(), axes({"level": [1, True]}, ["level"]))["level"]
    assert found.values == (1, True)


def test_a_number_of_a_list_that_is_no_whole_one_is_told_before_any_trial():
    kept = []
    with pytest.raises(BadSetting, match=r"max_depth of DecisionTreeClassifier.*which 2\.5 is not"):
        search(n_trials=1, space={"max_depth": [2.0, 2.5]}, on_trial=kept.append)
    assert kept == []


BOOSTERS = [
    ("lightgbm", "LGBMClassifier", "num_leaves"),
    ("xgboost", "XGBClassifier", "max_depth"),
    ("catboost", "CatBoostClassifier", "depth"),
]


def booster(library, kind):
    return getattr(pytest.importorskip(library), kind)()


@pytest.mark.parametrize(("library", "kind", "name"), BOOSTERS)
def test_a_range_of_a_boosters_whole_number_is_one_of_whole_numbers(library, kind, name):
    found = in_whole_numbers(booster(library, kind), axes({name: (2.0, 8.0)}, [name]))
    assert found[name].bound == Bound(2, 8, integer=True)


@pytest.mark.parametrize(("library", "kind", "name"), BOOSTERS)
def test_whole_numbers_of_a_boosters_list_are_such(library, kind, name):
    found = in_whole_numbers(booster(library, kind), axes({name: [4.0, 6]}, [name]))
    assert repr(found[name].values) == "(4, 6)"


@pytest.mark.parametrize(("library", "kind", "name"), BOOSTERS)
@pytest.mark.parametrize("given", [(2.5, 8.0), [2.5, 4]])
def test_a_number_that_is_no_whole_one_is_refused_of_a_booster(library, kind, name, given):
    with pytest.raises(BadSetting, match=rf"{name} of {kind} is a whole number, which 2\.5 is not"):
        in_whole_numbers(booster(library, kind), axes({name: given}, [name]))


def test_another_setting_of_a_booster_stays():
    searched = axes({"learning_rate": (1.0, 2.0)}, ["learning_rate"])
    assert in_whole_numbers(booster("lightgbm", "LGBMClassifier"), searched) == searched
