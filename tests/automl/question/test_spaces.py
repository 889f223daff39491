"""The spaces of a configuration, by the algorithm that each is of."""

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.spaces import given_spaces, in_whole_numbers, known_of, moved
from phantom_ml.config import TuningSettings
from phantom_ml.errors import BadSetting

LIGHTGBM = algorithms.get("LightGBM")


def test_two_spellings_of_one_algorithm_are_refused():
    spaces = {"LightGBM": {"num_leaves": [3]}, "light_gbm": {"max_bin": [63]}}
    with pytest.raises(BadSetting, match="names LightGBM twice: 'LightGBM' and 'light_gbm'"):
        given_spaces(TuningSettings(spaces=spaces))


def test_a_range_of_a_number_that_is_not_whole_stays_as_it_is():
    space = {"learning_rate": (0.1, 1.0)}
    assert in_whole_numbers(LIGHTGBM, space) == space


def test_a_list_of_values_stays_as_it_is():
    assert in_whole_numbers(LIGHTGBM, {"num_leaves": [3, 9]}) == {"num_leaves": [3, 9]}


def test_a_range_of_whole_numbers_may_be_written_with_a_point():
    space = {"LightGBM": {"num_leaves": {"low": 3.0, "high": 9.0}}}
    assert given_spaces(TuningSettings(spaces=space))["LightGBM"]["num_leaves"].integer


def test_a_number_that_is_text_is_refused():
    with pytest.raises(BadSetting, match="num_leaves = '31': it must be a number, not text"):
        given_spaces(TuningSettings(spaces={"LightGBM": {"num_leaves": ["31"]}}))


def test_a_truth_that_stands_for_a_number_is_refused_in_plain_words():
    with pytest.raises(BadSetting, match="= True: it must be a number"):
        given_spaces(TuningSettings(spaces={"LightGBM": {"num_leaves": [True]}}))


def test_whole_numbers_of_a_list_may_be_written_with_a_point():
    found = given_spaces(TuningSettings(spaces={"LightGBM": {"num_leaves": [15.0, 15, 31]}}))
    assert repr(found["LightGBM"]["num_leaves"].choices) == "(15, 31)"


def test_a_list_of_whole_numbers_with_points_is_one_of_whole_numbers():
    found = in_whole_numbers(LIGHTGBM, {"num_leaves": [15.0, 15]})
    assert repr(found) == "{'num_leaves': [15]}"


def test_a_whole_number_of_a_setting_that_need_not_be_one_stays():
    found = given_spaces(TuningSettings(spaces={"SVM": {"C": [1, 2.0]}}))
    assert repr(found["SVM"]["C"].choices) == "(1, 2.0)"


def svm(**space):
    """Return a given space of SVM."""
    return given_spaces(TuningSettings(spaces={"SVM": space}))["SVM"]


def test_a_setting_of_a_given_space_has_the_condition_of_its_field():
    found = svm(kernel=["rbf", "linear"], gamma=[0.1, 1.0])
    assert found["gamma"].when == ("kernel", "rbf")


@pytest.mark.parametrize("beside", [{}, {"kernel": ["rbf"]}])
def test_a_setting_that_always_applies_in_a_space_has_no_condition(beside):
    assert svm(gamma=[0.1, 1.0], **beside)["gamma"].when is None


def test_settings_that_are_moved_into_a_space_lack_what_does_not_apply():
    space = svm(kernel=["linear"], gamma=[0.1])
    assert moved(space, "SVM", {}) == {"kernel": "linear"}


def test_what_does_not_apply_is_known_inside_the_space():
    space = svm(kernel=["rbf", "linear"], gamma=[8.0, 9.0])
    assert known_of(space, "SVM", {"kernel": "linear"})["gamma"] == 8.0
