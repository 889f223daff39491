"""Rows that are all of one name tell what it was taken for, and why."""

import polars as pl
import pytest

from phantom_ml.config import AutoMLTaskType, ProblemKind
from phantom_ml.data.schema import TableSchema
from phantom_ml.explain.truth import KnownAnswers, known_answers
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.model.spec import FittedPart, Member, ModelSpec


def of_one(value, odd_class=None) -> KnownAnswers:
    part = FittedPart(learner="a", side="b")
    spec = ModelSpec(
        task_type=AutoMLTaskType.ANOMALY_DETECTION,
        kind=ProblemKind.ANOMALY,
        target="y",
        inputs=TableSchema(columns=()),
        members=(Member(name="1", algorithm="ECOD", weight=1.0, parts=(part,)),),
        calibrator=Calibrator(),
    )
    return known_answers(spec, pl.Series("y", [value] * 3), odd_class)


def test_a_name_that_tells_nothing_is_not_said_to_tell_that_rows_are_normal():
    assert not any("by that name" in note for note in of_one("zebra").notes)


def test_a_name_that_tells_nothing_is_said_to_be_no_word_for_an_alert():
    assert any("no word for an alert" in note for note in of_one("zebra").notes)


def test_rows_of_a_name_that_tells_nothing_count_as_normal():
    assert of_one("zebra").values.tolist() == [0, 0, 0]


def test_a_word_for_an_alert_makes_anomalies_by_its_name():
    found = of_one("attack")
    assert found.values.tolist() == [1, 1, 1]
    assert found.notes[0].endswith("were taken for anomalies, by that name.")


def test_the_name_that_training_had_is_the_reason_where_there_was_one():
    assert of_one("zebra", "lion").notes[0].endswith("as training called an anomaly 'lion'.")


@pytest.mark.parametrize("value", [0, 1, True])
def test_yes_and_no_need_no_word(value):
    assert of_one(value).notes == ()
