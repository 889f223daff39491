"""Networks and their deadline: what is left for looks and scoring, and what is kept of a part of an epoch."""

import time

import numpy as np
import pytest

from phantom_ml.algorithms._deep.pace import LEAST_LOOKED, Pace
from phantom_ml.algorithms.lstm import LSTM
from phantom_ml.algorithms.neural_network import NeuralNetwork
from phantom_ml.algorithms.transformer import Transformer
from phantom_ml.config import ProblemKind
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of

pytest.importorskip("torch", reason="the extra 'deep' is not installed")
BINARY, VALUES = ProblemKind.BINARY, ProblemKind.REGRESSION


class Jump:
    """A clock that stands still, and after so many looks at it is far behind any deadline."""

    def __init__(self, looks: float) -> None:
        self.looks = looks

    def __call__(self) -> float:
        self.looks -= 1
        return 0.0 if self.looks > 0 else 1e9


def fitted(settings, kind, looks, valid=True):
    deadline = Deadline(1e6, 0.0, Jump(looks))
    held_out = samples_of(kind, 200, 2) if valid else None
    return settings.fit(samples_of(kind, 3_000, 1), held_out, context_of(kind, deadline=deadline))


@pytest.mark.parametrize("kind", [BINARY, VALUES])
def test_a_part_of_the_first_epoch_is_kept_where_it_says_more_than_one_answer(kind):
    learner = fitted(NeuralNetwork(n_epochs=1, width=64, batch_size=32), kind, looks=80)
    assert np.ptp(learner.predict(matrix_of(50, 3))) > 0.01
    assert learner.needed_seconds == 0.0


@pytest.mark.parametrize("settings", [NeuralNetwork(), LSTM(), Transformer()])
def test_a_fit_that_had_no_time_tells_what_it_needs(settings):
    learner = fitted(settings, BINARY, looks=0)
    assert learner.needed_seconds > 0.0
    assert np.ptp(learner.predict(matrix_of(50, 3))) < 1e-6


@pytest.mark.parametrize("settings", [NeuralNetwork(), LSTM(), Transformer()])
def test_a_fit_on_all_rows_that_had_no_time_tells_what_it_needs(settings):
    assert fitted(settings, BINARY, looks=0, valid=False).needed_seconds > 0.0


def pace(left: float, row_seconds: float = 1e-3, n_held_out: int = 10_000) -> Pace:
    return Pace(time.monotonic(), Deadline(left, 0.0, lambda: 0.0), row_seconds, n_held_out)


def test_without_a_clock_all_held_out_rows_are_looked_at():
    assert Pace(0.0, Deadline.never()).n_looked(9_999) == 9_999


@pytest.mark.parametrize(("left", "n_rows"), [(1.0, LEAST_LOOKED), (50.0, 5_000), (900.0, 9_999)])
def test_the_less_time_there_is_the_fewer_rows_are_looked_at(left, n_rows):
    assert pace(left).n_looked(9_999) == n_rows


def test_steps_end_so_early_that_the_held_out_rows_are_scored_in_time():
    assert pace(40.0).limit(1_000).left() == pytest.approx(40.0 - (1.2 * 10.0 - 0.15 * 40.0))


def test_steps_have_all_the_time_where_scoring_is_quick():
    assert pace(100.0).limit(1_000).left() == pytest.approx(100.0)


def test_steps_have_half_of_the_time_where_it_is_short():
    assert pace(10.0).limit(1_000).left() == pytest.approx(5.0)


def test_no_step_is_begun_where_the_rows_cannot_be_scored_in_time():
    assert pace(5.0).limit(1_000).passed
