"""The folds of a table: nothing looks ahead, and what belongs together stays together."""

import numpy as np

from phantom_ml.automl.preparation.folds import n_folds_for
from tests.automl.asked import planned, posed
from tests.core.tables import events, numbers


def test_rows_of_one_entity_never_part(tmp_path):
    problem = posed(events(400), group_columns=["user"])
    _, plan = planned(problem, tmp_path)
    users = events(400)["user"].to_numpy()
    assert plan.scheme == "grouped"
    for split in plan.splits:
        assert not set(users[split.train]) & set(users[split.valid])


def test_rows_are_measured_later_than_those_that_taught(tmp_path):
    shuffled = events(400).sample(fraction=1.0, shuffle=True, seed=1)
    _, plan = planned(posed(shuffled, time_column="when"), tmp_path)
    times = shuffled["when"].to_numpy()
    assert plan.scheme == "forward"
    for split in plan.splits:
        assert times[split.train].max() < times[split.valid].min()


def test_rows_whose_answer_was_not_known_by_then_teach_nothing(tmp_path):
    delay = {"label_delay": 0.25}
    _, plan = planned(posed(events(400), time_column="when", task_settings=delay), tmp_path)
    times = events(400)["when"].to_numpy()
    gaps = [times[split.valid].min() - times[split.train].max() for split in plan.splits]
    assert plan.scheme == "forward"
    # A quarter of a day, and up to the seven minutes from row to row.
    assert all(360 < gap / np.timedelta64(1, "m") <= 367 for gap in gaps)


def test_time_and_entities_are_both_heeded(tmp_path):
    problem = posed(events(600), time_column="when", group_columns=["user"])
    _, plan = planned(problem, tmp_path)
    rows = events(600)
    times, users = rows["when"].to_numpy(), rows["user"].to_numpy()
    for split in plan.splits:
        assert times[split.train].max() <= times[split.valid].min()
        if plan.scheme == "forward_grouped":
            assert not set(users[split.train]) & set(users[split.valid])


def test_every_class_is_in_every_fold(tmp_path):
    problem = posed(numbers("multiclass").rename({"y": "label"}))
    _, plan = planned(problem, tmp_path)
    for split in plan.splits:
        assert set(problem.target.values[split.valid]) == {0, 1, 2}


def test_each_row_is_held_out_once(tmp_path):
    _, plan = planned(posed(events(300)), tmp_path, 5)
    assert sorted(plan.held_out.tolist()) == list(range(300))


def test_given_rows_are_the_only_ones_held_out(tmp_path):
    problem = posed(events(200), events(50, seed=4))
    _, plan = planned(problem, tmp_path)
    assert (problem.n_validation, plan.scheme) == (50, "given")
    assert plan.splits[0].valid.tolist() == list(range(200, 250))


def test_later_folds_are_few():
    later = posed(events(400), time_column="when")
    assert n_folds_for(later, None, None) <= 3 < n_folds_for(posed(events(400)), None, None)


def test_no_time_left_means_one_fold():
    assert n_folds_for(posed(events(600)), 100.0, 10.0) == 1
