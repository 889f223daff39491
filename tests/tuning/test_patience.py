"""How long a trial may take, and what is said where none came to its end."""

import math
import time

import pytest

from phantom_ml.errors import BudgetTooSmall, ChildTimeout, NoTrialSucceeded
from phantom_ml.process import Deadline
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.patience import LEAST_SECONDS, Patience
from tests.tuning.made import Fussy, search


class Sleepy(Fussy):
    """Hangs at level 1."""

    def fit(self, X, y):
        if self.level == 1:
            time.sleep(60)
        return self if self.level == 1 else super().fit(X, y)


def still(timeout, left, trial=None):
    """Return the patience of a search with so many seconds left, at a time that stands still."""
    return Patience(Deadline(left, 0.0, lambda: 0.0), timeout, trial)


def test_a_trial_may_take_half_of_what_is_left_while_none_is_done():
    assert still(60.0, 50.0).seconds([]) == 25.0


def test_after_one_that_was_ended_it_may_take_a_third_of_all():
    assert still(60.0, 30.0).seconds([]) == 20.0


@pytest.mark.parametrize(("done", "allowed"), [([1.0], 20.0), ([9.0, 8.0], 27.0)])
def test_then_it_may_take_a_third_of_all_or_thrice_the_slowest(done, allowed):
    assert still(60.0, 40.0).seconds(done) == allowed


@pytest.mark.parametrize("done", [[], [0.1]])
def test_it_may_always_take_what_processes_need_to_start(done):
    assert still(1.0, 1.0).seconds(done) == LEAST_SECONDS


def test_what_a_person_allows_a_trial_is_what_it_may_take():
    assert still(60.0, 40.0, trial=50.0).seconds([1.0]) == 50.0


def test_without_any_limit_nothing_ends_a_trial():
    assert Patience.of(None, None, None).seconds([1.0]) == math.inf


def test_a_trial_that_hangs_after_a_good_one_is_a_failed_row():
    found = search("grid_search", 2, {"level": [0.5, 1]}, Sleepy(), timeout=6, seed=1)
    told = {t.params["level"]: t for t in found.trials}
    assert (told[0.5].status, told[1].status) == ("done", "failed")
    assert "its share of timeout_seconds" in told[1].reason


def test_a_trial_that_hangs_first_leaves_time_for_a_good_one():
    found = search("grid_search", 2, {"level": [0.5, 1]}, Sleepy(), timeout=6, seed=3)
    assert [t.status for t in found.trials] == ["failed", "done"]


def test_where_only_hanging_trials_were_begun_it_is_told_once():
    with pytest.raises(BudgetTooSmall) as caught:
        search(n_trials=3, space={"level": [1]}, estimator=Sleepy(), timeout=1.5)
    assert caught.value.message == (
        "The time was over before a trial was done. 1 pruned: The time was over while it was under way."
    )
    assert "trial_seconds" in caught.value.hint


def test_where_trials_were_begun_in_vain_it_is_told_that_none_was():
    with pytest.raises(BudgetTooSmall, match="None was begun"):
        search(timeout=1e-9)


def test_where_each_trial_is_ended_more_time_for_one_is_the_advice():
    limits = {"trial_seconds": 0.3}
    with pytest.raises(NoTrialSucceeded, match=r"1 failed: It was not done after 0.3 s") as caught:
        search(n_trials=1, space={"level": [1]}, estimator=Sleepy(), limits=limits)
    assert "more trial_seconds" in caught.value.hint


def let_give_up(monkeypatch):
    """Let every trial give up by itself at once, as one whose fit learned nothing does."""

    def begin(*_):
        raise ChildTimeout("A fit needs about 9 s.", "Give more time.")

    monkeypatch.setattr(Bench, "begin", begin)


def test_a_trial_that_gave_up_by_itself_tells_why_and_not_that_it_was_ended(monkeypatch):
    let_give_up(monkeypatch)
    with pytest.raises(BudgetTooSmall) as caught:
        search(n_trials=1, timeout=60)
    assert "Its time was too short: A fit needs about 9 s." in caught.value.message
    assert "was ended" not in caught.value.message


def test_one_that_gave_up_in_the_last_of_the_time_was_under_way_at_its_end(monkeypatch):
    let_give_up(monkeypatch)
    with pytest.raises(BudgetTooSmall) as caught:
        search(n_trials=1, timeout=1.9)
    assert "1 pruned: The time was over while it was under way. A fit needs" in caught.value.message


def test_where_trial_seconds_are_too_short_for_a_fit_more_of_them_are_advised(monkeypatch):
    limits = {"trial_seconds": 5}
    let_give_up(monkeypatch)
    with pytest.raises(NoTrialSucceeded) as caught:
        search(n_trials=1, limits=limits)
    assert "more trial_seconds" in caught.value.hint
