"""A false-positive rate that is promised surely leaves room for chance."""

import numpy as np
import pytest

from phantom_ml.config import ProblemKind, ThresholdPolicy
from phantom_ml.errors import BadSetting
from phantom_ml.metrics import get_metric
from phantom_ml.metrics.thresholds import ValidationScores, threshold_for


def rows(n_benign: int, seed: int = 0) -> ValidationScores:
    rng = np.random.default_rng(seed)
    truth = np.repeat([0, 1], [n_benign, n_benign // 10])
    return ValidationScores(truth, np.clip(rng.normal(0.3 + 0.3 * truth, 0.15), 0, 1))


def test_surely_is_stricter():
    plain = threshold_for(ThresholdPolicy(max_fpr=0.01), rows(5_000))
    sure = threshold_for(ThresholdPolicy(max_fpr=0.01, confidence=0.95), rows(5_000))
    assert sure.value > plain.value
    assert sure.fpr < plain.fpr


def test_with_many_rows_it_costs_little():
    sure = threshold_for(ThresholdPolicy(max_fpr=0.01, confidence=0.95), rows(200_000))
    assert 0.009 < sure.fpr <= 0.01


def test_the_promise_is_broken_as_seldom_as_it_says():
    policy, broken = ThresholdPolicy(max_fpr=0.02, confidence=0.95), 0
    field = np.random.default_rng(99).normal(0.3, 0.15, 200_000).clip(0, 1)
    for seed in range(60):
        line = threshold_for(policy, rows(2_000, seed)).value
        broken += (field >= line).mean() > 0.02
    assert broken <= 8


SURE = ThresholdPolicy(max_fpr=0.001, confidence=0.95)


def apart(n_benign: int) -> ValidationScores:
    """Threats that all lie above all benign rows."""
    truth = np.repeat([0, 1], [n_benign, 50])
    return ValidationScores(truth, truth + np.linspace(0.0, 0.5, len(truth)))


def test_too_few_benign_rows_are_named_as_what_leaves_all_threats_unalerted():
    assert threshold_for(SURE, apart(374)).note == (
        "No held-out row is alerted: even a line without one false alarm would not be sure enough. "
        "To be 95 % sure of an FPR of at most 0.1 % takes 2,995 benign held-out rows; there are 374."
    )


@pytest.mark.parametrize(("n_benign", "alerts"), [(2_994, False), (2_995, True)])
def test_as_many_benign_rows_as_are_asked_for_are_enough(n_benign, alerts):
    found = threshold_for(SURE, apart(n_benign))
    assert (not found.alerts_none, found.supported) == (alerts, alerts)


def test_threats_below_the_false_alarms_that_are_allowed_are_still_the_reason_where_they_are():
    truth = np.repeat([1, 0], [50, 4_000])
    note = threshold_for(SURE, ValidationScores(truth, np.linspace(0.0, 1.0, len(truth)))).note
    assert note == "No held-out row is alerted: no held-out threat lies above as few false alarms."


def test_without_answers_the_highest_row_alone_may_be_too_much_to_be_sure():
    nobody_knows = ValidationScores(np.zeros(3_500, np.int64), np.linspace(0, 1, 3_500))
    note = threshold_for(SURE, nobody_knows).note
    assert note == (
        "No held-out row is alerted: a line that alerts the highest would not be sure enough."
    )


def test_confidence_goes_with_a_rate():
    with pytest.raises(BadSetting, match="confidence goes with max_fpr"):
        ThresholdPolicy(top_k=5, confidence=0.95)


def test_average_precision_breaks_the_tie_of_recall_at_a_rate():
    metric = get_metric("recall_at_fpr_0.01", ProblemKind.BINARY)
    truth = np.repeat([0, 1], 50)
    rng = np.random.default_rng(0)
    near, far = (np.where(truth, 0.5, 0.6) + s * rng.random(100) for s in (0.01, 0.3))
    one, two = near[:, None], far[:, None]
    assert metric.score(truth, one) == metric.score(truth, two) == 0.0
    assert metric.loss(truth, two) < metric.loss(truth, one)
