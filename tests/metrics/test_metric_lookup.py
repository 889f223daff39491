from __future__ import annotations

import numpy as np
import pytest

from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.metrics.base import metrics
from phantom_ml.metrics.lookup import default_metric, get_metric

BINARY, MULTICLASS, REGRESSION = SUPERVISED


@pytest.mark.parametrize(
    ("spelling", "name"),
    [
        ("AUC", "roc_auc"),
        ("ap", "average_precision"),
        ("PR-AUC", "average_precision"),
        ("logloss", "log_loss"),
        ("F1 macro", "f1_macro"),
        ("recall@1%fpr", "recall_at_fpr_0.01"),
        ("recall@fpr=0.001", "recall_at_fpr_0.001"),
        ("Recall at 0.1 % FPR", "recall_at_fpr_0.001"),
        ("recall_at_fpr_1e-5", "recall_at_fpr_0.00001"),
        ("recall_at_1_percent_fpr", "recall_at_fpr_0.01"),
        ("tpr@fpr=.05", "recall_at_fpr_0.05"),
        ("p@50", "precision_at_50"),
        ("precision_at_k_20", "precision_at_20"),
        ("pAUC_0.05", "partial_auc_0.05"),
    ],
)
def test_usual_spellings_are_understood(spelling, name):
    assert get_metric(spelling, BINARY).name == name


@pytest.mark.parametrize("metric", list(metrics), ids=lambda metric: metric.name)
def test_every_registered_name_finds_its_metric(metric):
    assert get_metric(metric.name, min(metric.kinds)).name == metric.name


def test_unknown_name_suggests_the_nearest():
    with pytest.raises(UnknownName, match="Did you mean 'average_precision'"):
        get_metric("averge_precision", BINARY)


@pytest.mark.parametrize("name", ["", "%", "0.01", "recall", "x" * 5000, "@@==", "\n"])
def test_nonsense_is_an_unknown_name(name):
    with pytest.raises(UnknownName):
        get_metric(name, BINARY)


def test_a_kind_of_problem_has_its_article():
    with pytest.raises(BadSetting, match="an anomaly problem"):
        get_metric("rmse", ProblemKind.ANOMALY)


def test_metric_of_another_kind_is_refused_with_those_that_fit():
    with pytest.raises(BadSetting, match=r"'rmse' does not measure a binary.*'roc_auc'"):
        get_metric("rmse", BINARY)


@pytest.mark.parametrize(
    ("name", "kind", "sentence"),
    [
        ("recall_at_fpr", BINARY, "has no level"),
        ("recall_at_fpr_2", BINARY, "is 2.*between 0 and 1"),
        ("precision_at_1.5", BINARY, "whole number"),
        ("precision_at_0", BINARY, "between 1"),
        ("partial_auc_0", BINARY, "is 0"),
        ("pinball_1", REGRESSION, "is 1"),
    ],
)
def test_impossible_level_is_told_with_an_example(name, kind, sentence):
    with pytest.raises(BadSetting, match=sentence):
        get_metric(name, kind)


def test_defaults_fit_their_problems():
    names = [default_metric(kind).name for kind in SUPERVISED]
    assert names == ["average_precision", "log_loss", "rmse"]


@pytest.mark.parametrize(
    ("kind", "n_outputs", "shape"),
    [(BINARY, 1, (5,)), (MULTICLASS, 3, (5, 3)), (REGRESSION, 1, (5,))],
)
def test_own_function_sees_plain_shapes(kind, n_outputs, shape):
    seen = []
    metric = get_metric(lambda truth, prediction: seen.append(prediction.shape) or 0.5, kind)
    assert metric.score(np.zeros(5, np.int64), np.zeros((5, n_outputs))) == 0.5
    assert seen == [shape]


def test_own_function_gives_its_name_and_is_maximised():
    def caught(truth, prediction):
        return 1.0

    metric = get_metric(caught, BINARY)
    assert (metric.name, metric.greater_is_better) == ("caught", True)


def test_own_function_with_sample_weight_gets_the_weights():
    def weighed(truth, prediction, sample_weight=None):
        return sample_weight.sum()

    weight = np.array([1.0, 2.0])
    assert get_metric(weighed, BINARY).score(np.array([0, 1]), np.zeros((2, 1)), weight) == 3.0


def test_fault_of_an_own_function_is_told():
    def broken(truth, prediction):
        raise KeyError("costs")

    with pytest.raises(BadSetting, match=r"'broken' raised KeyError: 'costs'"):
        get_metric(broken, BINARY).score(np.array([0, 1]), np.zeros((2, 1)))


def test_own_function_that_returns_no_number_is_told():
    with pytest.raises(BadSetting, match="returned None, which is not a number"):
        get_metric(lambda y, p: None, BINARY).score(np.array([0, 1]), np.zeros((2, 1)))
