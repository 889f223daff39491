"""What measured rows support, and what rows without an answer do to a line of alert."""

import numpy as np
import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.threshold import threshold_for
from phantom_ml.metrics.threshold_measured import too_short, unanswered_note, unsupported
from phantom_ml.metrics.validation_scores import ValidationScores

TRUTH = np.repeat([0, 1], [400, 40])
SCORE = np.concatenate([np.linspace(0.0, 0.8, 400), np.linspace(0.9, 1.0, 40)])


def held_out(n_unanswered: int) -> ValidationScores:
    """Rows of four days, of which others have no answer."""
    return ValidationScores(TRUTH, SCORE, days=4.0, n_unanswered=n_unanswered)


#: As many of rows without an answer as there are with one, all of which score as threats do.
REST = np.linspace(0.9, 1.0, 440)


def scored(**rule):
    """Return the line where rows without an answer were scored."""
    held = ValidationScores(TRUTH, SCORE, days=4.0, n_unanswered=440, unanswered=REST)
    return threshold_for(ThresholdPolicy(**rule), held)


def line(n_unanswered: int, **rule):
    return threshold_for(ThresholdPolicy(**rule), held_out(n_unanswered))


def test_a_budget_has_room_for_rows_without_an_answer():
    # Beside 40 threats 40 alerts of other rows fit in: of 400 benign rows, or of three times as many.
    assert [line(n, alerts_per_day=20).fpr for n in (0, 800)] == [40 / 400, 13 / 400]


def test_a_budget_counts_the_scores_of_rows_without_an_answer():
    found = scored(alerts_per_day=20)
    assert (found.value <= SCORE).sum() + (found.value <= REST).sum() == 80


def test_scores_of_rows_without_an_answer_measure_no_rate():
    assert scored(alerts_per_day=20).n_positives == 40


@pytest.mark.parametrize("rule", [{"max_fpr": 0.1}, {"top_k": 50}, {"min_precision": 0.9}])
def test_other_rules_cut_where_they_would_without_such_scores(rule):
    assert scored(**rule).value == line(0, **rule).value


def test_some_scored_rows_stand_for_all():
    held = ValidationScores(TRUTH, SCORE, days=4.0, n_unanswered=4400, unanswered=REST)
    assert threshold_for(ThresholdPolicy(top_k=40), held).alerts_per_day == (40 + 4400) / 4


def test_a_line_that_only_rows_without_an_answer_reach_alerts_some():
    held = ValidationScores(
        TRUTH, SCORE, days=4.0, n_unanswered=4, unanswered=np.linspace(1.1, 1.2, 4)
    )
    assert not threshold_for(ThresholdPolicy(alerts_per_day=1), held).alerts_none


def test_a_budget_says_that_rows_without_an_answer_are_scored():
    assert "they are counted by their scores" in scored(alerts_per_day=20).note


def test_more_scores_than_rows_without_an_answer_are_refused():
    with pytest.raises(BadSetting, match="440 scores are of 4 rows"):
        ValidationScores(TRUTH, SCORE, n_unanswered=4, unanswered=REST)


def test_alerts_a_day_of_a_rate_count_rows_without_an_answer():
    told = line(800, top_k=50)
    assert told.alerts_per_day == pytest.approx((40 + 10 * 3) / 4)


def test_alerts_that_stand_for_several_rows_take_more_days():
    assert [line(n, alerts_per_day=1).supported for n in (0, 800)] == [True, False]


def test_a_budget_says_how_rows_without_an_answer_are_taken():
    assert "800 rows of the held-out days have no answer" in line(800, alerts_per_day=20).note


def test_a_rate_of_benign_rows_says_nothing_of_rows_without_an_answer():
    assert unanswered_note(ThresholdPolicy(max_fpr=0.1), 800) == ""


@pytest.mark.parametrize("rule", [{"top_k": 5}, {"min_precision": 0.9}])
def test_rules_of_rows_with_an_answer_alone_say_so(rule):
    told = unanswered_note(ThresholdPolicy(**rule), 800)
    assert told.startswith("Counted by rows with an answer alone")


def test_scores_of_rows_without_an_answer_are_kept(tmp_path):
    held = ValidationScores(TRUTH, SCORE, days=4.0, n_unanswered=440, unanswered=REST)
    held.save(tmp_path / "validation.npz")
    kept = ValidationScores.load(tmp_path / "validation.npz").unanswered
    np.testing.assert_array_equal(kept, REST)


def test_rows_without_an_answer_are_kept_with_the_scores(tmp_path):
    held_out(800).save(tmp_path / "validation.npz")
    assert ValidationScores.load(tmp_path / "validation.npz").n_unanswered == 800


@pytest.mark.parametrize(
    ("rule", "counts"),
    [
        ({"max_fpr": 0.01}, (26, 32, 0)),
        ({"max_fpr": 0.01, "confidence": 0.95}, (26, 298, 0)),
        ({"min_precision": 0.9}, (26, 500, 29)),
        (None, (19, 500, 29)),
    ],
)
def test_too_few_measured_rows_support_nothing(rule, counts):
    policy = None if rule is None else ThresholdPolicy(**rule)
    assert unsupported(policy, *counts, by_tail=False)


def test_enough_measured_rows_support_a_rate():
    assert unsupported(ThresholdPolicy(max_fpr=0.01), 0, 300, 0, by_tail=False) == ""


def test_a_part_of_a_day_supports_no_alerts_a_day():
    assert too_short(ThresholdPolicy(alerts_per_day=20), 0.5).endswith("measured were 0.5.")
