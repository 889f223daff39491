"""No settings are tried twice by a search alone, as long as others are left."""

import pytest

from phantom_ml.config import OptimizationMethod
from tests.tuning.made import Fussy, search

FEW = {"max_depth": (1, 6)}
METHODS = [m.value for m in OptimizationMethod if m is not OptimizationMethod.GRID_SEARCH]


def depths(found):
    return [t.params["max_depth"] for t in found.trials]


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("method", METHODS)
def test_each_setting_is_tried_once_before_any_is_tried_again(method, seed):
    assert len(set(depths(search(method, 6, FEW, seed=seed)))) == 6


@pytest.mark.parametrize("method", METHODS)
def test_a_search_ends_where_its_space_was_tried_out(method):
    assert sorted(depths(search(method, 8, {"max_depth": (1, 3)}))) == [1, 2, 3]


def test_a_search_that_ended_with_its_space_says_so():
    found = search("random_search", 8, {"max_depth": (1, 3)})
    assert "All 3 points of the space were tried" in " ".join(found.notes)


def test_a_space_of_one_point_is_told_to_be_one():
    found = search("random_search", 5, {"max_depth": [3]})
    assert (
        "The space has one point only, and n_trials is 5: the search ends with it." in found.notes
    )


def test_nothing_is_said_of_a_space_of_as_many_points_as_trials():
    found = search("random_search", 3, {"max_depth": (1, 3)})
    assert "were tried" not in " ".join(found.notes)


def test_a_space_is_tried_out_where_few_of_many_points_are_left():
    levels = [round(0.002 * n, 3) for n in range(100)]
    found = search("random_search", 100, {"level": levels}, Fussy())
    assert {t.params["level"] for t in found.trials} == set(levels)


@pytest.mark.parametrize("method", METHODS)
def test_one_that_goes_on_tries_what_it_would_have_tried_without_a_break(method):
    whole = search(method, 6, FEW, seed=3)
    half = search(method, 3, FEW, seed=3)
    assert depths(search(method, 6, FEW, seed=3, history=half)) == depths(whole)


def test_settings_that_failed_are_not_tried_again():
    found = search("random_search", 3, {"level": [0.1, 0.5, 1.0]}, Fussy())
    assert {t.params["level"] for t in found.trials} == {0.1, 0.5, 1.0}
