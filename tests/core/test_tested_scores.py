"""What a model says of its test part is kept: a line that is set later is measured there."""

import numpy as np
import pytest

from phantom_ml.core import PhantomMLCore, tested_scores
from phantom_ml.core.tested_scores import TEST_SCORES, ScoresOfTest
from phantom_ml.errors import BundleDamaged
from tests.core.test_threat import ASKED, N, logs

SHIFT = 2.0


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    return PhantomMLCore(home=tmp_path_factory.mktemp("tested"))


@pytest.fixture(scope="module")
def model(home):
    asked = {**ASKED, "max_trials": 1, "algorithms_to_try": "LogisticRegression"}
    return home.auto_create_model(logs(), asked).model_id


@pytest.fixture
def moved(home, model):
    home.set_threshold(model, {"max_fpr": 0.03})
    yield model
    home.set_threshold(model, {"max_fpr": 0.02})


def notes(home, model, rows):
    return " ".join(home.evaluate(model, rows).warnings)


def test_drift_is_named_at_a_line_that_was_set_later(home, moved):
    told = notes(home, moved, logs(SHIFT, seed=3).tail(N // 4))
    assert "Of its test part" in told
    assert "these benign rows are unlike those (drift)" in told


def test_rows_of_the_same_world_are_no_drift_at_a_line_that_was_set_later(home, moved):
    assert "drift" not in notes(home, moved, logs(seed=4))


def test_threats_that_hide_are_told_by_the_test_part_at_a_line_that_was_set_later(home, moved):
    rows = logs(seed=3)
    told = notes(home, moved, rows.with_columns(size=rows["size"] - 3.0 * rows["is_threat"]))
    assert "of those in its test part" in told


@pytest.fixture
def out_of_reach(home, model):
    home.set_threshold(model, {"top_k": 1})
    yield model
    home.set_threshold(model, {"max_fpr": 0.02})


def test_threats_that_hide_are_told_where_next_to_nothing_reaches_the_line(home, out_of_reach):
    rows = logs(seed=3)
    hidden = rows.with_columns(size=rows["size"] - 3.0 * rows["is_threat"])
    assert "Threats stand out less" in notes(home, out_of_reach, hidden)


def test_threats_of_the_same_world_stand_out_as_much(home, out_of_reach):
    assert "stand out" not in notes(home, out_of_reach, logs(seed=4))


def test_a_model_that_keeps_no_such_scores_is_told_by_its_held_out_rows(home, moved, monkeypatch):
    monkeypatch.setattr(ScoresOfTest, "load", lambda _: None)
    told = notes(home, moved, logs(SHIFT, seed=3).tail(N // 4))
    assert "Of the held-out rows" in told
    assert "the rows may have changed" in told


def test_the_scores_are_those_of_the_test_part(home, model):
    kept, report = ScoresOfTest.load(home.home / "models" / model), home.get_report(model)
    assert len(kept.truth) == len(kept.score) == report.n_rows
    assert kept.truth.sum() == report.threshold.n_positives
    alerts = kept.benign >= report.threshold.value
    assert alerts.mean() == pytest.approx(report.threshold.fpr)


def test_of_many_scores_so_many_are_kept_that_shares_stay(monkeypatch):
    monkeypatch.setattr(tested_scores, "MOST_KEPT", 1_000)
    score = np.random.default_rng(0).permutation(50_000) / 50_000
    kept = ScoresOfTest.of(np.zeros(50_000, np.int64), score)
    assert len(kept.benign) == 1_000
    assert (kept.benign >= 0.97).mean() == pytest.approx(0.03, abs=0.001)


def test_a_folder_without_them_holds_none(tmp_path):
    assert ScoresOfTest.load(tmp_path) is None


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04", b"null"])
def test_scores_that_cannot_be_read_are_damage(tmp_path, raw):
    (tmp_path / TEST_SCORES).write_bytes(raw)
    with pytest.raises(BundleDamaged, match=TEST_SCORES):
        ScoresOfTest.load(tmp_path)


def test_a_score_that_is_no_number_is_damage(tmp_path):
    ScoresOfTest(np.array([np.nan]), np.array([0.5])).save(tmp_path)
    with pytest.raises(BundleDamaged, match=TEST_SCORES):
        ScoresOfTest.load(tmp_path)
