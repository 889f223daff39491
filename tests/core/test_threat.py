"""Threat detection from end to end: the promise, and whether it held on rows that nobody saw."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import AutoMLTaskType, ThresholdPolicy
from phantom_ml.core import PhantomMLCore, judge
from phantom_ml.core.judge import MOVED
from phantom_ml.core.notes import UNMEASURED, alerts_none, few_attacks
from phantom_ml.core.promise import promise_of
from phantom_ml.core.threat import PERIODS, _aut
from phantom_ml.errors import BadSetting, ColumnMissing, TargetUnusable
from phantom_ml.metrics.thresholds import ThresholdTable, threshold_table
from phantom_ml.metrics.validation_scores import ValidationScores
from tests.core.test_broken_promise import of_rate

N = 4_000
ASKED = {
    "task_type": "security_threat_detection",
    "target_column": "is_threat",
    "algorithms_to_try": ["LightGBM", "LogisticRegression"],
    "max_trials": 2,
    "n_threads": 1,
    "time_column": "when",
    "threshold": {"max_fpr": 0.02},
    "ignored_columns": ["host"],
    "task_settings": {
        "type_column": "attack",
        "prevalence": 0.001,
        "suppress_by": "host",
        "suppress_hours": 12,
    },
}


def logs(shift: float = 0.0, seed: int = 0) -> pl.DataFrame:
    """Threats send more; in the last quarter benign rows do, too, by ``shift``, and a new attack comes."""
    rng = np.random.default_rng(seed)
    threat = rng.random(N) < 0.15
    late = np.arange(N) >= 3 * N // 4
    size = rng.normal(size=N) + 3.0 * threat + shift * (late & ~threat)
    attack = np.where(threat, rng.choice(["scan", "flood"], N), None)
    attack[threat & late & (rng.random(N) < 0.3)] = "worm"
    return pl.DataFrame(
        {
            "when": [datetime(2026, 3, 1) + timedelta(minutes=9 * i) for i in range(N)],
            "size": size.round(3),
            "noise": rng.normal(size=N).round(3),
            "host": rng.choice(["web", "db", "mail"], N),
            "attack": pl.Series(attack.tolist(), dtype=pl.String),
            "is_threat": threat,
        }
    )


def held_out(n_attacks: int) -> ThresholdTable:
    """Thresholds of so many held-out attacks among a hundred benign rows."""
    truth = np.repeat([0, 1], [100, n_attacks])
    return threshold_table(ValidationScores(truth, np.linspace(0.0, 1.0, len(truth))), None)


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("threat"))


@pytest.fixture(scope="module")
def steady(home):
    return home.auto_create_model(logs(), ASKED)


@pytest.fixture(scope="module")
def shifted(home):
    return home.auto_create_model(logs(shift=1.5), ASKED)


def test_what_counts_is_recall_at_the_rate_that_was_asked_for(steady):
    assert steady.metric == "recall_at_fpr_0.02"


def test_a_steady_world_keeps_the_promise(steady):
    assert steady.threat.kept
    assert steady.threat.warnings == ()


def test_a_shifted_world_breaks_it_and_is_told(shifted):
    assert not shifted.threat.kept
    told = " ".join(shifted.warnings)
    assert "The promise did not hold" in told
    assert "Drift: benign" in told


def test_an_evaluation_of_rows_like_a_drifted_test_part_tells_of_that_drift(home, shifted):
    told = home.evaluate(shifted.model_id, logs(shift=1.5).tail(N // 4)).warnings
    assert any("own report already warns of drift" in w for w in told)


@pytest.mark.parametrize(("n", "told"), [(1, "1 held-out attack:"), (4, "4 held-out attacks:")])
def test_a_choice_that_rests_on_few_attacks_is_told(n, told):
    (said,) = few_attacks(AutoMLTaskType.SECURITY_THREAT_DETECTION, held_out(n))
    assert said.startswith(f"The choice among models rests on {told}")


def reported(steady, line, false_alarms, found):
    """Return what is said of a line above all held-out rows that so many of 1,000 and 100 tested rows reach."""
    tested = of_rate(false_alarms, 1_000, line.policy, found)
    report = {"threshold": tested, "promise": promise_of(line, tested)}
    table = ThresholdTable(rows=(line,), place=0)
    return alerts_none(table, steady.threat.model_copy(update=report))


@pytest.fixture
def above_all():
    return of_rate(0, 1_000, ThresholdPolicy(max_fpr=0.01), found=0)


def test_a_line_above_all_held_out_and_tested_rows_alerts_next_to_nothing(steady, above_all):
    (told,) = reported(steady, above_all, 0, 0)
    assert "alerts next to nothing. A higher max_fpr" in told


def test_a_line_above_all_held_out_rows_that_tested_ones_reach_is_told_by_these(steady, above_all):
    (told,) = reported(steady, above_all, 5, 2)
    assert "In the test part 0.5 % of benign rows and 2 % of threats are. A higher max_fpr" in told


def test_nothing_that_alerts_more_is_advised_where_the_promise_is_broken(steady, above_all):
    (told,) = reported(steady, above_all, 40, 0)
    assert told.endswith("In the test part 4 % of benign rows and 0 % of threats are.")


def test_a_choice_that_rests_on_more_attacks_is_not_worth_a_word(steady):
    assert not any("rests on" in warning for warning in steady.warnings)


def test_the_test_part_is_the_newest_quarter(steady):
    assert steady.threat.n_rows == pytest.approx(N // 4, abs=2)
    assert "newest" in steady.threat.how


def test_kinds_that_training_never_saw_are_marked(steady):
    seen = {kind.name: kind.seen_in_training for kind in steady.threat.kinds}
    assert seen == {"scan": True, "flood": True, "worm": False}


def test_the_kind_of_attack_is_no_feature(steady):
    assert "attack" not in steady.feature_importance


def test_recall_is_told_over_time(steady):
    assert len(steady.threat.recall_by_period) == PERIODS
    assert 0.5 < steady.threat.aut <= 1.0


def test_a_part_of_the_time_without_threats_is_a_dash_that_is_explained(steady):
    halves = (1.0, None, 0.5, None)
    told = steady.threat.model_copy(update={"recall_by_period": halves, "aut": 0.75}).lines()
    line = "recall 100 %, -, 50 %, -; AUT 0.750 of the 2 parts with threats (-: none)"
    assert f"Over time      {line}" in told


def test_where_every_part_has_threats_no_dash_is_explained(steady):
    told = steady.threat.model_copy(update={"recall_by_period": (1.0, 0.5), "aut": 0.75}).lines()
    assert "Over time      recall 100 %, 50 %; AUT 0.750" in told


def test_the_area_over_time_is_of_the_parts_with_threats():
    assert _aut((1.0, None, 0.5)) == 0.75


def test_precision_in_the_field_is_told(steady):
    t = steady.threat.threshold
    right, wrong = 0.001 * t.recall, 0.999 * t.fpr
    assert steady.threat.field_precision == pytest.approx(right / (right + wrong))


def test_a_random_split_flatters_a_shifted_world(shifted, steady):
    assert shifted.threat.optimism.gap > steady.threat.optimism.gap + 0.02


def test_a_budget_of_alerts_is_told_as_promised_and_as_it_came(home):
    asked = {**ASKED, "max_trials": 1, "algorithms_to_try": "LogisticRegression"}
    found = home.auto_create_model(logs(), {**asked, "threshold": {"alerts_per_day": 20}})
    told = found.threat
    days = (told.n_rows - 1) * 9 / 60 / 24
    assert told.promised_fpr is None
    assert (told.promise.rule, told.promise.promised) == ("alerts_per_day", 20)
    assert told.promise.days == pytest.approx(days)
    assert told.threshold.alerts_per_day == pytest.approx(told.promise.came_to)
    assert told.promise.text in str(found)
    assert found.to_dict()["threat"]["promise"]["came_to"] == told.promise.came_to
    assert home.evaluate(found.model_id, logs(seed=5)).promise.promised == 20


def test_the_report_is_printed(steady):
    text = str(steady)
    assert "Test part" in text
    assert "worm" in text
    assert "AUT" in text


def test_alerts_stay_as_they_are_and_repeats_are_marked_beside_them(home, steady):
    rows = logs(seed=5)
    found = home.predict(steady.model_id, rows)
    line = home._shelf.pipeline(steady.model_id).spec.threshold.value
    assert found["alert"].to_list() == (found["probability_True"] >= line).to_list()
    shown = rows.with_columns(found["alert"], found["suppressed"]).filter("alert")
    gaps = shown.filter(~pl.col("suppressed")).select(pl.col("when").diff().over("host"))
    assert gaps["when"].drop_nulls().min() >= timedelta(hours=12)
    assert not found.filter(~pl.col("alert"))["suppressed"].any()
    assert 3 <= shown["suppressed"].sum() < shown.height


def test_what_was_shown_is_remembered_with_a_state(home, steady, tmp_path):
    rows = logs(seed=5)
    whole = home.predict(steady.model_id, rows)["suppressed"]
    parts = [
        home.predict(steady.model_id, rows[a : a + N // 2], state=tmp_path / "s")["suppressed"]
        for a in (0, N // 2)
    ]
    assert pl.concat(parts).to_list() == whole.to_list()


def test_without_a_state_suppression_begins_anew(home, steady):
    one, two = (home.predict(steady.model_id, logs(seed=5)) for _ in range(2))
    assert one.equals(two)


def test_a_file_of_predictions_tells_repeats_too(home, steady, tmp_path):
    rows = logs(seed=5)
    home.predict(steady.model_id, rows, output=tmp_path / "scores.parquet")
    assert pl.read_parquet(tmp_path / "scores.parquet").equals(home.predict(steady.model_id, rows))


@pytest.mark.parametrize("column", ["host", "when"])
def test_rows_without_the_entity_or_the_time_are_refused(home, steady, column):
    with pytest.raises(ColumnMissing, match=column):
        home.predict(steady.model_id, logs().drop(column))


def test_the_report_tells_alerts_a_day_before_and_after_suppression(steady):
    told = steady.threat.repeats
    days = (N // 4) * 9 / 60 / 24
    assert told.alerts_per_day == pytest.approx(told.n_alerts / days, rel=0.01)
    assert 0 < told.shown_per_day < told.alerts_per_day
    # Three hosts alert at most every twelve hours.
    assert told.shown_per_day <= 6 * 1.1
    assert told.rule in str(steady)


def test_an_evaluation_tells_recall_by_kind_and_precision_in_the_field(home, steady):
    rows = logs(seed=5)
    found = home.evaluate(steady.model_id, rows)
    alert = home.predict(steady.model_id, rows)["alert"]
    told = {kind.name: (kind.n_rows, kind.recall) for kind in found.kinds}
    own = rows.with_columns(alert).filter("is_threat").group_by("attack")
    expected = own.agg(pl.len(), pl.col("alert").mean()).rows()
    assert told == {name: (n, pytest.approx(recall)) for name, n, recall in expected}
    t = found.threshold
    right, wrong = 0.001 * t.recall, 0.999 * t.fpr
    assert found.field_precision == pytest.approx(right / (right + wrong))
    assert found.field_precision_low <= found.field_precision


def test_an_evaluation_marks_kinds_that_training_never_saw(home, steady):
    found = home.evaluate(steady.model_id, logs(seed=5))
    seen = {kind.name: kind.seen_in_training for kind in found.kinds}
    assert seen == {"scan": True, "flood": True, "worm": False}
    assert "worm" in str(found)
    assert "In the field" in str(found)


def test_rows_without_the_type_column_are_evaluated_without_kinds(home, steady):
    assert home.evaluate(steady.model_id, logs(seed=5).drop("attack")).kinds == ()


def test_a_model_fitted_again_knows_the_kinds_that_it_was_fitted_on(home, steady):
    again = home.refit(
        steady.model_id, logs(seed=6).filter(pl.col("attack").fill_null("") != "scan")
    )
    found = home.evaluate(again, logs(seed=5))
    seen = {kind.name: kind.seen_in_training for kind in found.kinds}
    assert seen == {"scan": False, "flood": True, "worm": True}


def test_incidents_are_found_more_often_than_rows(home, steady):
    told = home.evaluate(steady.model_id, logs(seed=5)).repeats
    assert told.n_found <= told.n_incidents
    assert told.incident_recall >= told.row_recall
    assert told.incident_recall_low <= told.incident_recall <= told.incident_recall_high


def test_the_report_is_in_the_card_and_told_again(home, steady):
    assert home.get_report(steady.model_id) == steady.threat


def test_the_report_goes_with_an_exported_model(home, steady, tmp_path):
    path = home.export_model(steady.model_id, tmp_path / "detector.phantom")
    signer = home.get_model(steady.model_id).signed_by
    other = PhantomMLCore(home=tmp_path / "other", trust=(signer,))
    assert other.get_report(other.import_model(path)) == steady.threat


def test_a_model_that_was_not_judged_has_no_report(home, steady):
    others = [row.model_id for row in steady.leaderboard if row.model_id != steady.model_id]
    assert [home.get_report(model) for model in others] == [None] * len(others)


def test_a_report_says_that_another_threshold_was_set_since(home, shifted):
    home.set_threshold(shifted.model_id, {"top_k": 5})
    assert home.get_report(shifted.model_id).warnings[-1] == MOVED


def test_no_policy_of_a_threat_model_is_the_rule_of_its_task(home, shifted):
    line = home.set_threshold(shifted.model_id, None)
    assert line.policy == ThresholdPolicy(max_fpr=0.001, confidence=0.95)


def test_to_stop_while_the_test_part_is_measured_keeps_the_model(home, monkeypatch):
    def interrupted(*_):
        raise KeyboardInterrupt

    monkeypatch.setattr(judge, "threat_report", interrupted)
    asked = {**ASKED, "max_trials": 1, "algorithms_to_try": "LogisticRegression"}
    found = home.auto_create_model(logs(), asked)
    assert UNMEASURED in found.warnings
    assert home.get_report(found.model_id) is None
    assert home.predict(found.model_id, logs(seed=5)).height == N


def test_a_model_fitted_again_suppresses_alike_and_was_not_judged(home, steady):
    model = home.refit(steady.model_id, logs(seed=6))
    rule = home._shelf.pipeline(model).spec.suppression
    assert rule == home._shelf.pipeline(steady.model_id).spec.suppression
    assert (rule.columns, rule.time_column, rule.hours) == (("host",), "when", 12)
    assert home.get_report(model) is None


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"time_column": None}, "no time_column"),
        ({"task_settings": {"suppress_by": "is_threat"}}, "The target 'is_threat'"),
        ({"task_settings": {"suppress_by": "hosts"}}, "hosts"),
        (
            {"task_type": "regression", "target_column": "size", "algorithms_to_try": None},
            "of no use for regression",
        ),
        ({"task_type": "classification", "target_column": "three"}, "nothing is alerted"),
    ],
)
def test_suppression_that_cannot_be_done_is_refused_before_any_work(home, asked, said):
    plain = {**ASKED, "threshold": None}
    rows = logs().with_columns(three=pl.Series(["a", "b", "c", "a"] * (N // 4)))
    with pytest.raises((BadSetting, ColumnMissing), match=said):
        home.auto_create_model(rows, plain | asked)


def test_more_than_two_classes_are_refused(home):
    rows = logs().with_columns(is_threat=pl.Series(["a", "b", "c", "d"] * (N // 4)))
    with pytest.raises(TargetUnusable, match="4 classes"):
        home.auto_create_model(rows, ASKED)


def test_without_a_threshold_one_in_a_thousand_is_promised_surely(home):
    asked = {k: v for k, v in ASKED.items() if k != "threshold"}
    found = home.auto_create_model(
        logs(seed=1), {**asked, "max_trials": 1, "algorithms_to_try": "LightGBM"}
    )
    assert found.metric == "recall_at_fpr_0.001"
    assert found.thresholds.current.rule == "FPR at most 0.1 %, 95 % sure"
    assert not found.thresholds.current.supported


def test_a_time_along_which_nothing_can_be_validated_is_warned_of(home):
    rows = logs().head(400).select("when", "size", "noise", is_threat=pl.int_range(400) >= 370)
    asked = {"target_column": "is_threat", "time_column": "when", "max_trials": 1, "n_threads": 1}
    found = home.auto_create_model(rows, {**asked, "algorithms_to_try": "LogisticRegression"})
    assert "not later than those that were learned from" in " ".join(found.warnings)
