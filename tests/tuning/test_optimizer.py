import numpy as np
import pytest
from sklearn.base import BaseEstimator, ClassifierMixin
from sklearn.datasets import make_classification, make_regression
from sklearn.linear_model import Ridge
from sklearn.model_selection import TimeSeriesSplit
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from phantom_ml.config import OptimizationMethod
from phantom_ml.config.bounds import Bound
from phantom_ml.errors import BadSetting, BudgetTooSmall, NoTrialSucceeded
from phantom_ml.tuning.optimizer import HyperparameterOptimizer

X, Y = make_classification(240, 6, n_informative=3, random_state=0)
TREE = DecisionTreeClassifier(random_state=0)
SPACE = {"max_depth": (1, 8), "min_samples_leaf": (1, 40, "log"), "criterion": ["gini", "entropy"]}


def search(
    method="random_search", n_trials=6, space=SPACE, estimator=TREE, timeout=None, **options
):
    optimizer = HyperparameterOptimizer(method, n_trials, timeout)
    return optimizer.optimize(estimator, space, X, Y, **options)


class Fussy(ClassifierMixin, BaseEstimator):
    """Is right in a share of the rows that its setting says; some settings it refuses."""

    def __init__(self, level=0.0):
        self.level = level

    def fit(self, X, y):
        if self.level > 0.8:
            raise ValueError("the level is too high")
        self.classes_ = np.unique(y)
        return self

    def predict(self, X):
        return np.full(len(X), self.classes_[0])

    def score(self, X, y):
        return self.level


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
        ({"timeout": 0}, "timeout_seconds is 0"),
        ({"method": "magic"}, "no method 'magic'"),
        ({"scoring": "nonsense"}, "'nonsense' cannot be used"),
        ({"cv": 1}, "cv is 1"),
        ({"cv": 500}, "cannot be split"),
        ({"cv": "x"}, "cv is 'x'"),
    ],
)
def test_a_setting_that_cannot_be_right_is_told_with_its_value(options, why):
    with pytest.raises(BadSetting, match=why):
        search(**options)


def test_a_result_tells_score_counts_and_settings():
    text = repr(search())
    assert "6 done" in text
    assert "max_depth" in text
