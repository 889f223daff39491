"""A grid's points in an order of which every beginning is even."""

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.tuning.grid import grid
from phantom_ml.tuning.space import axes
from phantom_ml.tuning.spread import spread
from tests.tuning.made import Fussy, search

SIZES = st.lists(st.integers(1, 9), min_size=1, max_size=5).filter(lambda n: math.prod(n) <= 3_000)
SEEDS = st.integers(0, 2**32 - 1)


def levels(sizes, seed):
    """Return the level of each setting at each point, shape (n_settings, n_points)."""
    return np.array(np.unravel_index(spread(sizes, seed), tuple(sizes)))


def furthest_apart(values, n_values):
    """Return the most by which the counts of values differ in any beginning."""
    counts = (values[:, None] == np.arange(n_values)).cumsum(axis=0)
    return int((counts.max(axis=1) - counts.min(axis=1)).max())


@settings(deadline=None)
@given(SIZES, SEEDS)
def test_every_point_comes_once(sizes, seed):
    assert sorted(spread(sizes, seed)) == list(range(math.prod(sizes)))


@settings(deadline=None)
@given(SIZES, SEEDS)
def test_in_every_beginning_the_counts_of_a_settings_levels_differ_by_at_most_one(sizes, seed):
    found = zip(levels(sizes, seed), sizes, strict=True)
    assert max(furthest_apart(own, n) for own, n in found) <= 1


@settings(deadline=None)
@given(st.integers(1, 25), st.integers(1, 25), SEEDS)
def test_of_two_settings_each_level_of_one_meets_those_of_the_other_as_often(one, two, seed):
    first, second = levels([one, two], seed)
    met = math.lcm(one, two)
    pairs = set(zip(first[:met], second[:met], strict=True))
    assert len(pairs) == met


def test_pairs_of_equal_settings_come_once_before_any_comes_again():
    first, second, third = levels([3, 3, 3], 0)[:, :9]
    assert [len({*zip(*two, strict=True)}) for two in ((first, second), (first, third))] == [9, 9]


def test_what_has_no_common_divisor_does_not_keep_others_on_one_diagonal():
    first, second = levels([4, 8, 25], 0)[:2, :32]
    assert len({*zip(first, second, strict=True)}) == 32


def test_the_same_seed_gives_the_same_order():
    assert spread([5, 4, 6], 7).tolist() == spread([5, 4, 6], 7).tolist()


def test_another_seed_gives_another_order():
    assert spread([5, 4, 6], 7).tolist() != spread([5, 4, 6], 8).tolist()


def test_a_seed_changes_the_order_of_a_grid_and_not_its_points():
    space = axes({"alpha": (0.0, 1.0), "kernel": ["a", "b", "c"]}, ["alpha", "kernel"])
    plain, drawn = grid(space, 20), grid(space, 20, 3)
    assert plain != drawn
    assert sorted(map(str, plain)) == sorted(map(str, drawn))


class Three(Fussy):
    """An estimator of three settings, which fits in no time."""

    def __init__(self, level=0.0, b=0, c=0):
        super().__init__(level)
        self.b, self.c = b, c


LISTS = {"level": [0.1, 0.2, 0.3, 0.4, 0.5], "b": [1, 2, 3, 4], "c": [1, 2]}


def tried(n_trials, **options):
    found = search("grid_search", n_trials, LISTS, Three(), **options)
    return [tuple(t.params.values()) for t in found.trials]


@pytest.mark.parametrize("seed", [0, 1, 2])
def test_few_trials_of_a_grid_try_each_value_as_often(seed):
    values = zip(*tried(5, seed=seed), strict=True)
    counts = [[own.count(v) for v in set(own)] for own in values]
    assert [sorted(c) for c in counts] == [[1] * 5, [1, 1, 1, 2], [2, 3]]


def test_a_grid_that_goes_on_tries_what_it_would_have_tried_without_a_break():
    first = search("grid_search", 4, LISTS, Three())
    assert tried(9, history=first) == tried(9)


def test_a_grid_of_many_points_puts_only_its_trials_in_line():
    space = {"level": [i / 10_000 for i in range(5_000)], "b": [1, 2]}
    found = search("grid_search", 3, space, Three())
    assert len({t.params["level"] for t in found.trials}) == 3
