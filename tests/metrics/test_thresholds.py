from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from phantom_ml.config import ThresholdPolicy
from phantom_ml.errors import BadSetting, BundleDamaged
from phantom_ml.metrics.threshold_claims import rule_text
from phantom_ml.metrics.thresholds import (
    Threshold,
    ThresholdTable,
    ValidationScores,
    threshold_for,
    threshold_table,
)


def held_out(truth, score, weight=None, days=None):
    weight = None if weight is None else np.asarray(weight, float)
    return ValidationScores(np.asarray(truth), np.asarray(score, float), weight, days)


@pytest.fixture
def many():
    rng = np.random.default_rng(0)
    truth = np.repeat([0, 1], [9000, 300])
    return held_out(truth, np.round(rng.beta(2 + 6 * truth, 8), 3), days=3.0)


#: Scores fall from left to right; the two at 0.5 are tied.
TRUTH = [1, 1, 0, 1, 0, 1, 0, 0]
SCORE = [0.9, 0.8, 0.7, 0.6, 0.5, 0.5, 0.2, 0.1]
SMALL = held_out(TRUTH, SCORE, days=2.0)


@pytest.mark.parametrize(
    ("policy", "value"),
    [
        ({"max_fpr": 0.3}, 0.6),
        ({"max_fpr": 0.25}, 0.6),
        ({"max_fpr": 0.1}, 0.8),
        ({"max_fpr": 0.5}, 0.5),
        ({"alerts_per_day": 2}, 0.6),
        ({"alerts_per_day": 2.5}, 0.6),
        ({"alerts_per_day": 3}, 0.5),
        ({"top_k": 5}, 0.6),
        ({"top_k": 6}, 0.5),
        ({"top_k": 100}, 0.1),
        ({"min_precision": 0.75}, 0.6),
        ({"min_precision": 1.0}, 0.8),
        ({"cost": {"false_positive": 1, "false_negative": 100}}, 0.5),
        ({"cost": {"false_positive": 100, "false_negative": 1}}, 0.8),
        (None, 0.5),
    ],
)
def test_rule_cuts_where_worked_out_by_hand(policy, value):
    policy = None if policy is None else ThresholdPolicy(**policy)
    assert threshold_for(policy, SMALL).value == value


def test_rates_are_those_of_the_alerted_rows():
    found = threshold_for(ThresholdPolicy(top_k=4), SMALL)
    assert (found.recall, found.fpr, found.precision, found.alerts_per_day) == (0.75, 0.25, 0.75, 2)


def test_tie_larger_than_the_budget_alerts_nothing_and_says_so():
    found = threshold_for(ThresholdPolicy(top_k=2), held_out([1, 1, 0, 0], [0.9, 0.9, 0.9, 0.1]))
    assert not found.alerts(np.array([0.9])).any()
    assert "share the highest score" in found.note


def test_precision_that_is_never_reached_alerts_nothing_and_says_so():
    found = threshold_for(ThresholdPolicy(min_precision=0.9), held_out([0, 1], [1.0, 0.5]))
    assert found.value > 1.0
    assert "No threshold reaches a precision of 90 %" in found.note


def test_threshold_that_alerts_nothing_has_no_precision():
    found = threshold_for(ThresholdPolicy(top_k=1), held_out([0, 1], [0.5, 0.5]))
    assert (found.precision, found.recall) == (None, 0.0)


def test_prevalence_gives_the_precision_of_the_field(many):
    found = threshold_for(ThresholdPolicy(min_precision=0.5, prevalence=0.001), many)
    expected = 0.001 * found.recall / (0.001 * found.recall + 0.999 * found.fpr)
    assert found.precision == pytest.approx(expected)
    assert found.precision >= 0.5


def test_rarer_threats_need_a_stricter_threshold(many):
    rare, common = (
        threshold_for(ThresholdPolicy(min_precision=0.5, prevalence=p), many) for p in (0.001, 0.1)
    )
    assert rare.value > common.value


def test_alerts_per_day_without_days_is_refused():
    with pytest.raises(BadSetting, match=r"allows 5 alerts a day.*time_column"):
        threshold_for(ThresholdPolicy(alerts_per_day=5), held_out(TRUTH, SCORE))


def test_alerts_per_day_of_less_than_a_day_are_marked():
    found = threshold_for(ThresholdPolicy(alerts_per_day=5), held_out(TRUTH, SCORE, days=0.5))
    assert not found.supported
    assert "extrapolated" in found.note


@pytest.mark.parametrize(("level", "supported"), [(0.01, True), (0.001, True), (0.0001, False)])
def test_rate_is_claimed_only_with_three_over_rate_negatives(many, level, supported):
    assert threshold_for(ThresholdPolicy(max_fpr=level), many).supported is supported


def test_refused_claim_says_how_many_negatives_it_takes(many):
    note = threshold_for(ThresholdPolicy(max_fpr=0.0001), many).note
    assert "0.01 % can be claimed from 30,000 benign held-out rows on; there are 9,000" in note


def test_bounds_hold_the_rates(many):
    found = threshold_for(ThresholdPolicy(max_fpr=0.01), many)
    assert found.recall_low < found.recall < found.recall_high
    assert found.fpr_low < found.fpr < found.fpr_high


def test_weights_move_rates_and_equal_repeated_rows():
    weight = np.array([1, 2, 3, 1, 1, 2, 5, 1])
    weighed = threshold_for(ThresholdPolicy(max_fpr=0.4), held_out(TRUTH, SCORE, weight))
    repeated = held_out(np.repeat(TRUTH, weight), np.repeat(SCORE, weight))
    copied = threshold_for(ThresholdPolicy(max_fpr=0.4), repeated)
    assert (weighed.value, weighed.recall, weighed.fpr) == (copied.value, copied.recall, copied.fpr)


def test_uneven_weights_widen_the_bounds(many):
    weight = np.random.default_rng(1).lognormal(0, 2, len(many.truth))
    uneven = ValidationScores(many.truth, many.score, weight)
    narrow, wide = (threshold_for(ThresholdPolicy(max_fpr=0.05), v) for v in (many, uneven))
    assert wide.recall_high - wide.recall_low > narrow.recall_high - narrow.recall_low


def test_without_a_positive_the_rate_is_still_kept():
    found = threshold_for(
        ThresholdPolicy(max_fpr=0.5), held_out([0, 0, 0, 0], [0.1, 0.2, 0.3, 0.4])
    )
    assert (found.value, found.recall, found.fpr) == (0.3, None, 0.5)


@settings(deadline=None, max_examples=60)
@given(
    seed=st.integers(0, 2**32 - 1),
    policy=st.sampled_from(
        [
            {"max_fpr": 0.1},
            {"max_fpr": 0.01},
            {"alerts_per_day": 3},
            {"top_k": 4},
            {"min_precision": 0.6},
            {"min_precision": 0.6, "prevalence": 0.01},
        ]
    ),
)
def test_limits_are_kept_on_the_rows_themselves(seed, policy):
    rng = np.random.default_rng(seed)
    truth = rng.integers(0, 2, int(rng.integers(1, 60)))
    score = np.round(rng.random(len(truth)), 1)
    policy = ThresholdPolicy(**policy)
    found = threshold_for(policy, held_out(truth, score, days=2.0))
    alerted = found.alerts(score)
    assert found.value in score or not alerted.any()
    if policy.max_fpr and (truth == 0).any():
        assert alerted[truth == 0].mean() <= policy.max_fpr
    if policy.top_k:
        assert alerted.sum() <= policy.top_k
    if policy.alerts_per_day:
        assert alerted.sum() / 2.0 <= policy.alerts_per_day
    if policy.min_precision and not policy.prevalence and alerted.any():
        assert truth[alerted].mean() >= policy.min_precision


def test_table_marks_the_policy_in_use(many):
    table = threshold_table(many, ThresholdPolicy(alerts_per_day=50))
    assert table.current.rule == "at most 50 alerts a day"
    assert len(table.rows) == 5


def test_table_does_not_repeat_a_usual_policy(many):
    table = threshold_table(many, ThresholdPolicy(max_fpr=0.001))
    assert (len(table.rows), table.place) == (4, 2)


def test_table_without_a_policy_uses_the_best_f1(many):
    assert threshold_table(many).current.policy is None


def test_table_text_is_aligned(many):
    lines = threshold_table(many).text().split("\n")[:5]
    assert lines[0].endswith("alerts/day")
    assert len({len(line) for line in lines}) == 1


def test_table_text_tells_what_the_rows_do_not_support(many):
    assert "! FPR at most 0.01 %: An FPR" in threshold_table(many).text()


def test_table_html_escapes_nothing_away(many):
    assert threshold_table(many)._repr_html_().count("<tr>") == 5


def test_table_survives_json(many):
    table = threshold_table(many, ThresholdPolicy(top_k=10))
    assert ThresholdTable.model_validate_json(table.model_dump_json()) == table


def test_threshold_of_no_positives_survives_json():
    found = threshold_for(ThresholdPolicy(max_fpr=0.5), held_out([0, 0], [0.1, 0.2]))
    assert Threshold.model_validate_json(found.model_dump_json()) == found


@pytest.mark.parametrize("whole", [True, False])
def test_scores_survive_the_disk(tmp_path, whole):
    scores = held_out(TRUTH, SCORE, np.ones(8) if whole else None, 2.5 if whole else None)
    scores.save(tmp_path / "validation")
    again = ValidationScores.load(tmp_path / "validation")
    assert (again.score == scores.score).all()
    assert (again.truth == scores.truth).all()
    assert (again.weight is None, again.days) == (scores.weight is None, scores.days)


def test_damaged_scores_are_refused(tmp_path):
    (tmp_path / "v.npz").write_bytes(b"PK\x03\x04 nothing")
    with pytest.raises(BundleDamaged, match=r"'v.npz' cannot be read"):
        ValidationScores.load(tmp_path / "v.npz")


def test_object_arrays_are_refused(tmp_path):
    np.savez(tmp_path / "v.npz", truth=np.array([{}], object), score=np.array([0.5]))
    with pytest.raises(BundleDamaged):
        ValidationScores.load(tmp_path / "v.npz")


@pytest.mark.parametrize(
    ("parts", "sentence"),
    [
        (([], []), "truth has the shape"),
        (([0, 2], [0.1, 0.2]), "truth holds"),
        (([0, 1], [0.1, math.nan]), "not finite"),
        (([0, 1], [0.1]), "score has the shape"),
        (([0, 1], [0.1, 0.2], [1, -1]), "weight is below 0"),
        (([0, 1], [0.1, 0.2], None, 0.0), "span 0.0 days"),
    ],
)
def test_scores_that_do_not_fit_are_refused(parts, sentence):
    with pytest.raises(BadSetting, match=sentence):
        held_out(*parts)


@pytest.mark.parametrize("policy", [{"max_fpr": 0.1}, {"top_k": 3}])
def test_where_no_row_is_known_to_be_right_precision_is_unknown(policy):
    nobody_knows = ValidationScores(np.zeros(60, np.int64), np.linspace(0, 1, 60))
    found = threshold_for(ThresholdPolicy(**policy), nobody_knows)
    assert found.alerts(nobody_knows.score).any()
    assert (found.precision, found.recall) == (None, None)


def test_without_answers_no_threat_is_spoken_of():
    nobody_knows = ValidationScores(np.zeros(60, np.int64), np.linspace(0, 1, 60))
    note = threshold_for(ThresholdPolicy(max_fpr=0.001), nobody_knows).note
    assert (
        "No held-out row is alerted: the highest would already be more than 0.1 % of them." in note
    )
    assert "threat" not in note


@pytest.mark.parametrize(
    ("policy", "told"),
    [
        ({"top_k": 8}, "All 8 held-out rows are alerted: 8 alerts are no limit to them."),
        ({"top_k": 5000}, "All 8 held-out rows are alerted: 5,000 alerts are no limit to them."),
        (
            {"alerts_per_day": 1e6},
            "All 8 held-out rows are alerted: 1,000,000 alerts a day are no limit to them.",
        ),
        (
            {"alerts_per_day": 1},
            "At most 1 alert a day can be claimed from 3 held-out days on; there are 2.",
        ),
        (
            {"alerts_per_day": 0.01},
            "No held-out row is alerted: one in 2 days would already be more than 0.01 a day. "
            "At most 0.01 alerts a day can be claimed from 300 held-out days on; there are 2.",
        ),
    ],
)
def test_a_budget_that_the_rows_cannot_show_is_not_supported(policy, told):
    found = threshold_for(ThresholdPolicy(**policy), SMALL)
    assert (found.supported, found.note) == (False, told)


@pytest.mark.parametrize("policy", [{"top_k": 7}, {"alerts_per_day": 2}])
def test_a_budget_that_the_rows_show_is_supported(policy):
    assert threshold_for(ThresholdPolicy(**policy), SMALL).supported


def test_one_a_day_and_one_row_are_told_in_the_singular():
    assert rule_text(ThresholdPolicy(alerts_per_day=1)) == "at most 1 alert a day"
    assert rule_text(ThresholdPolicy(top_k=1)) == "the highest row"


@pytest.mark.parametrize(("n_positives", "supported"), [(19, False), (20, True)])
def test_a_best_f1_that_rests_on_few_positives_is_marked(n_positives, supported):
    truth = np.repeat([0, 1], [500, n_positives])
    found = threshold_for(None, held_out(truth, np.linspace(0, 1, len(truth))))
    assert found.supported is supported
    assert ("from 20 held-out positives on; there are 19." in found.note) is not supported


def test_a_saved_line_of_no_policy_and_no_positive_was_told_by_the_tail():
    assert Threshold(value=6.9, n_positives=0, n_negatives=500).rule == "1 row in 1,000 by the tail"
    assert Threshold(value=0.4, n_positives=1, n_negatives=500).rule == "best F1"


def test_scores_of_anomalies_are_known_as_such_from_the_disk(tmp_path):
    scores = ValidationScores(np.array([0, 1]), np.array([0.2, 7.0]), of_anomalies=True)
    scores.save(tmp_path / "validation")
    assert ValidationScores.load(tmp_path / "validation").of_anomalies


def test_alerts_a_day_count_known_anomalies_by_their_share_of_the_table():
    truth, score = np.repeat([1, 0], [8, 12]), np.arange(20.0)[::-1]
    weight = np.where(truth == 1, 0.25, 1.0)
    rows = ValidationScores(truth, score, weight, days=2.0, of_anomalies=True)
    found = threshold_for(ThresholdPolicy(alerts_per_day=2), rows)
    # Eight of weight a quarter, and two others: four rows in two days.
    assert (found.value, found.alerts_per_day) == (10.0, 2.0)


def test_a_line_by_the_tail_above_all_rows_is_no_rule_that_failed():
    usual = ValidationScores(np.zeros(50, np.int64), np.linspace(0, 1, 50))
    assert not threshold_for(None, usual).alerts_none
