"""How much of a trial's time each of its fits is given."""

import numpy as np
import polars as pl
import pytest
from sklearn.datasets import make_classification
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import KFold, StratifiedKFold, check_cv, cross_val_score

from phantom_ml import AlgorithmClassifier, HyperparameterOptimizer
from phantom_ml.errors import TargetUnusable
from phantom_ml.process import Deadline, Limits
from phantom_ml.sklearn_api import algorithm_bench
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench, Turn
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for
from tests.tuning.made import X, Y

PLAIN = LogisticRegression()
TEN = Limits(Deadline(10.0, 0.0, lambda: 0.0))


class Started(Exception):
    """Tells what a child was to be started with."""


def bench(resource="folds"):
    model = AlgorithmClassifier("LightGBM", num_leaves=9)
    splits = splitter_for(model, Y, 2, 0)
    return AlgorithmBench(Bench(model, X, Y, scoring_for(model, None, Y), splits, resource))


@pytest.fixture
def ordered(monkeypatch):
    """Return a function of what a fit may take: its orders, and how long after them it is ended."""

    def start(order, _, grace):
        raise Started(order, grace)

    monkeypatch.setattr(algorithm_bench, "start", start)

    def ask(beside, turn):
        asked = bench()
        asked.beside = beside
        with pytest.raises(Started) as caught:
            asked.score({}, 0, TEN, turn)
        return caught.value.args

    return ask


def test_a_fit_leaves_what_the_children_of_all_to_come_need_beside(ordered):
    order, _ = ordered(0.5, Turn(1 / 3, n_left=3))
    assert order.deadline.left() == 10.0 - 3 * 0.5
    assert order.share == 1 / 3


def test_half_of_the_time_stays_for_fits_however_long_children_take(ordered):
    order, _ = ordered(4.0, Turn(1 / 3, n_left=3))
    assert order.deadline.left() == 5.0


def test_a_fit_that_does_not_stop_is_ended_with_its_trial(ordered):
    order, grace = ordered(0.5, Turn(1 / 3, n_left=3))
    assert order.deadline.left() + grace == 10.0 + algorithm_bench.GRACE_SECONDS


def test_what_fits_import_is_there_before_the_first_trial():
    asked = bench()
    asked.prepare()
    assert asked.beside > 0.0


def test_each_rung_counts_the_fits_that_are_still_to_come(monkeypatch):
    turns = []
    monkeypatch.setattr(AlgorithmBench, "score", lambda *asked: turns.append(asked[-1]) or 0.5)
    climb = bench("num_leaves").begin({}, TEN)
    for _ in range(3):
        climb.step()
    assert [turn.n_left for turn in turns] == [6, 5, 4, 3, 2, 1]
    assert turns[-1].part == 1.0


def lonely(place):
    """Return rows whose two classes one column tells, one row apart, which is of a class of its own."""
    told = np.arange(60) % 2
    y = np.where(told == 1, "d", "c").astype(object)
    y[place] = "z"
    return pl.DataFrame({"a": told * 4.0 + np.linspace(0.0, 1.0, 60), "b": np.arange(60) % 7}), y


@pytest.mark.parametrize("place", [0, 30, 59])
def test_a_class_of_one_row_moves_the_score_of_no_other_row(place):
    rows, y = lonely(place)
    search = HyperparameterOptimizer("grid_search", n_trials=1)
    found = search.optimize(
        "LogisticRegression", {"C": [1.0]}, rows, y, scoring="accuracy", cv=KFold(3, shuffle=True)
    )
    assert found.best_score == pytest.approx(59 / 60)


def test_no_fit_learns_a_row_whose_class_no_other_row_has():
    rows, y = lonely(30)
    model = AlgorithmClassifier("LogisticRegression")
    splits = check_cv([(np.arange(40), np.arange(40, 60))])
    asked = AlgorithmBench(Bench(model, rows, y, scoring_for(model, None, y), splits, "folds"))
    assert 30 not in asked.workspace.fold("0").train
    assert "1 row of a class that no other row has: scored, and not learned from." in asked.notes


def test_one_class_in_all_rows_is_told_with_its_name():
    rows, _ = lonely(0)
    search = HyperparameterOptimizer("grid_search", n_trials=1)
    with pytest.raises(TargetUnusable, match="y is 'a' in all 60 rows"):
        search.optimize("LogisticRegression", None, rows, ["a"] * 60, cv=3)


ROWS, NOISE = make_classification(300, 6, n_informative=3, flip_y=0.3, random_state=1)
GROWING = {
    "LightGBM": {"max_rounds": 40},
    "XGBoost": {"max_rounds": 40},
    "CatBoost": {"max_rounds": 40, "depth": 3},
    "GradientBoosting": {"max_rounds": 40},
    "NeuralNetwork": {"n_epochs": 4},
    "RandomForest": {"n_estimators": 20},
}


@pytest.mark.parametrize("name", GROWING)
def test_a_trial_scores_as_cross_validation_of_its_estimator_does(name):
    folds = StratifiedKFold(2, shuffle=True, random_state=0)
    asked = {"scoring": "neg_log_loss", "cv": folds}
    model = AlgorithmClassifier(name, **GROWING[name])
    found = HyperparameterOptimizer("random_search", 1).optimize(model, None, ROWS, NOISE, **asked)
    alone = cross_val_score(found.best_estimator, ROWS, NOISE, **asked).mean()
    assert found.best_score == pytest.approx(alone, abs=1e-6)


def test_rows_that_score_a_trial_do_not_tell_it_when_to_stop():
    asked = AlgorithmBench(
        Bench(AlgorithmClassifier(), ROWS, NOISE, scoring_for(PLAIN, None, NOISE), KFold(2))
    )
    fold = asked.workspace.fold("0")
    assert len(fold.stopping) == 23
    assert not set(fold.stopping) & {*fold.valid, *fold.train}


def test_what_does_not_grow_is_fitted_on_all_rows_of_a_fold():
    model = AlgorithmClassifier("LogisticRegression")
    asked = AlgorithmBench(Bench(model, ROWS, NOISE, scoring_for(PLAIN, None, NOISE), KFold(2)))
    fold = asked.workspace.fold("0")
    assert (fold.stopping, len(fold.train)) == (None, 150)


DRAWN = np.random.default_rng(0).integers(0, 200, 300)
FOLDS = {
    "mask": [(np.arange(300) < 200, np.arange(300) >= 200)],
    "rows that come twice": [(DRAWN, np.arange(200, 300))],
    "lists": [(list(range(200)), list(range(200, 300)))],
}


@pytest.mark.parametrize("form", FOLDS)
def test_folds_of_any_form_score_as_in_cross_validation(form):
    asked = {"scoring": "neg_log_loss", "cv": FOLDS[form]}
    model = AlgorithmClassifier("LightGBM", max_rounds=9)
    found = HyperparameterOptimizer("random_search", 1).optimize(model, None, ROWS, NOISE, **asked)
    alone = cross_val_score(found.best_estimator, ROWS, NOISE, **asked).mean()
    assert found.best_score == pytest.approx(alone, abs=1e-9)


def test_a_scoring_function_that_raises_is_a_failed_trial():
    def fussy(estimator, rows, answers):
        return 1.0 / (estimator.get_params()["num_leaves"] - 9)

    search = HyperparameterOptimizer("grid_search", 2)
    model = AlgorithmClassifier("LightGBM", max_rounds=9)
    found = search.optimize(model, {"num_leaves": [8, 9]}, ROWS, NOISE, scoring=fussy)
    assert sorted(trial.status for trial in found.trials) == ["done", "failed"]
