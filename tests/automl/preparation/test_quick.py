"""The first model: which rows it learns from, and that it stands before the table is encoded."""

from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.automl.preparation import quick
from phantom_ml.automl.preparation.quick import sample
from phantom_ml.automl.question.pose import pose
from phantom_ml.config import AutoMLConfig
from phantom_ml.core import PhantomMLCore
from phantom_ml.data.reading.read import read
from tests.core.tables import events, numbers


@pytest.fixture
def problem(tmp_path, monkeypatch):
    monkeypatch.setattr(quick, "SAMPLE_ROWS", (100, 300))
    dataset = read(numbers(n=600), scratch=tmp_path)
    return pose(dataset, AutoMLConfig(target_column="y"))


def test_sample_has_as_many_rows_as_it_takes(problem):
    assert len(sample(problem)) == 100


def test_sample_of_few_rows_is_all_of_them(problem):
    few = problem.rows(np.arange(0, 600, 8))
    assert sample(few).tolist() == list(range(75))


def test_more_rows_are_taken_where_a_class_is_rare(problem):
    rare = np.flatnonzero(problem.target.values == 1)[:60]
    common = np.flatnonzero(problem.target.values == 0)
    fewer = problem.rows(np.sort(np.concatenate([rare, common])))
    assert len(sample(fewer)) == 300


def test_all_rows_are_taken_where_a_class_is_rarer_still(problem):
    rare = np.flatnonzero(problem.target.values == 1)[:3]
    common = np.flatnonzero(problem.target.values == 0)
    fewer = problem.rows(np.sort(np.concatenate([rare, common])))
    assert len(sample(fewer)) == len(common) + 3


@pytest.mark.parametrize(("delay", "n_rows"), [(1.0, 100), (2.2, 300), (2.6, 600)])
def test_more_rows_are_taken_where_labels_are_known_late(problem, tmp_path, delay, n_rows):
    asked = {"time_column": "when", "task_settings": {"label_delay": delay}}
    config = AutoMLConfig.of({"target_column": "label", **asked})
    late = pose(read(events(600), scratch=tmp_path), config)
    assert len(sample(late)) == n_rows


def test_rows_given_for_validation_stay_the_last(problem):
    given = replace(problem, n_validation=40)
    part = given.rows(sample(given))
    assert (part.n_rows, part.n_validation) == (140, 40)


def test_a_part_of_a_problem_has_the_answers_of_its_rows(problem):
    rows = np.array([3, 40, 41])
    assert problem.rows(rows).target.values.tolist() == problem.target.values[rows].tolist()


@pytest.fixture(scope="module")
def stopped_early(tmp_path_factory):
    """A result of a training that was interrupted while the whole table was encoded."""
    core = PhantomMLCore(home=tmp_path_factory.mktemp("early"))

    def interrupt(now):
        if now.stage == "encoding":
            raise KeyboardInterrupt

    config = {"target_column": "label", "time_column": "when", "time_budget_seconds": 30}
    return core, core.auto_create_model(events(), config, progress=interrupt)


def test_an_early_interrupt_keeps_the_first_model(stopped_early):
    _, result = stopped_early
    assert [row.algorithm for row in result.leaderboard] == ["LightGBM"]
    assert "The search was interrupted; the best so far was kept." in result.warnings


def test_the_first_model_predicts(stopped_early):
    core, result = stopped_early
    assert core.predict(result.model_id, events(9)).height == 9


def test_the_first_model_is_measured_forward_in_time(stopped_early):
    assert stopped_early[1].validation.startswith("Forward in time")
