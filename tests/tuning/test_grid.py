"""A grid from the defaults outward."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config.bounds import Bound
from phantom_ml.tuning.grid import grid, grid_around, is_too_wide
from phantom_ml.tuning.left import settings_of
from phantom_ml.tuning.space import axes
from tests.tuning.made import SPACE, Fussy, search

THREE = {"alpha": (0.0, 8.0), "depth": (1, 99, "log"), "kernel": ["a", "b", "c"]}
DEFAULTS = {"alpha": 2.0, "depth": 5, "kernel": "b"}


def around(n_points, space=THREE, defaults=DEFAULTS, **options):
    searched = axes(space, list(space))
    points = grid_around(searched, defaults, n_points, **options)
    return [{n: searched[n].decoded(v) for n, v in point.items()} for point in points]


def values(points, name):
    return list(dict.fromkeys(point[name] for point in points))


def test_it_begins_at_the_defaults():
    assert around(27)[0] == DEFAULTS


def test_it_begins_in_the_middle_of_what_has_no_default():
    assert around(1, {"alpha": (0.0, 8.0), "beta": (1.0, 100.0, "log")}, {}) == [
        {"alpha": 4.0, "beta": pytest.approx(10.0)}
    ]


def test_values_lie_between_the_default_and_the_ends():
    assert values(around(3), "alpha") == [2.0, 5.0, 1.0]


@pytest.mark.parametrize(("n", "counts"), [(1, [1, 1, 1]), (2, [2, 1, 1]), (9, [3, 3, 1])])
def test_the_first_settings_have_the_most_values(n, counts):
    points = around(n)
    assert [len(values(points, name)) for name in THREE] == counts


def test_the_second_point_moves_the_first_setting_alone():
    assert around(27)[1] == DEFAULTS | {"alpha": 5.0}


def test_a_list_of_a_person_is_gone_through_to_its_end():
    assert values(around(4, whole=True), "kernel") == ["b", "a", "c"]


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 200), st.floats(-1.0, 9.0), st.sampled_from(algorithms.names()))
def test_it_has_different_points_within_the_space_and_no_more_than_asked(n, default, name):
    space = {"alpha": (0.0, 8.0), **algorithms.get(name).space()}
    searched = axes(space, list(space))
    points = grid_around(searched, {"alpha": default}, n)
    assert 1 <= len({repr(p) for p in points}) == len(points) <= n
    assert all(a.encoded(a.decoded(p[k])) is not None for p in points for k, a in searched.items())


def test_one_level_of_a_range_is_its_middle():
    assert grid(axes({"alpha": (0.0, 8.0)}, ["alpha"]), 1) == [{"alpha": 4.0}]


def test_a_space_of_more_ranges_than_points_is_too_wide():
    space = axes({name: (0.0, 1.0) for name in "abcd"}, list("abcd"))
    assert is_too_wide(space, 15)
    assert not is_too_wide(space, 16)


def test_a_search_over_too_many_ranges_begins_at_the_defaults():
    class Four(Fussy):
        def __init__(self, level=0.7, b=0.5, c=0.5, d=0.5):
            super().__init__(level)
            self.b, self.c, self.d = b, c, d

    space = {name: (0.0, 0.8) for name in ("level", "b", "c", "d")}
    found = search("grid_search", 9, space, Four())
    assert len(found.trials) == 9
    assert found.trials[0].params == {"level": 0.7, "b": 0.5, "c": 0.5, "d": 0.5}


def test_a_narrow_space_keeps_its_even_grid():
    found = search("grid_search", 8, SPACE)
    assert {t.params["max_depth"] for t in found.trials} == {1, 8}


def test_points_that_differ_in_what_does_not_apply_leave_room_for_finer_levels():
    space = {
        "kernel": ["rbf", "linear"],
        "gamma": Bound(0.1, 10.0, log=True, when=("kernel", "rbf")),
    }
    searched = axes(space, list(space))
    found = {repr(settings_of(searched, point)) for point in grid(searched, 6)}
    assert len(found) == 6
