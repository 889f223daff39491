"""Decisions of the search, with trials made by hand and a clock that is moved by hand."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from phantom_ml.automl.budget import FIRST_MODEL_SECONDS, LEAST_TRIAL_SECONDS, TRIAL_SHARE, Budget
from phantom_ml.automl.search.candidates import Candidates
from phantom_ml.automl.search.race import Race
from phantom_ml.automl.trials.children import Candidate, Finished, race_line
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import OptimizationMethod
from tests.automl.made import FOLDS, Clock, failed, finished

FIRST = (Candidate("LightGBM"), Candidate("XGBoost"), Candidate("SVM"))


def race(
    done: list[Finished],
    seconds: float | None = 100.0,
    max_trials: int | None = None,
    clock: Clock | None = None,
    slots: int = 2,
    **changes: object,
) -> Race:
    end = (clock or Clock()).deadline(np.inf if seconds is None else seconds)
    candidates = Candidates(FIRST, OptimizationMethod.RANDOM_SEARCH, 0)
    parts = (Workspace(Path("nowhere")), FOLDS, candidates, Budget(end, seconds, max_trials))
    return Race(
        *parts, False, False, Room(slots, 1, 500), 0, lambda _: None, finished=done, **changes
    )


def test_the_first_order_is_the_first_candidate():
    order = race([])._next_order(0)
    assert (order.candidate, order.number, order.folds) == (FIRST[0], 0, FOLDS)


def test_no_more_run_at_once_than_there_is_room():
    busy = race([])
    busy.running = [object(), object()]
    assert busy._next_order(2) is None


def test_by_the_clock_a_decision_knows_all_that_has_ended():
    done = [finished(3), finished(0)]
    assert race(done)._seen(4) == done


@pytest.mark.parametrize("ended", [(0, 1, 2), (2, 1, 0), (0, 2, 1, 3)])
def test_counted_trials_know_the_same_whatever_child_was_quicker(ended):
    counted = race([finished(n) for n in ended], None, max_trials=9)
    assert [f.trial.number for f in counted._seen(4)] == [0, 1, 2]


def test_a_counted_trial_waits_for_those_a_round_earlier():
    assert race([finished(0), finished(2)], None, max_trials=9)._seen(4) is None


def test_the_first_trials_of_a_count_wait_for_none():
    counted = race([], None, max_trials=9)
    assert counted._seen(0) == counted._seen(1) == []


def test_no_more_trials_than_were_asked_for():
    counted = race([finished(n) for n in range(3)], None, max_trials=3)
    assert counted._next_order(3) is None


def test_gaps_that_a_kill_left_are_filled_first():
    assert race([finished(0), finished(2)])._free(0) == 1
    assert race([finished(0), finished(2)])._free(2) == 3


def test_a_trial_gets_a_share_of_the_time():
    assert race([])._next_order(0).deadline.left() == pytest.approx(100.0 * TRIAL_SHARE)


def test_each_that_must_be_tried_gets_its_turn_before_the_end():
    clock, left = Clock(), []
    must = race([], 10.0, clock=clock, slots=1, must_try=3)
    for number in range(3):
        seconds = must._deadline(number).left()
        left.append(seconds)
        clock.now += seconds
    assert left == pytest.approx([left[0]] * 3)
    assert clock.now <= 110.0


def test_what_must_be_tried_is_begun_in_the_last_moment():
    late = race([finished(0)], 1.0, must_try=3)
    assert late._time_for_another(1)
    assert not late._time_for_another(3)


def test_nothing_is_begun_after_the_end_where_a_trial_has_ended():
    clock = Clock()
    over = race([finished(0)], 10.0, clock=clock, must_try=3)
    clock.now += 10.0
    assert over._next_order(1) is None


def test_a_first_trial_is_begun_even_after_the_end():
    clock = Clock()
    late = race([], 10.0, clock=clock)
    clock.now += 10.0
    assert late._next_order(0).deadline.left() >= 9.0


def test_nothing_is_begun_that_cannot_end():
    clock = Clock()
    late = race([finished(0)], 10.0, clock=clock)
    clock.now = 100.0 + late.end.left() - LEAST_TRIAL_SECONDS / 2
    assert not late._time_for_another(1)


def test_the_longer_the_refits_the_sooner_trials_end():
    plain, refitting = race([finished(0)]), race([finished(0)], n_rows=300)
    refitting.refits = True
    assert refitting.end.left() < plain.end.left()


def test_time_is_kept_to_refit_the_slow_best_of_an_algorithm_behind_copies_of_another():
    copies = [finished(i) for i in range(9)]
    slow = finished(9, (0.6, 0.6, 0.6), algorithm="NeuralNetwork", fit_seconds=30.0)
    alike, unlike = race(copies, n_rows=300), race([*copies, slow], n_rows=300)
    alike.refits = unlike.refits = True
    assert alike.end.left() - unlike.end.left() > 10.0


def test_a_faultless_prediction_ends_the_search():
    done = [finished(n, (-1.0, -1.0, -1.0)) for n in range(3)]
    perfect = race(done, perfect_loss=-1.0)
    assert perfect._next_order(3) is None
    assert "without a fault" in perfect.stopped_because


def test_many_trials_without_a_gain_end_the_search():
    done = [finished(0, (0.1, 0.1, 0.1)), *(finished(n) for n in range(1, 5))]
    assert "4 trials brought nothing" in race(done, patience=4)._reason_to_stop(done)
    assert race(done, patience=5)._reason_to_stop(done) == ""


def test_failures_alone_are_no_reason_to_stop():
    assert race([])._reason_to_stop([failed(n) for n in range(90)]) == ""


def test_the_line_is_the_fifth_best_after_each_fold():
    done = [finished(n, (n, n + 1.0, 9.0)) for n in range(7)]
    assert race_line(done) == (4.0, 4.5)


def test_there_is_no_line_before_five_are_complete():
    given_up = finished(9, (0.1,))
    assert race_line([finished(n) for n in range(4)] + [given_up, failed(8)]) == ()


def test_only_what_was_proposed_is_raced():
    done = [finished(n, (n, n, n)) for n in range(6)]
    assert race(done)._next_order(2).race == ()
    assert race(done)._next_order(6).race == (4.0, 4.0)


def test_a_room_is_one_slot_a_thread():
    room = Room.of(3, None)
    assert (room.slots, room.n_threads) == (3, 1)


def test_the_memory_is_shared_among_the_slots():
    whole, half = Room.of(1, 4_000).memory_mb, Room.of(2, 4_000).memory_mb
    # Two slots are charged a little more than one: each its share of what all have in common.
    assert whole / 2 < half <= 0.55 * whole < 0.55 * 4_000


def test_a_whole_room_is_the_same_machine():
    assert Room(3, 1, 500).whole() == Room(1, 3, 1_500)


def test_what_runs_beside_is_not_proposed_once_more():
    busy = race([finished(n, algorithm="SVM") for n in range(3)])
    taken = busy._candidate(3, busy.finished)
    busy.running = [SimpleNamespace(order=replace(finished(3).order, candidate=taken))]
    assert busy._candidate(3, busy.finished) == taken
    assert busy._candidate(4, busy.finished) != taken


def test_what_was_named_is_begun_late_beside_a_model_of_something_else():
    clock = Clock()
    late = race([], 10.0, clock=clock, first_number=1, must_try=1)
    clock.now += 10.0
    assert late._next_order(1).deadline.left() == pytest.approx(10.0 * TRIAL_SHARE)


def test_nothing_is_begun_late_where_a_model_of_what_was_named_stands():
    clock = Clock()
    over = race([], 10.0, clock=clock, first_number=1, must_try=1, is_answered=True)
    clock.now += 10.0
    assert over._next_order(1) is None


@pytest.mark.parametrize(("algorithm", "waits"), [("RandomForest", True), ("Baseline", False)])
def test_the_first_that_stops_itself_is_waited_for(algorithm, waits):
    late = race([], 1.0)
    order = replace(late._next_order(0), candidate=Candidate(algorithm))
    assert (late._grace(order) >= FIRST_MODEL_SECONDS) is waits


def test_no_other_is_waited_for():
    order = race([], 1.0)._next_order(0)
    assert race([finished(0)], 1.0)._grace(order) < FIRST_MODEL_SECONDS
