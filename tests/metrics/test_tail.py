"""The line that one row in so many exceeds, told by the tail of the scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.metrics.tail import n_apart, tail_cut
from phantom_ml.metrics.thresholds import ValidationScores, threshold_for

#: In nats: one detector, the mean of two that share no view, and one that means too much by its nats.
DRAWS = {
    "one": lambda rng, n: rng.exponential(size=n),
    "mean": lambda rng, n: rng.gamma(2.0, 0.5, size=n),
    "too much": lambda rng, n: rng.exponential(1.2, size=n),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [4_000, 40_000])
def test_as_many_new_rows_exceed_the_line_as_it_says(name, n):
    rng, risk = np.random.default_rng(1), 0.001
    line = tail_cut(DRAWS[name](rng, n), risk)
    share = float((DRAWS[name](rng, 400_000) >= line).mean())
    assert risk / 4 < share < risk * 4


def with_far(n_far: int, n: int = 500) -> np.ndarray:
    """Nats of usual rows, and of some that are far above them."""
    rng = np.random.default_rng(2)
    return np.concatenate([rng.exponential(size=n), rng.uniform(8.5, 9.5, n_far)])


@pytest.mark.parametrize("n_far", [1, 3, 10, 20])
def test_anomalies_among_the_rows_do_not_lift_the_line_above_themselves(n_far):
    assert tail_cut(with_far(n_far)) < 8.5


def test_rows_beyond_a_gap_are_counted():
    assert (n_apart(with_far(10)), n_apart(with_far(0))) == (10, 0)


def test_few_rows_give_about_the_line_that_nats_mean():
    rng = np.random.default_rng(3)
    lines = [tail_cut(rng.exponential(size=75)) for _ in range(200)]
    assert np.ptp(np.quantile(lines, [0.05, 0.95])) < 2.0


def test_later_rows_that_are_odder_lift_the_line():
    odder = np.random.default_rng(4).exponential(2.0, size=500)
    assert tail_cut(odder) > -np.log(0.001)


def test_scores_with_an_end_alert_no_more_than_it_says():
    rng = np.random.default_rng(1)
    assert (rng.random(400_000) >= tail_cut(rng.random(4_000))).mean() < 0.004


def test_a_smaller_risk_is_a_higher_line():
    scores = np.random.default_rng(0).exponential(size=500)
    assert tail_cut(scores, 1e-4) > tail_cut(scores, 1e-2)


@given(st.lists(st.floats(-1e6, 1e6), min_size=1, max_size=80))
@settings(max_examples=60, deadline=None)
def test_any_scores_give_a_finite_line(scores):
    assert np.isfinite(tail_cut(np.array(scores)))


def test_equal_scores_alert_nothing():
    assert tail_cut(np.ones(200)) > 1.0


def test_without_answers_the_threshold_is_the_tails():
    scores = np.random.default_rng(0).exponential(size=2_000)
    found = threshold_for(None, ValidationScores(np.zeros(2_000, np.int64), scores))
    assert found.rule == "1 row in 1,000 by the tail"
    assert found.value == tail_cut(scores)
    assert found.recall is None


def nobody_knows(scores: np.ndarray) -> ValidationScores:
    return ValidationScores(np.zeros(len(scores), np.int64), scores)


def test_the_line_has_an_interval_of_the_rows_beyond_it():
    scores = np.random.default_rng(0).exponential(size=2_000)
    found = threshold_for(None, nobody_knows(scores))
    assert found.fpr_low <= float((scores >= found.value).mean()) == found.fpr < found.fpr_high


@pytest.mark.parametrize(("n_rows", "supported"), [(2_999, False), (3_000, True)])
def test_a_rate_by_the_tail_is_claimed_from_as_many_rows_as_one_that_is_counted(n_rows, supported):
    scores = np.random.default_rng(0).exponential(size=n_rows)
    assert threshold_for(None, nobody_knows(scores)).supported is supported


def test_too_few_rows_for_the_line_are_said():
    scores = np.random.default_rng(0).exponential(size=500)
    told = "1 row in 1,000 can be claimed from 3,000 held-out rows on; there are 500."
    assert threshold_for(None, nobody_knows(scores)).note == told


def test_rows_beyond_a_gap_are_said_to_be_alerted():
    note = threshold_for(None, nobody_knows(with_far(10))).note
    assert "10 held-out rows lie far above all others" in note


def test_of_rows_beyond_a_gap_under_the_line_none_is_said_to_be_alerted():
    scores = np.concatenate([np.linspace(0.0, 4.5, 1_457), np.linspace(5.5, 5.9, 43)])
    note = threshold_for(None, nobody_knows(scores)).note
    assert note.endswith("had no part in the line: it alerts 0 of them.")


def with_known(n_known: int, score: float = 4.0) -> ValidationScores:
    """Scores of rows of which the last ones are known anomalies."""
    usual = np.random.default_rng(0).exponential(size=3_000)
    truth = np.repeat([0, 1], [len(usual), n_known])
    known = score + 0.01 * np.arange(n_known)
    return ValidationScores(truth, np.concatenate([usual, known]), of_anomalies=True)


@pytest.mark.parametrize(("n_known", "rule"), [(19, "1 row in 1,000 by the tail"), (20, "best F1")])
def test_known_anomalies_tell_the_line_only_where_enough_of_them_are_measured(n_known, rule):
    assert threshold_for(None, with_known(n_known)).rule == rule


@pytest.mark.parametrize(("n_known", "supported"), [(49, False), (50, True)])
def test_a_line_of_few_known_anomalies_is_marked(n_known, supported):
    found = threshold_for(None, with_known(n_known))
    assert found.supported is supported
    assert ("from 50 measured anomalies on; there are 49." in found.note) is not supported


def test_too_few_known_anomalies_do_not_move_the_line_and_are_told():
    rows = with_known(5)
    found = threshold_for(None, rows)
    assert found.value == tail_cut(rows.score[:3_000])
    assert "5 known anomalies were measured, too few to tell the line" in found.note


def test_too_few_known_anomalies_still_tell_the_recall():
    found = threshold_for(None, with_known(5, score=50.0))
    assert (found.recall, found.n_positives) == (1.0, 5)
    assert found.recall_low < 0.5


def test_a_line_by_the_tail_above_all_scores_alerts_no_row():
    found = threshold_for(None, nobody_knows(np.linspace(0.0, 0.1, 200)))
    assert found.value > 0.1
    assert found.fpr == 0.0
