"""What a trial of Hyperband has at its last rung: what a fresh fit with the whole setting has."""

from pathlib import Path

import numpy as np
import pytest
from sklearn.ensemble import (
    BaggingClassifier,
    GradientBoostingClassifier,
    HistGradientBoostingClassifier,
    IsolationForest,
    RandomForestClassifier,
)
from sklearn.linear_model import Perceptron, SGDClassifier
from sklearn.model_selection import StratifiedKFold, cross_val_score
from sklearn.neural_network import MLPClassifier
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler
from sklearn.tree import DecisionTreeClassifier

from phantom_ml.errors import UnknownName
from phantom_ml.tuning.bench import goes_on
from tests.tuning.made import X, Y, search

TREES = "n_estimators"
ALPHA = {"alpha": [0.001]}
DEPTH = {"max_depth": [2]}
SEED = {"random_state": 0}
CASES = {
    "MLP": (
        MLPClassifier((4,), max_iter=18, tol=0, n_iter_no_change=1000, **SEED),
        ALPHA,
        "max_iter",
    ),
    "Perceptron": (Perceptron(max_iter=18, tol=None, **SEED), ALPHA, "max_iter"),
    "SGD": (SGDClassifier(max_iter=18, tol=None, **SEED), ALPHA, "max_iter"),
    "forest": (RandomForestClassifier(18, **SEED), DEPTH, TREES),
    "forest of few": (RandomForestClassifier(2, **SEED), DEPTH, TREES),
    "boosting": (GradientBoostingClassifier(n_estimators=18, subsample=0.5, **SEED), DEPTH, TREES),
    "boosting that stops": (
        GradientBoostingClassifier(n_estimators=45, n_iter_no_change=2, learning_rate=0.8, **SEED),
        DEPTH,
        TREES,
    ),
    "boosting by histograms": (
        HistGradientBoostingClassifier(max_iter=18, **SEED),
        DEPTH,
        "max_iter",
    ),
    "pipeline": (
        make_pipeline(StandardScaler(), RandomForestClassifier(18, **SEED)),
        {"randomforestclassifier__max_depth": [2]},
        "randomforestclassifier__n_estimators",
    ),
}


@pytest.mark.filterwarnings("ignore:Stochastic Optimizer")
@pytest.mark.parametrize("name", CASES)
def test_the_best_score_is_that_of_a_fresh_fit(name):
    estimator, space, resource = CASES[name]
    found = search("hyperband", 1, space, estimator, resource=resource)
    folds = StratifiedKFold(3, shuffle=True, random_state=0)
    assert found.best_score == cross_val_score(found.best_estimator, X, Y, cv=folds).mean()


def test_a_forest_with_a_state_of_its_own_is_fitted_anew():
    forest = RandomForestClassifier(18, random_state=np.random.RandomState(0))
    assert not goes_on(forest, TREES)


@pytest.mark.parametrize("kind", [RandomForestClassifier, BaggingClassifier, IsolationForest])
def test_trees_that_come_one_after_the_other_go_on(kind):
    assert goes_on(kind(), TREES)


class Counted(DecisionTreeClassifier):
    """A tree that writes a line for each fit."""

    def __init__(self, log=None, random_state=None):
        super().__init__(random_state=random_state)
        self.log = log

    def fit(self, X, y, **options):
        with Path(self.log).open("a") as file:
            file.write("fitted\n")
        return super().fit(X, y, **options)


def test_trees_that_are_there_are_not_fitted_again(tmp_path):
    log = tmp_path / "log"
    bag = BaggingClassifier(Counted(str(log)), n_estimators=9, random_state=0)
    search("hyperband", 1, {"max_samples": [0.5]}, bag, cv=2, resource=TREES)
    assert len(log.read_text().splitlines()) == 2 * 9


def test_a_resource_that_is_no_setting_suggests_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'n_estimators'") as caught:
        search(
            "hyperband", 1, {"max_depth": [2]}, RandomForestClassifier(9), resource="n_estimater"
        )
    assert caught.value.known == ("folds", "rows", "n_estimators")
