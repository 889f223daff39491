"""Settings that apply only beside a certain value of another, in the spaces of a training."""

from dataclasses import replace

import pytest

from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.search.candidates import within_spaces
from phantom_ml.automl.trials.children import Candidate, said
from phantom_ml.config import OptimizationMethod, TuningSettings
from tests.automl.made import finished
from tests.automl.search.test_candidates import SEARCHES, SEEN, candidates, of_grid

DEPENDS = {"kernel": ["rbf", "linear"], "gamma": [0.1, 10.0]}


def of_linear(points) -> list:
    """Return the settings of points whose kernel is linear."""
    return [settings for _, settings in points if settings.get("kernel") == "linear"]


def test_points_of_a_grid_that_differ_in_what_does_not_apply_are_one():
    assert of_linear(of_grid(SVM=DEPENDS)) == [{"kernel": "linear"}]


@pytest.mark.parametrize("method", SEARCHES)
def test_a_setting_of_a_given_space_is_left_out_where_it_does_not_apply(method):
    chosen = candidates(method=method, SVM={**DEPENDS, "C": (0.1, 1.0)})
    own = [c for n in range(2, 30) if (c := chosen.next(n, SEEN)).algorithm == "SVM"]
    assert {"gamma" in c.settings for c in own if c.settings["kernel"] == "linear"} == {False}
    assert {"gamma" in c.settings for c in own if c.settings["kernel"] == "rbf"} == {True}


def test_a_space_is_tried_out_by_the_points_that_differ_where_they_apply():
    chosen = replace(candidates(SVM={"kernel": ["linear"], "gamma": [0.1, 1]}), first=())
    seen = [finished(0, (0.2, 0.2, 0.2), "SVM", settings={"kernel": "linear"})]
    assert chosen.untried(seen) == [
        "Nothing was left to try: the search tried all settings of its spaces (1 point of SVM)."
    ]


def test_settings_that_differ_in_what_does_not_apply_say_the_same():
    one, two = (Candidate("SVM", {"kernel": "linear", "gamma": g}) for g in (0.1, 10.0))
    assert said(one) == said(two)


def test_settings_whose_other_value_does_not_apply_lie_in_a_space():
    order = [Candidate("SVM", {"kernel": "linear"})]
    given = given_spaces(TuningSettings(spaces={"SVM": DEPENDS}))
    assert within_spaces(order, given, OptimizationMethod.RANDOM_SEARCH) == order
