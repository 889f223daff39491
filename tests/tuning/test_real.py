"""Numbers of a setting are the same by their value where it is a real one, and nowhere else."""

import numpy as np
import pytest
from sklearn.base import BaseEstimator
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.svm import SVC
from sklearn.tree import DecisionTreeClassifier

from phantom_ml.tuning.real import by_value
from phantom_ml.tuning.space import Axis, axes
from tests.tuning.made import Fussy, search

TREE = DecisionTreeClassifier(random_state=0)


def axis(estimator: BaseEstimator, name: str, given: object) -> Axis:
    return by_value(estimator, axes({name: given}, [name]))[name]


def repeated(first: list, then: list, estimator: BaseEstimator, name: str) -> int:
    """Return how many trials a search has that was done in one spelling, and goes on in another."""
    history = search("random_search", 9, {name: first}, estimator).to_json()
    return len(search("random_search", 9, {name: then}, estimator, history=history).trials)


def test_of_a_real_setting_equal_numbers_of_a_list_are_one():
    assert axis(SVC(), "C", [1, 1.0, 10, 10.0]).values == (1, 10)


def test_of_a_step_they_are_one_too():
    steps = make_pipeline(StandardScaler(), SVC())
    assert axis(steps, "svc__C", [1, 1.0]).values == (1,)


def test_a_truth_is_no_number():
    assert axis(SVC(), "C", [1, True, 1.0]).values == (1, True)


def test_a_number_and_a_share_stay_two():
    assert axis(TREE, "max_features", [1, 1.0]).values == (1, 1.0)


def test_what_declares_nothing_keeps_both():
    assert axis(Fussy(), "level", [0, 0.0]).values == (0, 0.0)


@pytest.mark.parametrize(
    ("value", "place"),
    [(1, 0), (1.0, 0), (np.int64(10), 1), (True, None), ("1", None)],
)
def test_a_number_of_a_real_setting_is_found_by_its_value(value, place):
    assert axis(SVC(), "C", [1, 10]).encoded(value) == place


@pytest.mark.parametrize(("value", "place"), [(1, 0), (1.0, 1), (True, None)])
def test_a_number_is_not_found_where_only_the_share_of_its_value_is(value, place):
    assert axis(TREE, "max_features", [1, 1.0]).encoded(value) == place


@pytest.mark.parametrize(("value", "found"), [(0.5, 0.5), (1, None), (True, None)])
def test_a_number_lies_outside_a_range_of_shares(value, found):
    assert axis(TREE, "max_features", (0.1, 1.0)).encoded(value) == found


def test_a_share_lies_outside_a_range_of_numbers():
    assert axis(TREE, "max_features", (1, 3)).encoded(1.0) is None


def test_a_number_in_a_range_is_told_as_the_range_is():
    assert repr(axis(SVC(), "C", (0.1, 10.0)).encoded(1)) == "1.0"


def test_a_truth_lies_in_no_range():
    assert axis(SVC(), "C", (0.1, 10.0)).encoded(True) is None


@pytest.mark.parametrize(("first", "then"), [([1, 10], [1.0, 10.0]), ([1.0, 10.0], [1, 10])])
def test_a_history_in_another_spelling_is_not_tried_again(first, then):
    assert repeated(first, then, SVC(), "C") == 2


def test_nor_is_one_of_an_estimator_that_declares_nothing():
    assert repeated([0.0, 0.5], [0, 0.5], Fussy(), "level") == 2


def test_a_history_of_shares_is_not_one_of_numbers():
    history = search("random_search", 2, {"max_features": [1.0]}, TREE).to_json()
    found = search("random_search", 2, {"max_features": [1]}, TREE, history=history)
    assert [repr(t.params["max_features"]) for t in found.trials] == ["1"]


def test_points_that_were_tried_are_counted_once():
    history = search("random_search", 9, {"C": [1, 10]}, SVC()).to_json()
    notes = search("random_search", 9, {"C": [1.0, 10.0]}, SVC(), history=history).notes
    assert any(note.startswith("All 2 points of the space were tried") for note in notes)
