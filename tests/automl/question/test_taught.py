"""Classes that only the rows for validation have: an error, told before any search."""

import polars as pl
import pytest

from phantom_ml.automl.question.joined import check_taught
from phantom_ml.config import AutoMLTaskType
from phantom_ml.errors import BadSetting, TargetUnusable
from tests.automl.asked import posed
from tests.core.tables import events

CLASSES = AutoMLTaskType.CLASSIFICATION


def refused(learned: list, checked: list, name: str = "y") -> BadSetting:
    with pytest.raises(BadSetting) as caught:
        check_taught(pl.Series(name, learned + checked, strict=False), len(learned), CLASSES)
    return caught.value


def test_a_class_that_no_row_to_learn_from_has_is_told_with_its_rows():
    error = refused(["attack", "benign"] * 9, ["attack", "Benign", "Benign"])
    assert "'y' that no row to learn from has: 'Benign' (2 rows)." in error.message


def test_the_nearest_class_to_learn_from_is_asked_for():
    error = refused(["attack", "benign"] * 9, ["attack", "Benign"])
    assert "are 'attack', 'benign'. Did you mean 'benign'?" in error.message


def test_a_class_of_one_row_is_refused_too():
    assert "'dos' (1 row)" in refused(["a", "b", "c"] * 9, ["a", "b", "dos"]).message


def test_of_many_classes_those_of_the_most_rows_are_told():
    told = refused(["a", "b"] * 9, [*"cdefgh", "h"]).message
    assert "classes of 'y' that no row to learn from has: 'h' (2 rows), 'c' (1 row)" in told


def test_how_many_more_classes_there_are_is_told():
    assert "'f' (1 row) and 2 more." in refused(["a", "b"] * 9, [*"cdefgh", "h", "i"]).message


def test_a_number_is_told_as_the_class_is_called():
    assert "'2' (1 row)" in refused([0, 1] * 9, [0.0, 2.0]).message


def test_a_target_of_any_name_is_told():
    assert "of 'class' that" in refused(["a", "b"] * 9, ["c"], name="class").message


def test_missing_answers_for_validation_are_no_class():
    check_taught(pl.Series("y", [True, False] * 9 + [None, True]), 18, CLASSES)


def test_the_same_number_in_another_type_is_the_same_class():
    check_taught(pl.Series("y", [0.0, 1.0] * 9 + [1, 0], strict=False), 18, CLASSES)


def test_values_of_a_regression_may_be_any():
    check_taught(pl.Series("y", [0.5, 1.5] * 9 + [9.5]), 18, AutoMLTaskType.REGRESSION)


def test_numbers_with_many_values_are_told_to_be_no_classes():
    with pytest.raises(TargetUnusable, match="regression"):
        check_taught(pl.Series("y", [0.5 + i for i in range(90)]), 50, CLASSES)


@pytest.mark.parametrize("task", ["classification", "security_threat_detection"])
def test_a_question_with_such_rows_is_not_posed(task):
    given = events(60).with_columns(label=pl.lit("Unheard"))
    with pytest.raises(BadSetting, match="no row to learn from has: 'Unheard' \\(60 rows\\)"):
        posed(events(90), given, task_type=task)
