"""The line that one row in so many exceeds, told by the tail of the scores."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.metrics.tail import tail_cut
from phantom_ml.metrics.thresholds import ValidationScores, threshold_for

DRAWS = {
    "exponential": lambda rng, n: rng.exponential(size=n),
    "normal": lambda rng, n: rng.normal(size=n),
    "heavy": lambda rng, n: rng.pareto(3.0, size=n),
}


@pytest.mark.parametrize("name", DRAWS)
@pytest.mark.parametrize("n", [4_000, 40_000])
def test_as_many_new_rows_exceed_the_line_as_it_says(name, n):
    rng, risk = np.random.default_rng(1), 0.001
    line = tail_cut(DRAWS[name](rng, n), risk)
    share = float((DRAWS[name](rng, 400_000) >= line).mean())
    assert risk / 4 < share < risk * 4


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
