"""From a table and a question to the problem: which target, which rows."""

import polars as pl
import pytest

from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.errors import BadSetting, TargetMissing
from tests.automl.asked import dataset, posed
from tests.core.tables import events


def test_a_question_without_a_target_is_told():
    with pytest.raises(BadSetting, match="target_column"):
        pose(dataset(events(90)), AutoMLConfig())


def test_a_misspelt_target_is_answered_by_the_nearest():
    with pytest.raises(TargetMissing, match="Did you mean 'label'"):
        pose(dataset(events(90)), AutoMLConfig(target_column="labels"))


def test_rows_without_an_answer_are_left_out():
    rows = events(90).with_columns(
        label=pl.when(pl.int_range(pl.len()) % 3 == 0).then(None).otherwise("label")
    )
    problem = posed(rows)
    assert (problem.n_rows, len(problem.target.values)) == (60, 60)


def test_the_same_question_is_posed_the_same():
    one, two = posed(events(90)), posed(events(90))
    assert one.inputs == two.inputs
    assert one.target.classes == two.target.classes
