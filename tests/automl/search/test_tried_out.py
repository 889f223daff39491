"""Spaces of few points: each is tried before a search ends, and that nothing is left is told."""

from collections import Counter
from dataclasses import replace

import pytest

from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.search.candidates import Candidates
from phantom_ml.config import OptimizationMethod, TuningSettings
from tests.automl.made import finished

GRID = {"num_leaves": [4, 8, 16, 32, 64], "learning_rate": [0.02, 0.05, 0.1]}


def started(method: str, n_rows: int = 0, **spaces) -> Candidates:
    given = given_spaces(TuningSettings(spaces=spaces))
    return Candidates((), OptimizationMethod(method), 0, given, n_rows)


def after_the_first(chosen: Candidates, *names: str) -> list:
    """Return all trials of a search that begins after one trial of each algorithm."""
    seen = [
        finished(i, (0.5,) * 3, n, {"C": 9.0} if n == "SVM" else {}) for i, n in enumerate(names)
    ]
    while (one := chosen.next(len(seen), seen)) is not None and len(seen) < 99:
        loss = abs(one.settings.get("num_leaves", 0) - 5) / 100
        done = finished(len(seen), (loss,) * 3, one.algorithm, dict(one.settings))
        seen.append(replace(done, order=replace(done.order, candidate=one)))
    return seen


@pytest.mark.parametrize("method", ["bayesian_optimization", "random_search", "hyperband"])
def test_a_space_is_tried_out_before_its_search_ends(method):
    seen = after_the_first(started(method, LightGBM=GRID), "LightGBM")
    found = [(f.trial.settings["num_leaves"], f.trial.settings["learning_rate"]) for f in seen[1:]]
    assert sorted(found) == [
        (n, rate) for n in GRID["num_leaves"] for rate in GRID["learning_rate"]
    ]


@pytest.mark.parametrize("method", ["bayesian_optimization", "hyperband"])
def test_the_spaces_of_all_algorithms_are_tried_out(method):
    names = ["LightGBM", "SVM", "XGBoost", "ElasticNet", "CatBoost", "LogisticRegression"]
    spaces = {
        "LightGBM": {"num_leaves": [3, 4]},
        "SVM": {"C": [0.5, 2.0]},
        "XGBoost": {"max_depth": [2, 3]},
        "ElasticNet": {"alpha": [0.1, 0.2]},
        "CatBoost": {"depth": [2, 3]},
        "LogisticRegression": {"C": [0.5, 2.0]},
    }
    seen = after_the_first(started(method, **spaces), *names)
    assert Counter(f.trial.algorithm for f in seen[6:]) == dict.fromkeys(names, 2)


def test_where_one_space_was_tried_out_others_are_searched_on():
    chosen = started("bayesian_optimization", LightGBM={"num_leaves": [3]})
    seen = after_the_first(chosen, "LightGBM", "SVM")
    assert {f.trial.algorithm for f in seen[10:]} == {"SVM"}


def test_hyperband_gives_all_rows_to_each_setting_where_nothing_else_is_left():
    chosen = started("hyperband", 6_000, LightGBM=GRID)
    seen = after_the_first(chosen, "LightGBM")
    assert Counter(f.order.candidate.max_rows for f in seen[1:]) == {2_000: 15, None: 15}


def test_settings_that_had_all_rows_are_not_tried_on_fewer():
    chosen = started("hyperband", 6_000, LightGBM={"num_leaves": [3, 4]})
    seen = [finished(i, (0.1,) * 3, "LightGBM", {"num_leaves": n}) for i, n in enumerate((3, 4))]
    assert chosen.next(2, seen) is None


def test_spaces_that_were_tried_out_are_told():
    chosen = started("bayesian_optimization", LightGBM=GRID)
    seen = after_the_first(chosen, "LightGBM")
    assert "15 points of LightGBM" in " ".join(chosen.untried(seen))


def test_nothing_is_said_of_spaces_of_which_points_are_left():
    chosen = started("bayesian_optimization", LightGBM=GRID)
    assert chosen.untried(after_the_first(chosen, "LightGBM")[:-1]) == []


def test_nothing_is_said_of_points_that_had_a_part_of_the_rows():
    chosen = started("hyperband", 6_000, LightGBM=GRID)
    assert chosen.untried(after_the_first(chosen, "LightGBM")[:20]) == []
