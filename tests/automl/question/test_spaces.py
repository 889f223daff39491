"""The spaces of a configuration, by the algorithm that each is of."""

import pytest

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.spaces import given_spaces, in_whole_numbers
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
