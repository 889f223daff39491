"""How much of a trial's time each of its fits is given."""

import pytest

from phantom_ml import AlgorithmClassifier
from phantom_ml.process import Deadline, Limits
from phantom_ml.sklearn_api import algorithm_bench
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench, Turn
from phantom_ml.tuning.bench import Bench
from phantom_ml.tuning.scoring import scoring_for
from phantom_ml.tuning.study import splitter_for
from tests.tuning.made import X, Y

TEN = Limits(Deadline(10.0, 0.0, lambda: 0.0))


class Started(Exception):
    """Tells what a child was to be started with."""


def bench(resource="folds"):
    model = AlgorithmClassifier("LightGBM", n_estimators=9)
    splits = splitter_for(model, Y, 2, 0)
    return AlgorithmBench(Bench(model, X, Y, scoring_for(model, None, Y), splits, resource))


@pytest.fixture
def ordered(monkeypatch):
    """Return a function of what a fit may take: its orders, and how long after them it is ended."""

    def start(order, _, grace):
        raise Started(order, grace)

    monkeypatch.setattr(algorithm_bench, "start", start)

    def ask(beside, turn):
        asked = bench()
        asked.beside = beside
        with pytest.raises(Started) as caught:
            asked.score({}, 0, TEN, turn)
        return caught.value.args

    return ask


def test_a_fit_leaves_what_the_children_of_all_to_come_need_beside(ordered):
    order, _ = ordered(0.5, Turn(1 / 3, n_left=3))
    assert order.deadline.left() == 10.0 - 3 * 0.5
    assert order.share == 1 / 3


def test_half_of_the_time_stays_for_fits_however_long_children_take(ordered):
    order, _ = ordered(4.0, Turn(1 / 3, n_left=3))
    assert order.deadline.left() == 5.0


def test_a_fit_that_does_not_stop_is_ended_with_its_trial(ordered):
    order, grace = ordered(0.5, Turn(1 / 3, n_left=3))
    assert order.deadline.left() + grace == 10.0 + algorithm_bench.GRACE_SECONDS


def test_what_fits_import_is_there_before_the_first_trial():
    asked = bench()
    asked.prepare()
    assert asked.beside > 0.0


def test_each_rung_counts_the_fits_that_are_still_to_come(monkeypatch):
    turns = []
    monkeypatch.setattr(AlgorithmBench, "score", lambda *asked: turns.append(asked[-1]) or 0.5)
    climb = bench("n_estimators").begin({}, TEN)
    for _ in range(3):
        climb.step()
    assert [turn.n_left for turn in turns] == [6, 5, 4, 3, 2, 1]
    assert turns[-1].part == 1.0
