"""Folds without a class are told before any trial, where the scoring asks for the probability of each."""

import numpy as np
import pytest
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import log_loss, make_scorer
from sklearn.model_selection import KFold

from phantom_ml import HyperparameterOptimizer
from phantom_ml.errors import BadSetting

X = np.random.default_rng(0).normal(size=(90, 3))
RARE = np.array(["a"] * 45 + ["b"] * 43 + ["c"] * 2)
IN_ORDER = np.repeat(["a", "b", "c"], 30)
ONE = np.array([0] * 89 + [1])
BY_CLASS = ["neg_log_loss", "roc_auc_ovr", "roc_auc_ovo", "top_k_accuracy"]
LESS_THAN_FOLDS = pytest.mark.filterwarnings("ignore:The least populated class")


def search(y=RARE, scoring="neg_log_loss", estimator=None, **options):
    optimizer = HyperparameterOptimizer("random_search", 1)
    model = estimator or LogisticRegression()
    return optimizer.optimize(model, {"C": (0.1, 1.0)}, X, y, scoring=scoring, **options)


@LESS_THAN_FOLDS
@pytest.mark.parametrize("estimator", [LogisticRegression(), "LogisticRegression"])
@pytest.mark.parametrize("scoring", BY_CLASS)
def test_the_class_and_the_fold_that_lacks_it_are_told(scoring, estimator):
    with pytest.raises(BadSetting, match=r"1 of 3 folds lacks one: fold \d has no 'c' to score on"):
        search(scoring=scoring, estimator=estimator)


@LESS_THAN_FOLDS
def test_how_many_rows_a_rare_class_needs_is_told():
    with pytest.raises(BadSetting, match="'c' has 2 rows: give 3 at least, as many as folds"):
        search()


def test_folds_that_part_the_rows_unevenly_are_told():
    with pytest.raises(BadSetting, match=r"fold 1 has no 'a' to fit on; .*Give a number of folds"):
        search(IN_ORDER, cv=KFold(3))


@LESS_THAN_FOLDS
@pytest.mark.parametrize("scoring", ["neg_log_loss", "neg_brier_score"])
def test_one_of_two_classes_that_a_fold_lacks_is_told(scoring):
    with pytest.raises(BadSetting, match="fold 3 has no '1' to fit on"):
        search(ONE, scoring)


@LESS_THAN_FOLDS
@pytest.mark.parametrize("scoring", ["accuracy", "balanced_accuracy", "f1_macro"])
def test_a_scoring_of_predicted_classes_takes_such_folds(scoring):
    assert search(scoring=scoring).trials[0].status == "done"


@LESS_THAN_FOLDS
def test_a_metric_that_was_told_the_classes_takes_such_folds():
    told = make_scorer(
        log_loss,
        response_method="predict_proba",
        greater_is_better=False,
        labels=["a", "b", "c"],
    )
    assert search(scoring=told).trials[0].status == "done"


def test_folds_that_hold_each_class_are_scored():
    assert search(IN_ORDER).trials[0].status == "done"
