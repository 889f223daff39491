import math

import pytest

from phantom_ml.automl.budget import REFIT_SHARE, TRIAL_SHARE, Budget
from phantom_ml.config import AutoMLConfig
from phantom_ml.process.deadline import Deadline
from tests.automl.made import Clock


def budget(seconds: float | None, clock: Clock, **settings: int) -> Budget:
    config = AutoMLConfig(time_budget_seconds=seconds, **settings)
    return Budget.of(config, Deadline(clock.now, clock.now, clock))


def test_the_end_is_the_budget_after_the_start():
    clock = Clock()
    found = budget(60.0, clock)
    clock.now += 25.0
    assert (found.end.left(), found.end.elapsed(), found.seconds_left()) == (35.0, 25.0, 35.0)


def test_counted_trials_never_end_by_the_clock():
    clock = Clock()
    found = budget(None, clock, max_trials=3)
    clock.now += 1e9
    assert found.end.left() == found.search_end(1e6).left() == found.refit_end().left() == math.inf
    assert found.counts
    assert found.seconds_left() is None


def test_with_both_limits_no_decision_may_look_at_the_clock():
    found = budget(60.0, Clock(), max_trials=3)
    assert found.counts
    assert found.seconds_left() is None
    assert found.end.left() == 60.0


@pytest.mark.parametrize(
    ("seconds", "for_the_finish"), [(5.0, 0.65), (60.0, 3.0), (600.0, 8.0), (86_400.0, 8.0)]
)
def test_the_finish_keeps_its_share_within_bounds(seconds, for_the_finish):
    found = budget(seconds, Clock())
    assert found.search_end(0.0).left() == pytest.approx(seconds - for_the_finish)


def test_refits_get_the_seconds_that_they_need():
    assert budget(60.0, Clock()).search_end(10.0).left() == pytest.approx(60.0 - 3.0 - 10.0)


def test_refits_get_a_share_at_most():
    most = 60.0 * REFIT_SHARE
    assert budget(60.0, Clock()).search_end(1e6).left() == pytest.approx(60.0 - 3.0 - most)


def test_the_longest_trial_can_be_fitted_again_on_a_quarter_more_rows():
    assert REFIT_SHARE > 1.25 * TRIAL_SHARE


@pytest.mark.parametrize("seconds", [1.0, 5.0, 60.0, 3600.0])
def test_search_refit_and_end_follow_each_other(seconds):
    found = budget(seconds, Clock())
    assert found.search_end(1.0).left() < found.refit_end().left() < found.end.left()
