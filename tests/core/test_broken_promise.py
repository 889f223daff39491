"""When a measured false-positive rate breaks a promise, and what is said of the reason."""

import numpy as np
import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.core.models import broken_promise, measured
from phantom_ml.metrics.thresholds import Threshold, ValidationScores, threshold_for

POLICY = ThresholdPolicy(max_fpr=0.01)


def of_rate(false_alarms: int, n_benign: int = 10_000) -> Threshold:
    """What is measured where so many benign rows alert, and all of a hundred attacks."""
    truth = np.repeat([0, 1], [n_benign, 100])
    score = np.zeros(len(truth))
    score[:false_alarms], score[n_benign:] = 0.9, 0.9
    line = Threshold(policy=POLICY, value=0.5, n_positives=100, n_negatives=n_benign)
    return measured(line, truth, score[:, None])


def test_a_rate_whose_bounds_hold_the_promise_keeps_it():
    assert broken_promise(0.01, of_rate(100), of_rate(115)) == ""


def test_a_rate_far_above_the_promise_and_the_held_out_one_is_drift():
    said = broken_promise(0.01, of_rate(100), of_rate(300))
    assert "3 % were, 3.0 times as many" in said
    assert "(drift)" in said


def test_a_rate_that_the_held_out_rows_may_have_had_is_no_drift():
    said = broken_promise(0.01, of_rate(10, 1_000), of_rate(140))
    assert "too few to rule that out" in said


@pytest.mark.parametrize(("confidence", "most"), [(None, 12), (0.95, 1)])
def test_without_a_shift_few_promises_break_and_hardly_one_for_drift(confidence, most):
    policy = ThresholdPolicy(max_fpr=0.01, confidence=confidence)
    rng, truth, said = np.random.default_rng(0), np.repeat([0, 1], [4_000, 200]), []
    for _ in range(60):
        one, two = (rng.normal(size=len(truth)) + 2.0 * truth for _ in range(2))
        held = threshold_for(policy, ValidationScores(truth, one))
        said.append(broken_promise(0.01, held, measured(held, truth, two[:, None])))
    # Without a confidence the chance of the held-out rows comes on top of that of the new ones.
    assert sum(map(bool, said)) <= most
    assert sum("(drift)" in text for text in said) <= 1
