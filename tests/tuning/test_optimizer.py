import inspect
import os
import signal
import time
from pathlib import Path

import numpy as np
import pytest
from sklearn.datasets import make_regression
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from phantom_ml import HyperparameterOptimizer
from phantom_ml.config import OptimizationMethod
from phantom_ml.config.bounds import Bound
from phantom_ml.errors import BadSetting, BudgetTooSmall, NoTrialSucceeded
from phantom_ml.tuning.study import START_TRIALS
from tests.tuning.made import TREE, Fussy, X, Y, search


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_each_method_finds_a_good_tree(method):
    found = search(method, n_trials=8)
    assert found.best_score > 0.75
    assert found.best_score == max(t.score for t in found.trials if t.status == "done")


@pytest.mark.parametrize("method", list(OptimizationMethod))
def test_the_same_seed_gives_the_same_trials(method):
    one, two = (search(method, seed=3) for _ in range(2))
    assert [(t.params, t.score) for t in one.trials] == [(t.params, t.score) for t in two.trials]


def test_the_plans_spelling_of_a_method_is_understood():
    assert HyperparameterOptimizer("BayesianOptimization").method == "bayesian_optimization"


def test_bayesian_search_comes_nearer_than_the_first_draws():
    found = search("bayesian_optimization", 25, {"level": (0.0, 0.8)}, Fussy())
    assert found.best_score > 0.77


def test_settings_stay_within_their_ranges():
    for trial in search(n_trials=12).trials:
        assert 1 <= trial.params["max_depth"] <= 8
        assert isinstance(trial.params["max_depth"], int)
        assert trial.params["criterion"] in ("gini", "entropy")


def test_a_grid_tries_each_point_once_and_then_ends():
    found = search("grid_search", 100, {"max_depth": (1, 3), "criterion": ["gini", "entropy"]})
    assert len({tuple(t.params.items()) for t in found.trials}) == len(found.trials) == 6


def test_a_grid_of_many_choices_ends_after_n_trials():
    found = search("grid_search", 4, {"max_depth": [1, 2, 3], "min_samples_leaf": [1, 5, 9]})
    assert len(found.trials) == 4


@pytest.mark.parametrize(
    ("n_trials", "notes"),
    [
        (9, ("The grid has 6 points, fewer than n_trials (9): the search ends with them.",)),
        (6, ()),
        (
            2,
            (
                "The grid has 6 points, more than n_trials (2): those that are tried are spread over each "
                "setting's values.",
            ),
        ),
    ],
)
def test_a_grid_says_where_its_points_are_not_as_many_as_trials(n_trials, notes):
    space = {"max_depth": [1, 2, 3], "criterion": ["gini", "entropy"]}
    assert search("grid_search", n_trials, space).notes == notes


def test_hyperband_gives_up_what_falls_behind():
    found = search("hyperband", 12, {"level": (0.0, 0.8)}, Fussy(), cv=4)
    given_up = [t for t in found.trials if t.status == "pruned"]
    assert given_up
    assert all(0 < len(t.fold_scores) < 4 and "fell behind" in t.reason for t in given_up)


def test_a_failing_trial_is_a_row_with_its_reason():
    found = search(n_trials=12, space={"level": (0.0, 1.0)}, estimator=Fussy())
    failed = [t for t in found.trials if t.status == "failed"]
    assert failed
    assert all("the level is too high" in t.reason and t.score is None for t in failed)


def test_where_every_trial_fails_the_reason_is_told():
    with pytest.raises(NoTrialSucceeded, match="level is too high"):
        search(n_trials=2, space={"level": (0.9, 1.0)}, estimator=Fussy())


def test_a_score_that_is_no_number_is_a_failure():
    with pytest.raises(NoTrialSucceeded, match="score is nan"):
        search(n_trials=2, scoring=lambda *_: float("nan"))


def test_the_best_estimator_is_set_and_not_fitted():
    best = search().best_estimator
    assert not hasattr(best, "tree_")
    assert best.fit(X, Y).score(X, Y) > 0.7


def test_the_estimator_itself_is_left_alone():
    search()
    assert TREE.max_depth is None


def test_settings_of_a_step_are_searched():
    model = make_pipeline(StandardScaler(), DecisionTreeClassifier(random_state=0))
    found = search(n_trials=3, space={"decisiontreeclassifier__max_depth": (1, 4)}, estimator=model)
    assert found.best_estimator[-1].max_depth in range(1, 5)


def test_numbers_are_predicted_too():
    rows, target = make_regression(80, 3, noise=5.0, random_state=0)
    optimizer = HyperparameterOptimizer("random_search", 5)
    found = optimizer.optimize(Ridge(), {"alpha": (1e-3, 1e3, "log")}, rows, target, scoring="r2")
    assert found.best_score > 0.9


def test_a_condition_hides_a_setting():
    space = {
        "splitter": ["best", "random"],
        "max_depth": Bound(low=1, high=4, integer=True, when=("splitter", "random")),
    }
    for trial in search(n_trials=10, space=space).trials:
        assert ("max_depth" in trial.params) == (trial.params["splitter"] == "random")


def test_a_splitter_of_ones_own_is_used():
    found = search(n_trials=2, cv=TimeSeriesSplit(4))
    assert len(found.trials[0].fold_scores) == 4


def test_no_trial_begins_after_the_timeout():
    found = search(n_trials=10_000, timeout=0.5)
    assert len(found.trials) < 10_000
    assert found.seconds < 5


def test_a_timeout_before_the_first_trial_is_done_says_so():
    with pytest.raises(BudgetTooSmall, match="time was over"):
        search(timeout=1e-9)


@pytest.mark.parametrize(
    ("options", "why"),
    [
        ({"n_trials": 0}, "n_trials is 0"),
        ({"n_trials": 2.0}, "n_trials is 2.0"),
        ({"n_trials": True}, "n_trials is True"),
        ({"timeout": 0}, "timeout_seconds is 0"),
        ({"method": "magic"}, "no method 'magic'"),
        ({"scoring": "nonsense"}, "'nonsense' cannot be used"),
        ({"cv": 1}, "cv is 1"),
        ({"cv": 500}, "cannot be split"),
        ({"cv": "x"}, "cv is 'x'"),
        ({"limits": {"trial_seconds": -1}}, "trial_seconds is -1"),
        ({"limits": {"memory_limit_mb": 0}}, "memory_limit_mb is 0"),
        ({"limits": {"memory_limit_mb": 15}}, "memory_limit_mb is 15, in which no trial"),
        ({"resource": "criterion"}, "resource is 'criterion', whose value is 'gini'"),
        ({"resource": 5}, "resource is 5"),
        ({"on_trial": 5}, "on_trial is 5, which cannot be called"),
        ({"space": None}, "DecisionTreeClassifier has none of its own"),
        ({"history": "{}"}, "history cannot be read"),
        ({"timeout": "5"}, "timeout_seconds is '5'"),
        ({"limits": {"trial_seconds": True}}, "trial_seconds is True"),
        ({"seed": -1}, "seed is -1"),
        ({"seed": "a"}, "seed is 'a'"),
        ({"seed": 1.5}, "seed is 1.5"),
        ({"space": {1: (1, 2)}}, "names a setting 1, which is no word"),
        ({"estimator": DecisionTreeClassifier}, "estimator is the class DecisionTreeClassifier"),
        ({"estimator": 5}, "estimator is of type int"),
    ],
)
def test_a_setting_that_cannot_be_right_is_told_with_its_value(options, why):
    with pytest.raises(BadSetting, match=why):
        search(**options)


def test_the_least_memory_is_enough_for_a_small_tree():
    found = search(n_trials=3, limits={"memory_limit_mb": 16})
    assert [t.status for t in found.trials] == ["done"] * 3


def test_every_way_to_ask_is_a_named_argument():
    asked = inspect.signature(HyperparameterOptimizer.optimize).parameters
    assert {p.kind for p in asked.values()} <= {
        inspect.Parameter.POSITIONAL_OR_KEYWORD,
        inspect.Parameter.KEYWORD_ONLY,
    }


def test_a_result_tells_score_counts_and_settings():
    text = repr(search())
    assert "6 done" in text
    assert "max_depth" in text


def test_a_result_tells_why_trials_failed_each_reason_once():
    found = search("grid_search", 3, {"level": [0.1, 0.9, 0.95]}, Fussy())
    assert repr(found).count("2 failed: ValueError: the level is too high") == 1


class Troubled(Fussy):
    """Hangs, grows or ends its process at some levels."""

    def fit(self, X, y):
        if self.level == 1:
            time.sleep(60)
        if self.level == 2:
            self.rows = [np.ones(10_000_000) for _ in range(20)]
            time.sleep(60)
        if self.level == 3:
            os.kill(os.getpid(), signal.SIGSEGV)
        return super().fit(X, y) if self.level == 0 else self


@pytest.fixture(scope="module")
def troubled():
    """Trials by level of a search in which all but one go wrong."""
    limits = {"trial_seconds": 5, "memory_limit_mb": 300}
    found = search("grid_search", 4, {"level": [0, 1, 2, 3]}, Troubled(), limits=limits)
    return {t.params["level"]: t for t in found.trials}


@pytest.mark.parametrize(
    ("level", "reason"), [(1, "not done after 5 s"), (2, "MB of memory"), (3, "SIGSEGV")]
)
def test_a_trial_that_hangs_grows_or_crashes_is_a_row(troubled, level, reason):
    assert troubled[level].status == "failed"
    assert reason in troubled[level].reason


def test_the_trials_beside_one_that_went_wrong_are_done(troubled):
    assert troubled[0].status == "done"


def test_a_hanging_trial_is_ended_with_the_search():
    started = time.monotonic()
    with pytest.raises(BudgetTooSmall):
        search(n_trials=1, space={"level": [1]}, estimator=Troubled(), timeout=0.5)
    assert time.monotonic() - started < 20


class Grower(Fussy):
    """Counts what it was fitted with; goes on from where it was."""

    def __init__(self, level=0.0, n_steps=9, warm_start=False, log=None):
        super().__init__(level)
        self.n_steps, self.warm_start, self.log = n_steps, warm_start, log

    def fit(self, X, y):
        before = self.n_done_ if self.warm_start and hasattr(self, "n_done_") else 0
        self.n_done_ = self.n_steps
        with Path(self.log).open("a") as file:
            file.write(f"{self.n_steps - before} {len(X)}\n")
        return super().fit(X, y)


@pytest.fixture
def log(tmp_path):
    return tmp_path / "log"


def lines(log):
    return [tuple(map(int, line.split())) for line in log.read_text().splitlines()]


def test_hyperband_gives_more_of_a_setting_in_fits_of_their_own(log):
    space = {"level": [0.5]}
    search("hyperband", 1, space, Grower(log=str(log)), cv=2, resource="n_steps")
    # Rungs of 1, 3 and 9 steps in two folds: what is left of the rung before cannot count.
    assert [steps for steps, _ in lines(log)] == [1, 1, 3, 3, 9, 9]


def test_hyperband_gives_more_rows(log):
    search("hyperband", 1, {"level": [0.5]}, Grower(log=str(log)), cv=2, resource="rows")
    assert [rows for _, rows in lines(log)] == [13, 13, 40, 40, 120, 120]


@pytest.mark.parametrize("resource", ["rows", "n_steps"])
def test_hyperband_gives_up_what_falls_behind_on_any_resource(log, resource):
    found = search("hyperband", 12, {"level": (0.0, 0.8)}, Grower(log=str(log)), resource=resource)
    reasons = {t.reason for t in found.trials if t.status == "pruned"}
    assert reasons <= {f"It fell behind after {n} of 3 rungs." for n in (1, 2)}
    assert reasons


def test_a_search_goes_on_from_its_json_text():
    first = search("bayesian_optimization", 4, seed=1)
    more = search("bayesian_optimization", 6, seed=1, history=first.to_json())
    assert [t.params for t in more.trials[:4]] == [t.params for t in first.trials]
    assert len(more.trials) == 6


def test_a_grid_goes_on_without_the_points_that_were_tried():
    space = {"max_depth": [1, 2, 3], "criterion": ["gini", "entropy"]}
    first = search("grid_search", 6, space, timeout=None)
    again = search("grid_search", 6, space, history=first)
    assert len(again.trials) == 6


def test_trials_outside_the_space_are_not_taken_up():
    first = search(n_trials=4, space={"max_depth": (5, 8)})
    again = search(n_trials=2, space={"max_depth": (1, 2)}, history=first)
    assert all(t.params["max_depth"] <= 2 for t in again.trials)


@pytest.mark.parametrize("method", ["random_search", "bayesian_optimization", "hyperband"])
def test_a_search_that_goes_on_tries_what_it_would_have_tried_without_a_break(method):
    straight = search(method, 12, seed=3)
    first = search(method, 6, seed=3)
    again = search(method, 12, seed=3, history=first.to_json())
    assert [t.params for t in again.trials] == [t.params for t in straight.trials]


@pytest.mark.parametrize("resource", ["folds", "rows", "n_steps"])
def test_hyperband_that_goes_on_gives_up_what_it_would_have_given_up_without_a_break(log, resource):
    asked = {"space": {"level": (0.0, 0.8)}, "estimator": Grower(log=str(log))}
    asked |= {"resource": resource, "seed": 4}
    straight = search("hyperband", 12, **asked)
    first = search("hyperband", 6, **asked)
    again = search("hyperband", 12, history=first.to_json(), **asked)
    told = [[(t.params, t.status, t.score) for t in found.trials] for found in (straight, again)]
    assert "pruned" in {status for _, status, _ in told[0]}
    assert told[0] == told[1]


def test_a_gaussian_process_proposes_after_few_trials():
    pytest.importorskip("torch")
    asked = {"space": {"level": (0.0, 0.8)}, "estimator": Fussy()}
    by_model, by_chance = (
        search(m, 8, **asked) for m in ("bayesian_optimization", "random_search")
    )
    same = [a.params == b.params for a, b in zip(by_model.trials, by_chance.trials, strict=True)]
    assert same == [True] * START_TRIALS + [False] * (8 - START_TRIALS)


def test_trials_of_another_space_are_left_out():
    first = search("random_search", 2, space={"max_depth": (1, 4)})
    again = search("random_search", 2, space={"min_samples_leaf": (1, 9)}, history=first)
    assert all(set(trial.params) == {"min_samples_leaf"} for trial in again.trials)


def test_each_trial_is_told_as_it_ends():
    heard = []
    found = search(n_trials=3, on_trial=heard.append)
    assert tuple(heard) == found.trials


def test_an_estimator_may_bring_its_own_space():
    class Own(Fussy):
        def search_space(self):
            return {"level": (0.0, 0.8)}

    assert search(n_trials=2, space=None, estimator=Own()).best_params.keys() == {"level"}
