"""A line of alert is cut once, on all that is scored, and kept with what it was cut on."""

from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.automl.final_model import line
from phantom_ml.automl.final_model.line import Line, line_of, with_line
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.config import ThresholdPolicy
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT
from tests.model.parts_on_disk import spec

POLICY = ThresholdPolicy(top_k=2)
ROWS = np.arange(6)
HELD = ValidationScores(np.array([0, 0, 0, 0, 1, 1]), np.linspace(0.1, 0.6, 6), n_unanswered=2)
WHOLE = replace(HELD, unanswered=np.array([0.7, 0.8]))


@pytest.fixture
def draft(tmp_path):
    return Draft(tmp_path, spec(), None, {})


@pytest.fixture
def cuts(monkeypatch):
    """Return on what a line was cut, with rows without an answer whose scores are known."""
    seen = []

    def cut(_, validation):
        seen.append(validation)

    monkeypatch.setattr(line, "cut", cut)
    monkeypatch.setattr(line, "with_unanswered", lambda *_: WHOLE)
    return seen


def test_a_line_is_cut_once_on_all_scores(draft, cuts):
    line_of(draft, None, ROWS, POLICY, HELD)
    assert cuts == [WHOLE]


def test_without_two_classes_there_is_no_line(draft):
    assert line_of(draft, None, ROWS, POLICY, None) == Line(None, None)


def test_where_all_rows_have_an_answer_no_model_is_asked(draft):
    answered = replace(HELD, n_unanswered=0)
    assert line_of(draft, None, ROWS, POLICY, answered).validation is answered


def test_what_a_line_was_cut_on_is_kept_beside_the_model(draft):
    with_line(draft, Line(None, WHOLE))
    kept = ValidationScores.load(draft.folder / HELD_OUT)
    np.testing.assert_array_equal(kept.unanswered, WHOLE.unanswered)


def test_a_model_without_held_out_scores_keeps_none(draft):
    with_line(draft, Line(None, None))
    assert not (draft.folder / HELD_OUT).exists()


def test_the_model_alerts_by_its_line(draft):
    found = line_of(draft, None, ROWS, POLICY, replace(HELD, n_unanswered=0))
    assert with_line(draft, found).spec.threshold == found.threshold
