"""Which rows of a table count as past alone."""

import polars as pl
import pytest

from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from tests.automl.asked import dataset, posed
from tests.core.tables import events

COUNT = "150 rows without a usable answer still count where features look at what came before."


def half(n: int = 300) -> pl.DataFrame:
    """Every other answer blanked."""
    label = pl.when(pl.int_range(pl.len()) % 2 == 0).then("label")
    return events(n).with_columns(label=label)


def unlabelled(frame: pl.DataFrame, **settings: object):
    config = AutoMLConfig.of({"task_type": "anomaly_detection", "time_column": "when"} | settings)
    return pose(dataset(frame), config).unlabelled


def test_rows_without_an_answer_are_kept_where_there_is_a_time():
    found = posed(half(), time_column="when").unlabelled
    assert found.frame["when"].to_list() == events(300)["when"].to_list()[1::2]


def test_rows_without_an_answer_are_kept_beside_any_timestamp():
    assert posed(half()).unlabelled.frame.height == 150


def test_without_any_time_no_row_is_past():
    assert posed(half().drop("when")).unlabelled is None


def test_where_all_rows_have_an_answer_none_is_past_alone():
    assert posed(events(300), time_column="when").unlabelled is None


def test_their_times_and_entities_are_told_in_the_codes_of_the_others():
    problem = posed(half(), time_column="when", group_columns="user")
    users = dict(zip(problem.frame["user"], problem.ties.groups.tolist(), strict=True))
    rest = problem.unlabelled
    assert [users[u] for u in rest.frame["user"] if u in users] == [
        g
        for u, g in zip(rest.frame["user"], rest.before.groups.tolist(), strict=True)
        if u in users
    ]


def test_the_question_about_the_others_is_as_if_they_were_alone():
    problem, alone = posed(half(), time_column="when"), half().drop_nulls("label")
    assert problem.frame.equals(posed(alone, time_column="when").frame)


def test_a_person_is_told_that_they_count():
    assert COUNT in posed(half(), time_column="when").warnings


def test_rows_given_for_validation_keep_theirs_apart():
    problem = posed(half(), half(100), time_column="when")
    assert problem.unlabelled.n_validation == 50


def test_some_rows_of_a_problem_stand_alone():
    problem = posed(half(), time_column="when")
    assert problem.rows(problem.target.keep[:10] // 2).unlabelled is None


def test_unknown_rows_are_past_where_normal_ones_alone_are_learned_from():
    known = {"target_column": "label", "positive_class": "attack"}
    found = unlabelled(half(), task_settings={"normal_only": True}, **known)
    assert found.frame.height == 150


def test_too_few_known_anomalies_are_past_still():
    few = events(300).with_columns(label=(pl.int_range(pl.len()) < 3).cast(pl.Int64))
    assert unlabelled(few, target_column="label").frame.height == 3


@pytest.mark.parametrize("target", [{}, {"target_column": "label", "positive_class": "attack"}])
def test_where_every_row_teaches_or_measures_none_is_past_alone(target):
    frame = half() if target else events(300).drop("label")
    assert unlabelled(frame, **target) is None
