"""Settings that apply only beside a certain value of another, in a search of an algorithm by itself."""

from dataclasses import replace

import pytest

from phantom_ml import AlgorithmClassifier
from tests.tuning.made import search

SPACE = {"kernel": ["rbf", "linear"], "gamma": (0.1, 10.0, "log"), "n_components": [50]}


def tried(space, estimator="SVM", **options):
    """Return the settings of all trials."""
    found = search("grid_search", 6, space, estimator, cv=2, **options)
    return [trial.params for trial in found.trials]


def test_what_does_not_apply_is_not_varied():
    assert [p for p in tried(SPACE) if p["kernel"] == "linear"] == [{"kernel": "linear"}]


def test_the_trials_that_this_saves_go_to_what_applies():
    assert len({p["gamma"] for p in tried(SPACE) if p["kernel"] == "rbf"}) == 5


@pytest.mark.parametrize(("kernel", "n"), [("rbf", 2), ("linear", 1)])
def test_whether_a_setting_applies_is_told_by_the_algorithm_where_the_space_does_not(kernel, n):
    svm = AlgorithmClassifier("SVM", kernel=kernel, n_components=50)
    assert len(tried({"gamma": [0.1, 1.0]}, svm)) == n


def test_a_history_that_kept_what_does_not_apply_is_gone_on_from():
    past = search("grid_search", 1, {"kernel": ["linear"]}, "SVM", cv=2)
    old = [replace(t, params={"kernel": "linear", "gamma": 1.0}) for t in past.trials]
    space = {"kernel": ["linear"], "gamma": [0.1, 1.0]}
    assert len(tried(space, history=old)) == 1
