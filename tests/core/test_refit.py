import json

import numpy as np
import polars as pl
import pytest

from phantom_ml.config import ThresholdPolicy
from phantom_ml.errors import TargetUnusable
from phantom_ml.metrics.validation_scores import ValidationScores
from tests.core.conftest import FAST
from tests.core.tables import events, numbers
from tests.core.test_kinds import caught


@pytest.fixture(scope="module")
def model(core, binary):
    found = next(r.model_id for r in binary.leaderboard if r.algorithm == "LogisticRegression")
    core.set_threshold(found, {"top_k": 30})
    return found


@pytest.fixture(scope="module")
def newer(core, model):
    return core.refit(model, events(300, seed=4))


def test_a_model_fitted_again_has_an_id_of_its_own(model, newer):
    assert newer != model


def test_a_model_fitted_again_predicts(core, newer):
    assert core.predict(newer, events(20)).height == 20


def line(core, model_id):
    return core.evaluate(model_id, events(50)).threshold


def test_the_rule_of_the_threshold_in_use_is_kept(core, model, newer):
    assert line(core, newer).policy == line(core, model).policy == ThresholdPolicy(top_k=30)


def test_the_threshold_is_cut_on_rows_of_the_new_table(core, newer):
    kept = ValidationScores.load(core.home / "models" / newer / "validation.npz")
    assert len(kept.truth) == 300
    assert (kept.score >= line(core, newer).value).sum() == 30


def test_a_model_fitted_again_can_be_cut_again(core, newer):
    assert core.set_threshold(newer, {"max_fpr": 0.2}).fpr <= 0.2


def card(core, model_id):
    return json.loads((core.home / "models" / model_id / "manifest.json").read_text())["card"]


def test_a_model_fitted_again_tells_what_it_looks_at_now(core, small):
    # The answer follows "d" now, not "a" and "b".
    rows = numbers(seed=2).with_columns(y=(pl.col("d") > 0).cast(pl.Int64))
    newer = card(core, core.refit(small.model_id, rows))
    assert max(newer["importance"], key=newer["importance"].get) == "d"
    assert sum(newer["importance"].values()) == pytest.approx(1.0)
    assert newer["typical"]["d"] == pytest.approx(rows["d"].median())


def test_the_alert_stays_the_alert_whatever_is_rarer_now(core, small):
    rows = numbers(seed=3).filter((numbers(seed=3)["y"] == 1) | (numbers(seed=3)["a"] < -0.8))
    newer = core.refit(small.model_id, rows)
    both = [core.predict(m, rows.head(1)).columns for m in (small.model_id, newer)]
    assert both[0] == both[1]


def test_a_model_of_the_users_own_metric_is_fitted_again(core):
    found = core.auto_create_model(numbers(), FAST | {"optimization_metric": caught})
    assert core.predict(core.refit(found.model_id, numbers(seed=2)), numbers()).height == 300


def test_rows_that_teach_nothing_are_refused(core, small):
    with pytest.raises(TargetUnusable):
        core.refit(small.model_id, numbers().filter(numbers()["y"] == 1))


#: Of events with a time; each rule asks for so many alerts a day.
ALERTS = 10
DETECTOR = {
    "task_type": "anomaly_detection",
    "time_column": "when",
    "algorithms_to_try": ["HBOS", "KNN"],
    "max_trials": 2,
    "n_threads": 1,
    "threshold": {"alerts_per_day": ALERTS},
}
CLASSIFIER = {
    "target_column": "y",
    "time_column": "when",
    "algorithms_to_try": ["LogisticRegression"],
    "max_trials": 1,
    "n_threads": 1,
    "threshold": {"alerts_per_day": ALERTS},
}


def busy(events_a_day, week, seed):
    """Three weeks of ``numbers`` with a time, from a week on."""
    n = 21 * events_a_day
    second = np.linspace(0, 21 * 86_400, n, endpoint=False).round() + week * 7 * 86_400
    when = (1_772_409_600_000 + 1_000 * pl.Series(second)).cast(pl.Int64).cast(pl.Datetime("ms"))
    return numbers(n=n, seed=seed).with_columns(when=when)


@pytest.mark.parametrize("asked", [DETECTOR, CLASSIFIER], ids=["anomaly", "classes"])
def test_a_budget_of_alerts_holds_where_events_come_four_times_as_often(core, asked):
    answers = ["y"] if asked is DETECTOR else []
    old, new, later = (
        busy(n, week, week).drop(answers) for n, week in ((50, 0), (200, 3), (200, 6))
    )
    again = core.refit(core.auto_create_model(old, asked).model_id, new)
    alerts = core.predict(again, later)["alert"].sum() / 21
    assert 0.5 * ALERTS <= alerts <= 1.5 * ALERTS


def test_rows_that_tell_no_line_keep_the_old_one_which_says_so(core):
    model = core.auto_create_model(busy(50, 0, 0).drop("y"), DETECTOR).model_id
    rows = busy(50, 3, 1).drop("y")
    # The rows that measure have one time: they tell no days.
    late = pl.int_range(pl.len()) > 0.7 * pl.len()
    stopped = rows.with_columns(when=pl.when(late).then(pl.col("when").max()).otherwise("when"))
    again = core.refit(model, stopped)
    old, new = (core._shelf.pipeline(m).spec.threshold for m in (model, again))
    assert (new.value, new.supported) == (old.value, False)
    assert "of the rows of the model that was fitted again" in new.note
