"""The test part of a task that keeps one: never seen, and drawn as the field will be."""

import numpy as np
import polars as pl
import pytest

from phantom_ml.automl.preparation.holdout import FORWARD, GROUPED, RANDOM, Holdout
from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.read import read
from tests.core.tables import events


def parts(
    tmp_path,
    n: int = 600,
    attacks: pl.Expr | None = None,
    timed: pl.Expr | None = None,
    **settings,
) -> Holdout:
    """The parts of some events; attacks stay where ``attacks`` holds, and times where ``timed`` does."""
    asked = {"target_column": "label", "positive_class": "attack", **settings}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    frame = events(n)
    if attacks is not None:
        label = pl.when(attacks).then("label").otherwise(pl.lit("benign"))
        frame = frame.with_columns(label=label)
    if timed is not None:
        frame = frame.with_columns(when=pl.when(timed).then("when"))
    return Holdout.of(pose(read(frame, scratch=tmp_path), config), 0)


def rows_of(problem) -> set[int]:
    return set(problem.target.keep.tolist())


@pytest.mark.parametrize(
    ("settings", "how"),
    [({"time_column": "when"}, FORWARD), ({"group_columns": "user"}, GROUPED), ({}, RANDOM)],
)
def test_a_quarter_of_the_rows_is_kept_apart(tmp_path, settings, how):
    found = parts(tmp_path, **settings)
    assert found.how == how
    assert rows_of(found.development) | rows_of(found.test) == set(range(600))
    assert not rows_of(found.development) & rows_of(found.test)
    assert found.test.n_rows == pytest.approx(150, abs=20)


def test_with_a_time_the_newest_rows_are_the_test_part(tmp_path):
    found = parts(tmp_path, time_column="when")
    assert min(rows_of(found.test)) > max(rows_of(found.development))


def test_rows_without_a_time_are_in_neither_part(tmp_path):
    found = parts(tmp_path, timed=pl.int_range(pl.len()) % 10 != 0, time_column="when")
    assert found.how == FORWARD
    left = rows_of(found.test) | rows_of(found.development)
    assert {row % 10 for row in left} == set(range(1, 10))


def test_where_most_rows_have_no_time_the_test_part_is_drawn(tmp_path):
    found = parts(tmp_path, timed=pl.int_range(pl.len()) % 3 == 0, time_column="when")
    assert found.how == RANDOM


def test_rows_whose_answer_was_not_known_before_the_test_part_are_in_neither(tmp_path):
    found = parts(tmp_path, time_column="when", task_settings={"label_delay": 0.5})
    # Half a day is 102 rows, seven minutes apart, and a part of the next.
    gap = min(rows_of(found.test)) - max(rows_of(found.development))
    assert gap == 103


def test_a_delay_longer_than_what_comes_before_leaves_no_test_part(tmp_path):
    found = parts(tmp_path, time_column="when", task_settings={"label_delay": 2.5})
    assert found.test is None
    assert "newest quarter began (0 rows) none" in found.development.warnings[-1]


def test_a_delay_that_leaves_nothing_to_choose_a_model_by_leaves_no_test_part(tmp_path):
    found = parts(tmp_path, time_column="when", task_settings={"label_delay": 1.2})
    assert (found.test, found.development.n_rows) == (None, 600)


def test_it_is_said_that_a_delay_leaves_no_room_for_a_test_part(tmp_path):
    found = parts(tmp_path, time_column="when", task_settings={"label_delay": 1.2})
    assert "labels are known after 1.2 days" in found.development.warnings[-1]


def test_no_entity_is_in_both_parts(tmp_path):
    found = parts(tmp_path, group_columns="user")
    users = [set(p.frame["user"]) for p in (found.development, found.test)]
    assert not users[0] & users[1]


def test_too_few_rows_of_a_class_leave_no_test_part(tmp_path):
    found = parts(tmp_path, n=40)
    assert found.test is None
    assert "could not be checked" in found.development.warnings[-1]


def test_rows_given_for_validation_leave_no_test_part_and_it_is_said(tmp_path):
    asked = {"target_column": "label", "positive_class": "attack"}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    tables = [read(events(n), scratch=tmp_path) for n in (400, 100)]
    found = Holdout.of(pose(tables[0], config, tables[1]), 0)
    assert "the rows of validation_data choose the model" in found.development.warnings[-1]


@pytest.mark.parametrize(
    ("attacks", "settings", "said"),
    [
        (
            pl.col("when").rank() <= 300,
            {"time_column": "when"},
            "the newest quarter (150 rows) holds none of 'attack'",
        ),
        (
            pl.col("when").rank() > 460,
            {"time_column": "when"},
            "what comes before the newest quarter (450 rows) holds none of 'attack'",
        ),
        (
            pl.col("user") == "user3",
            {"group_columns": "user"},
            "holds none of 'attack'",
        ),
        (
            pl.col("when").rank() <= 40,
            {},
            "a quarter drawn at random (150 rows) holds 3 of 'attack', the rest 10",
        ),
    ],
)
def test_the_part_that_lacks_a_class_is_named_with_what_it_holds(tmp_path, attacks, settings, said):
    told = parts(tmp_path, attacks=attacks, **settings).development.warnings[-1]
    assert said in told
    assert "evaluate" in told


def test_copies_of_one_row_are_in_one_part(tmp_path):
    rng = np.random.default_rng(0)
    size = np.concatenate([rng.normal(size=12).repeat(10), rng.normal(size=480)])
    frame = pl.DataFrame({"size": size, "label": ["attack"] * 120 + ["benign"] * 480})
    asked = {"target_column": "label", "positive_class": "attack"}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    found = Holdout.of(pose(read(frame, scratch=tmp_path), config), 0)
    learned, tested = (set(size[sorted(rows_of(p))]) for p in (found.development, found.test))
    assert not learned & tested
    assert found.test.n_rows == pytest.approx(150, abs=20)


def test_other_tasks_keep_none(tmp_path):
    assert parts(tmp_path, task_type="classification").test is None


def test_the_seed_draws_the_rows(tmp_path):
    one, two = (parts(tmp_path, seed=0), parts(tmp_path, seed=0))
    np.testing.assert_array_equal(one.test.target.keep, two.test.target.keep)


def blanked(frame: pl.DataFrame) -> pl.DataFrame:
    """Answers of every third row alone."""
    return frame.with_columns(label=pl.when(pl.int_range(pl.len()) % 3 == 0).then("label"))


def parted(tmp_path, **settings) -> tuple[pl.DataFrame, Holdout]:
    frame = blanked(events(900))
    asked = {"target_column": "label", "positive_class": "attack", **settings}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    return frame, Holdout.of(pose(read(frame, scratch=tmp_path), config), 0)


def test_rows_without_an_answer_are_past_of_the_part_that_they_happened_in(tmp_path):
    _, found = parted(tmp_path, time_column="when")
    start = found.test.frame["when"].min()
    assert found.development.unlabelled.frame["when"].max() < start
    assert found.test.unlabelled.frame["when"].min() >= start


@pytest.mark.parametrize("settings", [{"time_column": "when"}, {"group_columns": "user"}, {}])
def test_no_row_without_an_answer_is_lost(tmp_path, settings):
    _, found = parted(tmp_path, **settings)
    halves = (found.development.unlabelled, found.test.unlabelled)
    assert sum(part.frame.height for part in halves) == 600


def test_rows_without_an_answer_go_with_their_entity(tmp_path):
    _, found = parted(tmp_path, group_columns="user")
    tested = set(found.test.frame["user"])
    assert set(found.test.unlabelled.frame["user"]) <= tested
    assert not tested & set(found.development.unlabelled.frame["user"])


def test_rows_without_a_time_are_no_past(tmp_path):
    frame = blanked(events(900)).with_columns(
        when=pl.when(pl.int_range(pl.len()) % 10 != 1).then("when")
    )
    asked = {"target_column": "label", "positive_class": "attack", "time_column": "when"}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    found = Holdout.of(pose(read(frame, scratch=tmp_path), config), 0)
    assert found.development.unlabelled.frame["when"].null_count() == 0


def test_rows_whose_answer_came_too_late_are_past_of_those_to_learn_from(tmp_path):
    found = parts(tmp_path, time_column="when", task_settings={"label_delay": 0.5})
    late = found.development.unlabelled.frame["when"]
    assert found.development.frame["when"].max() < late.min()
    assert late.max() < found.test.frame["when"].min()


def test_without_a_delay_all_rows_with_an_answer_are_in_a_part(tmp_path):
    found = parts(tmp_path, time_column="when")
    assert found.development.unlabelled is None
