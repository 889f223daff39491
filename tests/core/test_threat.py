"""Threat detection from end to end: the promise, and whether it held on rows that nobody saw."""

from datetime import datetime, timedelta

import numpy as np
import polars as pl
import pytest

from phantom_ml.core import PhantomMLCore
from phantom_ml.errors import TargetUnusable

N = 4_000
ASKED = {
    "task_type": "security_threat_detection",
    "target_column": "is_threat",
    "algorithms_to_try": ["LightGBM", "LogisticRegression"],
    "max_trials": 2,
    "n_threads": 1,
    "time_column": "when",
    "threshold": {"max_fpr": 0.02},
    "task_settings": {"type_column": "attack", "prevalence": 0.001},
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
            "attack": pl.Series(attack.tolist(), dtype=pl.String),
            "is_threat": threat,
        }
    )


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


def test_the_test_part_is_the_newest_quarter(steady):
    assert steady.threat.n_rows == pytest.approx(N // 4, abs=2)
    assert "newest" in steady.threat.how


def test_kinds_that_training_never_saw_are_marked(steady):
    seen = {kind.name: kind.seen_in_training for kind in steady.threat.kinds}
    assert seen == {"scan": True, "flood": True, "worm": False}


def test_the_kind_of_attack_is_no_feature(steady):
    assert "attack" not in steady.feature_importance


def test_recall_is_told_over_time(steady):
    assert len(steady.threat.recall_by_period) > 4
    assert 0.5 < steady.threat.aut <= 1.0


def test_precision_in_the_field_is_told(steady):
    t = steady.threat.threshold
    right, wrong = 0.001 * t.recall, 0.999 * t.fpr
    assert steady.threat.field_precision == pytest.approx(right / (right + wrong))


def test_a_random_split_flatters_a_shifted_world(shifted, steady):
    assert shifted.threat.optimism.gap > steady.threat.optimism.gap + 0.02


def test_the_report_is_printed(steady):
    text = str(steady)
    assert "Test part" in text
    assert "worm" in text
    assert "AUT" in text


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
