"""The test part of a task that keeps one: never seen, and drawn as the field will be."""

import numpy as np
import pytest

from phantom_ml.automl.holdout import FORWARD, GROUPED, RANDOM, Holdout
from phantom_ml.automl.problem import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading import read
from tests.core.tables import events


def parts(tmp_path, n: int = 600, **settings) -> Holdout:
    asked = {"target_column": "label", "positive_class": "attack", **settings}
    config = AutoMLConfig.of({"task_type": "security_threat_detection", **asked})
    return Holdout.of(pose(read(events(n), scratch=tmp_path), config), 0)


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


def test_no_entity_is_in_both_parts(tmp_path):
    found = parts(tmp_path, group_columns="user")
    users = [set(p.frame["user"]) for p in (found.development, found.test)]
    assert not users[0] & users[1]


def test_too_few_rows_of_a_class_leave_no_test_part(tmp_path):
    found = parts(tmp_path, n=40)
    assert found.test is None
    assert "could not be checked" in found.development.warnings[-1]


def test_other_tasks_keep_none(tmp_path):
    assert parts(tmp_path, task_type="classification").test is None


def test_the_seed_draws_the_rows(tmp_path):
    one, two = (parts(tmp_path, seed=0), parts(tmp_path, seed=0))
    np.testing.assert_array_equal(one.test.target.keep, two.test.target.keep)
