"""A fit waits for its answer, and its clock stands meanwhile."""

import threading
import time

import numpy as np
import pytest

from phantom_ml.automl.trials.waiting import Waiting, let_go_on, shown_at


class Constant:
    """Stands for a learner."""

    def predict(self):
        return np.full((3, 1), 0.5)


def waiting_in(folder):
    """Return a fit that is shown at its second round in a thread of its own, and its waiting."""
    waiting = Waiting(folder, (2,))
    looks = waiting.looks(lambda learner: learner.predict())
    thread = threading.Thread(target=looks.reached, args=(2, Constant))
    thread.start()
    while shown_at(folder, 0) is None:
        time.sleep(0.001)
    return waiting, thread


def test_what_is_shown_is_what_the_learner_predicts(tmp_path):
    _, thread = waiting_in(tmp_path)
    shown = shown_at(tmp_path, 0)
    let_go_on(tmp_path, 0)
    thread.join()
    assert shown.tolist() == [[0.5], [0.5], [0.5]]


def test_a_fit_waits_until_it_may_go_on(tmp_path):
    _, thread = waiting_in(tmp_path)
    thread.join(0.05)
    waits = thread.is_alive()
    let_go_on(tmp_path, 0)
    thread.join()
    assert waits


def test_the_clock_stands_while_a_fit_waits(tmp_path):
    waiting, thread = waiting_in(tmp_path)
    time.sleep(0.05)
    let_go_on(tmp_path, 0)
    thread.join()
    assert time.monotonic() - waiting.clock() == pytest.approx(waiting.clock.waited, abs=1e-3)
    assert waiting.clock.waited >= 0.05


def test_nothing_is_shown_before_the_look(tmp_path):
    assert shown_at(tmp_path, 0) is None
