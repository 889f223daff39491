import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config.bounds import Bound
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.tuning.grid import grid
from phantom_ml.tuning.space import axes

KNOWN = ["alpha", "depth", "kernel"]


def bound(given):
    return axes({"alpha": given}, KNOWN)["alpha"].bound


def test_two_whole_numbers_search_whole_numbers():
    assert bound((1, 9)).integer


def test_two_numbers_search_a_range():
    assert bound((0.5, 2)) == Bound(low=0.5, high=2)


def test_log_is_the_third_part():
    assert bound((1e-4, 1.0, "log")).log


def test_a_bound_is_taken_as_it_is():
    given = Bound(low=1, high=3, integer=True)
    assert bound(given) == given


def test_choices_may_be_any_objects():
    assert axes({"alpha": [None, (5, 5)]}, KNOWN)["alpha"].decoded(1) == (5, 5)


def test_an_unknown_setting_suggests_the_nearest():
    with pytest.raises(UnknownName, match="kernel"):
        axes({"kernl": [1]}, KNOWN)


@pytest.mark.parametrize(
    ("given", "why"),
    [
        ([], "empty"),
        ((1,), "two ends"),
        ((1, 2, "lin"), "two ends"),
        (("a", "b"), "stand in a list"),
        ((False, True), "stand in a list"),
        ((3, 1), "above the high"),
        ((0.0, 1.0, "log"), "begins above 0"),
        ((0.0, float("inf")), "finite"),
        (5, "neither a range nor a list"),
    ],
)
def test_what_cannot_be_searched_is_told_with_its_value(given, why):
    with pytest.raises(BadSetting, match=why):
        axes({"alpha": given}, KNOWN)


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ((np.int64(2), np.int64(6)), Bound(low=2, high=6, integer=True)),
        ((np.float32(0.5), np.float32(2)), Bound(low=0.5, high=2)),
        ({"low": np.int64(2), "high": 6}, Bound(low=2, high=6, integer=True)),
    ],
)
def test_the_ends_of_a_range_may_be_numbers_of_numpy(given, told):
    assert bound(given) == told


def test_values_of_numpy_become_those_of_python():
    assert axes({"alpha": [np.int64(2), np.True_, np.str_("a")]}, KNOWN)["alpha"].values == (
        2,
        True,
        "a",
    )


@pytest.mark.parametrize(
    ("given", "shown"),
    [
        ((0, 10, "log"), "(0, 10, 'log')"),
        ((9, 1, "log"), "(9, 1, 'log')"),
        ((9, 1), "(9, 1)"),
        ((np.float64(0.0), 1.0, "log"), "(0.0, 1.0, 'log')"),
        ({"low": 0, "high": 10, "log": True}, "{'low': 0, 'high': 10, 'log': True}"),
        (Bound(0, 10, log=True), "(0, 10, 'log')"),
    ],
)
def test_a_range_that_cannot_be_is_shown_as_it_was_written(given, shown):
    with pytest.raises(BadSetting) as caught:
        axes({"alpha": given}, KNOWN)
    assert caught.value.message.startswith(f"The space of 'alpha' is {shown}: ")


def test_an_empty_space_is_refused():
    with pytest.raises(BadSetting, match="empty"):
        axes({}, KNOWN)


def test_a_grid_holds_both_ends():
    points = grid(axes({"alpha": (1e-2, 1.0, "log")}, KNOWN), 3)
    assert [p["alpha"] for p in points] == pytest.approx([0.01, 0.1, 1.0])


@settings(deadline=None, max_examples=30)
@given(st.integers(1, 60), st.integers(1, 5), st.floats(0.1, 10.0))
def test_a_grid_has_no_more_points_than_asked_where_the_choices_allow_it(n, k, high):
    space = axes({"alpha": (0.05, high), "depth": (1, 9), "kernel": list("abcde")[:k]}, KNOWN)
    assert len(grid(space, n)) <= max(n, k)


@pytest.mark.parametrize(
    "given", [{"low": 1, "high": 4}, (1, 4)], ids=["as in a configuration", "as in Python"]
)
def test_a_range_may_be_a_mapping(given):
    assert axes({"depth": given}, ["depth"])["depth"].bound.high == 4


@pytest.mark.parametrize("given", [range(1, 4), np.array([1, 2, 3])], ids=["range", "array"])
def test_what_lists_values_is_a_list(given):
    assert axes({"depth": given}, ["depth"])["depth"].values == (1, 2, 3)


@pytest.mark.parametrize(
    ("space", "told"),
    [
        ([("depth", (1, 2))], "The search space is a list"),
        ({"depth": {"low": 1}}, "a range has low, high"),
        ({"depth": {"low": 1, "high": 2, "log": "yes"}}, "log is true or false"),
    ],
)
def test_another_shape_is_told(space, told):
    with pytest.raises(BadSetting, match=told):
        axes(space, ["depth"])


def test_values_keep_the_order_in_which_they_came_first():
    assert axes({"k": [3, 5, 3]}, ["k"])["k"].values == (3, 5)


def test_a_value_that_is_given_twice_is_one():
    assert axes({"k": [3, 3, 3.0, True, "a", "a"]}, ["k"])["k"].values == (3, 3.0, True, "a")
