"""What each rule of alert promises, and what it comes to on other rows."""

import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.core.promise import broken_promise, promise_of
from phantom_ml.core.recall import all_missed
from phantom_ml.metrics.thresholds import Threshold
from tests.core.test_broken_promise import of_rate, said


def of_rule(false_alarms: int, found: int = 80, **rule) -> Threshold:
    """What a hundred attacks and a thousand benign rows came to under a rule."""
    return of_rate(false_alarms, 1_000, ThresholdPolicy(**rule), found)


def test_alerts_a_day_are_counted_of_the_days_that_the_rows_span():
    line = of_rule(20, alerts_per_day=12)
    told = promise_of(line, line, 5.0)
    assert (told.promised, told.came_to, told.days) == (12, 20.0, 5.0)
    assert told.text.startswith("at most 12 alerts a day; came to 20 a day in 5 days (")


def test_more_alerts_than_chance_allows_break_a_budget():
    line = of_rule(20, alerts_per_day=12)
    assert promise_of(line, line, 9.0).kept
    assert not promise_of(line, line, 5.0).kept


def test_days_that_are_not_known_tell_nothing_of_a_budget():
    line = of_rule(20, alerts_per_day=12)
    told = promise_of(line, line)
    assert (told.came_to, told.kept) == (None, None)


def test_a_budget_counts_alerts_of_rows_without_an_answer():
    line = of_rule(20, alerts_per_day=12)
    found = line.model_copy(update={"alerts_per_day": 30.0})
    assert promise_of(line, found, 5.0).came_to == 30.0


@pytest.mark.parametrize(
    ("lacking", "rule"),
    [
        ({"n_negatives": 0, "fpr": None, "fpr_low": None, "fpr_high": None}, {"max_fpr": 0.1}),
        ({"recall": 0.0, "fpr": 0.0, "precision": None}, {"min_precision": 0.9}),
        ({"n_negatives": 0, "fpr": None, "precision": 1.0}, {"min_precision": 0.9}),
    ],
)
def test_a_promise_of_which_rows_tell_nothing_is_neither_kept_nor_broken(lacking, rule):
    line = of_rule(5, **rule)
    assert promise_of(line, line.model_copy(update=lacking)).kept is None


def test_rows_without_a_benign_one_are_said_to_tell_nothing_of_a_rate():
    line = of_rule(5, max_fpr=0.1)
    lacking = {"n_negatives": 0, "fpr": None, "fpr_low": None, "fpr_high": None}
    found = line.model_copy(update=lacking)
    told = broken_promise(promise_of(line, found), line, found)
    assert told == "Whether the promise holds is not known: none of the rows is benign."


def test_threats_that_are_all_missed_are_told():
    told = all_missed(of_rule(5, found=0, max_fpr=0.1), "in the test part")
    assert told == "No threat was found: of 100 positive rows in the test part none is alerted."


def test_one_threat_that_is_found_is_no_miss_of_all():
    assert all_missed(of_rule(5, found=1, max_fpr=0.1), "in the test part") == ""


@pytest.mark.parametrize(("false_alarms", "kept"), [(5, True), (40, False)])
def test_a_precision_is_kept_where_its_bounds_reach_it(false_alarms, kept):
    told = promise_of(of_rule(5, min_precision=0.9), of_rule(false_alarms, min_precision=0.9))
    assert told.came_to == pytest.approx(80 / (80 + false_alarms))
    assert told.kept == kept


def test_a_precision_of_the_field_is_measured_there():
    line = of_rule(5, min_precision=0.9, prevalence=0.01)
    right, wrong = 0.01 * 0.8, 0.99 * 0.005
    assert promise_of(line, line).came_to == pytest.approx(right / (right + wrong))


def test_a_cost_is_compared_with_that_of_the_held_out_rows():
    cost = {"cost": {"false_positive": 1, "false_negative": 100}}
    told = promise_of(of_rule(5, **cost), of_rule(5, found=10, **cost))
    assert (told.promised, told.came_to) == pytest.approx((2005 / 1.1, 9005 / 1.1))
    assert not told.kept


def test_the_highest_rows_are_a_share_of_those_held_out():
    told = promise_of(of_rule(5, top_k=85), of_rule(200, top_k=85))
    assert (told.promised, told.came_to) == pytest.approx((85 / 1100, 280 / 1100))
    assert not told.kept


@pytest.mark.parametrize(
    ("rule", "words"),
    [
        ({"alerts_per_day": 1}, "at most 1 alerts a day were to come"),
        ({"min_precision": 0.99}, "99 % of alerts were to be right, and 28.6 % were"),
        ({"top_k": 3}, "of rows were to alert, as of the held-out ones, and 25.5 % did"),
    ],
)
def test_a_broken_promise_is_told_in_its_own_words(rule, words):
    held, found = of_rule(0, 3, **rule), of_rule(200, **rule)
    told = broken_promise(promise_of(held, found, 10.0), held, found)
    assert words in told
    assert "benign" not in told


def test_a_line_without_a_rule_promises_nothing():
    line = of_rule(5, max_fpr=0.1).model_copy(update={"policy": None})
    assert promise_of(line, line) is None
    assert said(line, line) == ""
