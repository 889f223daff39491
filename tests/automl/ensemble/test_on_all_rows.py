"""Fits on all rows: what they take, who has time for one, and which are served."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.ensemble.on_all_rows import (
    AllRows,
    fit_on_all,
    in_time,
    is_whole,
    makespan,
    refit_seconds,
    without_late,
)
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.automl.trials.room import Room
from tests.automl.made import Clock, finished

SECONDS = st.lists(st.floats(0.0, 100.0), max_size=8)


def where(seconds: float = 10.0, slots: int = 2, counts: bool = False) -> AllRows:
    return AllRows(None, Room(slots, 1, 500), Clock().deadline(seconds), 400, counts)


def taking(seconds: float, number: int = 0):
    """Return a trial whose refit on the 400 rows is expected to take about so long."""
    return finished(number, fit_seconds=seconds, n_fitted=400)


def refitted(asked: int | None, done: int | None, *, cut: bool = False, n_trees=0, **changes):
    one = finished(50_001, is_cut_short=cut, n_trees=n_trees)
    trial = one.trial.model_copy(update={"n_rounds": done, **changes})
    return replace(one, trial=trial, order=replace(one.order, n_rounds=asked))


@given(SECONDS, st.integers(1, 4))
def test_the_last_fit_ends_no_sooner_than_the_longest_or_an_even_share(seconds, slots):
    assert makespan(seconds, slots) >= max([sum(seconds) / slots, *seconds, 0.0]) - 1e-9


@given(SECONDS)
def test_in_one_slot_fits_follow_each_other(seconds):
    assert makespan(seconds, 1) == pytest.approx(sum(seconds))


def test_a_fit_on_twice_the_rows_takes_twice_as_long():
    once, twice = (refit_seconds(taking(10.0), n) for n in (400, 800))
    assert twice - once == pytest.approx(once - refit_seconds(taking(10.0), 0))


def test_a_fit_of_rounds_gets_some_more_of_them_on_all_rows():
    plain = taking(10.0)
    growing = replace(plain, trial=plain.trial.model_copy(update={"n_rounds": 100}))
    assert refit_seconds(growing, 400) == pytest.approx(refit_seconds(plain, 400) + 1.0)


def test_a_trial_on_some_of_the_rows_is_fitted_on_as_many_again():
    some = taking(10.0)
    candidate = Candidate("LightGBM", max_rows=100)
    some = replace(some, order=replace(some.order, candidate=candidate))
    assert refit_seconds(some, 400) == refit_seconds(taking(10.0), 100)


def test_a_member_that_no_slot_has_time_for_is_left_out():
    members = [taking(6.0, 0), taking(6.0, 1), taking(6.0, 2), taking(0.5, 3)]
    assert [f.trial.number for f in in_time(members, where(10.0))] == [0, 1, 3]


def test_the_first_is_begun_where_it_may_come_near_its_end():
    assert [f.trial.number for f in in_time([taking(12.0), taking(0.1, 1)], where(10.0))] == [0, 1]
    assert in_time([taking(14.0)], where(10.0)) == []


def test_the_longest_is_begun_first():
    members = [taking(1.0, 0), taking(5.0, 1)]
    assert [f.trial.number for f in in_time(members, where())] == [1, 0]


def test_where_trials_are_counted_the_clock_is_not_asked():
    assert len(in_time([taking(999.0)], where(counts=True))) == 1


def shared(*members, weights=(0.5, 0.3, 0.2)):
    """Return the weights that are left of a mixture in ten seconds and two slots, and who is kept."""
    by_place = dict(enumerate(members))
    mixture = Mixture(dict(zip(by_place, weights, strict=False)))
    left, kept = without_late(mixture, by_place, where(10.0))
    return left.weights, list(kept)


def test_a_second_of_an_algorithm_without_time_gives_its_weight_to_the_first():
    other = finished(2, algorithm="SVM", fit_seconds=6.0, n_fitted=400)
    assert shared(taking(6.0, 0), other, taking(6.0, 1)) == ({0: 0.7, 1: 0.3}, [0, 1])


def test_one_alone_of_its_algorithm_without_time_stays():
    late = finished(2, algorithm="SVM", fit_seconds=60.0, n_fitted=400)
    assert shared(taking(6.0, 0), late) == ({0: 0.5, 1: 0.3}, [0, 1])


def test_where_no_other_of_its_algorithm_has_time_either_all_stay():
    assert shared(taking(60.0, 0), taking(60.0, 1)) == ({0: 0.5, 1: 0.3}, [0, 1])


def test_with_time_for_all_the_mixture_stays_as_it_is():
    assert shared(*(taking(1.0, n) for n in range(3))) == ({0: 0.5, 1: 0.3, 2: 0.2}, [0, 1, 2])


def test_no_member_no_fit():
    assert fit_on_all([], where()) == {}


@pytest.mark.parametrize(("asked", "done"), [(37, 37), (37, 30), (None, 5), (37, None)])
def test_a_fit_that_came_near_its_end_is_served(asked, done):
    assert is_whole(refitted(asked, done))


def test_a_fit_that_the_time_ended_after_a_round_is_not_served():
    assert not is_whole(refitted(37, 1))


def test_trees_that_the_time_ended_near_their_number_are_served():
    assert is_whole(refitted(37, 30, cut=True, n_trees=30))


@pytest.mark.parametrize(("asked", "done"), [(None, None), (None, 5), (37, None)])
def test_a_fit_that_the_time_ended_at_no_known_place_is_not_served(asked, done):
    assert not is_whole(refitted(asked, done, cut=True))


def test_a_network_that_the_time_ended_in_its_schedule_is_not_served():
    assert not is_whole(refitted(10, 10, cut=True))


def test_a_fit_that_failed_is_not_served():
    assert not is_whole(refitted(None, None, reason="No memory."))
