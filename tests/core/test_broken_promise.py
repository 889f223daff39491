"""When a measured rate breaks a promise, and what is said of the reason."""

import numpy as np
import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.core.measured import measured
from phantom_ml.core.promise import broken_promise, more_false_alarms, promise_of
from phantom_ml.metrics.thresholds import Threshold, ValidationScores, threshold_for

POLICY = ThresholdPolicy(max_fpr=0.01)


def of_rate(
    false_alarms: int, n_benign: int = 10_000, policy: ThresholdPolicy = POLICY, found: int = 100
) -> Threshold:
    """What is measured where so many benign rows alert, and so many of a hundred attacks."""
    truth = np.repeat([0, 1], [n_benign, 100])
    score = np.zeros(len(truth))
    score[:false_alarms], score[n_benign : n_benign + found] = 0.9, 0.9
    line = Threshold(policy=policy, value=0.5, n_positives=100, n_negatives=n_benign)
    return measured(line, truth, score[:, None])


def said(
    held: Threshold,
    found: Threshold,
    tested: Threshold | None = None,
    drifted: float | None = None,
) -> str:
    return broken_promise(promise_of(held, found), held, found, tested, drifted)


def test_a_rate_whose_bounds_hold_the_promise_keeps_it():
    assert said(of_rate(100), of_rate(115)) == ""


def test_a_rate_far_above_that_of_the_models_own_test_part_is_drift():
    told = said(of_rate(100), of_rate(300), of_rate(100))
    assert "3 % were, 3.0 times as many" in told
    assert "(drift)" in told


def test_a_rate_as_on_the_models_own_test_part_is_no_drift():
    told = said(of_rate(22, 2_563), of_rate(52, 2_832), of_rate(22, 1_423))
    assert "Of its test part 1.55 % were, from which chance allows up to 2.68 % here" in told
    assert "drift" not in told


def test_a_rate_as_on_a_test_part_that_had_drifted_is_no_lack_of_change():
    told = said(of_rate(22, 2_563), of_rate(52, 2_832), of_rate(22, 1_423), 0.8)
    assert "own report already warns of drift" in told
    assert "ROC AUC of 0.80" in told
    assert "nothing says that rows changed" not in told


def test_a_rate_beyond_chance_of_held_out_rows_alone_names_no_drift_as_a_fact():
    told = said(of_rate(100), of_rate(300))
    assert "above that: the rows may have changed, or the finished model scores otherwise" in told


def test_a_rate_that_the_held_out_rows_may_have_had_is_within_chance():
    assert "too few to rule that out" in said(of_rate(10, 1_000), of_rate(140))


@pytest.mark.parametrize(("confidence", "most"), [(None, 12), (0.95, 1)])
def test_without_a_shift_few_promises_break_and_hardly_one_beyond_chance(confidence, most):
    policy = ThresholdPolicy(max_fpr=0.01, confidence=confidence)
    rng, truth, told = np.random.default_rng(0), np.repeat([0, 1], [4_000, 200]), []
    for _ in range(60):
        one, two = (rng.normal(size=len(truth)) + 2.0 * truth for _ in range(2))
        held = threshold_for(policy, ValidationScores(truth, one))
        told.append(said(held, measured(held, truth, two[:, None])))
    # Without a confidence the chance of the held-out rows comes on top of that of the new ones.
    assert sum(map(bool, told)) <= most
    assert sum("lies above" in text for text in told) <= 1


@pytest.mark.parametrize("rule", [{"alerts_per_day": 20}, {"min_precision": 0.8}, {"top_k": 60}])
def test_more_false_alarms_than_in_the_test_part_are_drift_whatever_the_rule_promises(rule):
    policy = ThresholdPolicy(**rule)
    held, tested, found = (of_rate(n, policy=policy) for n in (100, 110, 900))
    assert more_false_alarms(held, found, tested).endswith(
        "these benign rows are unlike those (drift)."
    )


def test_as_many_false_alarms_as_chance_allows_are_no_drift():
    policy = ThresholdPolicy(top_k=60)
    held, tested, found = (of_rate(n, policy=policy) for n in (100, 110, 115))
    assert more_false_alarms(held, found, tested) == ""


def test_of_a_rate_the_broken_promise_tells_drift_and_nothing_tells_it_again():
    held, tested, found = (of_rate(n) for n in (100, 110, 900))
    assert more_false_alarms(held, found, tested) == ""
