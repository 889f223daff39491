"""The points of a space in a drawn order."""

import math

import pytest

from phantom_ml.config.bounds import Bound
from phantom_ml.tuning.left import DRAWN, n_points, points, settings_of
from phantom_ml.tuning.space import axes

FEW = {"depth": (2, 4), "criterion": ["gini", "entropy"]}
WIDE = {
    "rate": (0.01, 1.0, "log"),
    "share": (0.2, 0.9),
    "leaves": (2, 512, "log"),
    "kind": ["a", "b"],
}


def searched(space):
    return axes(space, list(space))


def told(space, entropy=0):
    return [tuple(point.values()) for point in points(searched(space), entropy)]


def test_each_point_comes_once():
    assert sorted(told(FEW)) == [(d, i) for d in (2, 3, 4) for i in (0, 1)]


def test_the_order_is_drawn():
    assert told(FEW, 1) != told(FEW, 2)


def test_the_same_is_drawn_again():
    assert told(FEW, [3, 4]) == told(FEW, [3, 4])


def test_of_a_range_without_an_end_of_values_some_are_drawn():
    assert len(told(WIDE)) == DRAWN


@pytest.mark.parametrize("name", WIDE)
def test_what_is_drawn_lies_inside(name):
    space = searched(WIDE)
    raw = [point[name] for point in points(space, 0)]
    assert all(space[name].encoded(space[name].decoded(value)) is not None for value in raw)


def test_whole_numbers_that_are_drawn_are_whole():
    assert {type(point["leaves"]) for point in points(searched(WIDE), 0)} == {int}


def test_a_range_of_one_value_is_one_point():
    assert told({"share": (0.5, 0.5)}) == [(0.5,)]


def test_a_range_of_any_numbers_has_no_end_of_points():
    assert n_points(searched(WIDE)) == math.inf


def test_a_setting_whose_condition_does_not_hold_is_left_out():
    space = searched({"kernel": ["rbf", "linear"], "gamma": Bound(1, 2, when=("kernel", "rbf"))})
    assert settings_of(space, {"kernel": 1, "gamma": 2}) == {"kernel": "linear"}
