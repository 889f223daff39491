"""Cases worked out by hand, where ties and edges decide."""

from __future__ import annotations

import math

import numpy as np
import pytest

from phantom_ml.config import SUPERVISED
from phantom_ml.metrics.lookup import get_metric

BINARY, MULTICLASS, REGRESSION = SUPERVISED


def score(name, truth, prediction, weight=None, kind=BINARY):
    prediction = np.asarray(prediction, float)
    prediction = prediction[:, None] if prediction.ndim == 1 else prediction
    return get_metric(name, kind).score(np.asarray(truth), prediction, weight)


def test_recall_at_fpr_does_not_split_a_tie():
    assert score("recall_at_fpr_0.5", [1, 1, 0, 0, 0], [0.9, 0.5, 0.5, 0.5, 0.1]) == 0.5


def test_recall_at_fpr_is_zero_where_the_first_tie_is_too_large():
    assert score("recall_at_fpr_0.4", [1, 0, 0], [0.9, 0.9, 0.1]) == 0.0


def test_recall_at_fpr_admits_exactly_the_level():
    truth = [0] * 10 + [1]
    assert score("recall_at_fpr_0.1", truth, [0.9] + [0.1] * 9 + [0.5]) == 1.0


def test_recall_at_fpr_admits_exactly_the_level_of_fractional_weights():
    weight = np.full(11, 0.1)
    assert score("recall_at_fpr_0.1", [0] * 10 + [1], [0.9] + [0.1] * 9 + [0.5], weight) == 1.0


def test_precision_at_k_shares_the_last_place_among_ties():
    assert score("precision_at_2", [1, 1, 0, 0], [0.9, 0.5, 0.5, 0.1]) == 0.75


def test_precision_at_k_of_fewer_rows_is_the_share_of_positives():
    assert score("precision_at_100", [1, 0], [0.9, 0.1]) == 0.5


def test_average_precision_gives_tied_rows_one_precision():
    assert score("average_precision", [1, 0, 0], [0.5, 0.5, 0.5]) == pytest.approx(1 / 3)


def test_log_loss_of_a_certain_mistake_is_finite():
    assert score("log_loss", [1], [0.0]) == pytest.approx(-math.log(1e-15))


def test_many_class_roc_auc_leaves_absent_classes_out():
    prediction = [[0.8, 0.1, 0.1], [0.1, 0.8, 0.1]]
    assert score("roc_auc", [0, 1], prediction, kind=MULTICLASS) == 1.0


def test_mcc_of_one_answer_for_all_is_zero():
    assert score("mcc", [0, 1, 1], [0.9, 0.9, 0.9]) == 0.0


@pytest.mark.parametrize(
    "name",
    [
        "roc_auc",
        "average_precision",
        "f1",
        "f1_macro",
        "mcc",
        "balanced_accuracy",
        "recall_at_fpr_0.1",
        "precision_at_1",
        "partial_auc_0.1",
    ],
)
@pytest.mark.parametrize("label", [0, 1])
def test_truth_of_one_class_is_undefined(name, label):
    assert math.isnan(score(name, [label] * 3, [0.2, 0.6, 0.9]))


def test_weightless_rows_of_a_class_leave_it_undefined():
    assert math.isnan(score("roc_auc", [0, 1], [0.2, 0.9], np.array([1.0, 0.0])))


def test_r2_of_a_constant_truth_is_undefined():
    assert math.isnan(score("r2", [0.1] * 30, np.linspace(0, 1, 30), kind=REGRESSION))


def test_mape_leaves_rows_of_zero_truth_out():
    assert score("mape", [0.0, 2.0], [5.0, 1.0], kind=REGRESSION) == 0.5


def test_rmsle_counts_negative_predictions_as_zero():
    assert score("rmsle", [0.0, 0.0], [-3.0, 0.0], kind=REGRESSION) == 0.0


def test_rmsle_of_a_negative_truth_is_undefined():
    assert math.isnan(score("rmsle", [-0.5, 1.0], [0.0, 1.0], kind=REGRESSION))


def test_a_number_beats_nan():
    assert get_metric("auc", BINARY).better(0.1, math.nan)


@pytest.mark.parametrize("scale", [2.0**-700, 2.0**700])
@pytest.mark.parametrize(("name", "power"), [("rmse", 1), ("mae", 1), ("r2", 0)])
def test_errors_of_very_small_and_very_great_values_are_told(name, power, scale):
    truth, prediction = np.array([1.0, 2.0, 5.0]), np.array([1.5, 2.0, 4.0])
    plain = score(name, truth, prediction, kind=REGRESSION)
    assert score(name, truth * scale, prediction * scale, kind=REGRESSION) == plain * scale**power


def test_a_small_log_error_is_not_lost():
    truth, prediction = np.array([1e-200, 2e-200]), np.zeros(2)
    assert score("rmsle", truth, prediction, kind=REGRESSION) == pytest.approx(2.5**0.5 * 1e-200)


def test_a_constant_truth_of_any_size_has_no_r2():
    assert math.isnan(score("r2", np.full(7, 0.1e-200), np.ones(7) * 1e-200, kind=REGRESSION))
