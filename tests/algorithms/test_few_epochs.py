"""Networks of few epochs or few rows: what they have learned is kept, and what came to nothing is told."""

import numpy as np
import pytest

from phantom_ml.algorithms._deep.less_sure import less_sure
from phantom_ml.algorithms.lstm import LSTM
from phantom_ml.algorithms.neural_network import NeuralNetwork
from phantom_ml.algorithms.transformer import Transformer
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.testing._algorithm_data import context_of, samples_of

pytest.importorskip("torch", reason="the extra 'deep' is not installed")
BINARY, VALUES = ProblemKind.BINARY, ProblemKind.REGRESSION
HEAD = ("weight", "bias")


def fitted(settings, train: Samples, valid: Samples):
    return settings.fit(train, valid, context_of(BINARY))


def guessed(samples: Samples) -> Samples:
    """Return rows whose answers have nothing to do with them."""
    return Samples(samples.matrix, np.random.default_rng(7).permutation(samples.target))


@pytest.mark.parametrize("n_epochs", [1, 3, 12])
@pytest.mark.parametrize("kind", [BINARY, VALUES])
def test_few_epochs_tell_rows_apart(kind, n_epochs):
    settings = NeuralNetwork(n_epochs=n_epochs, width=64)
    rows = samples_of(kind, 600, 1)
    found = settings.fit(rows, samples_of(kind, 100, 2), context_of(kind)).predict(rows.matrix)
    assert np.corrcoef(found[:, 0], rows.target)[0, 1] > 0.4


def test_many_epochs_take_the_steps_that_were_asked_for():
    from phantom_ml.algorithms._deep.tabular import Choices

    choices = Choices((64,), 0.04, 0.0, 0.0, 0.1, 0.0, 30, 256, "cpu")
    assert choices.plan(30, 1_000).batch_size == 256


def test_a_share_of_what_a_network_says_lies_between_one_answer_and_the_network():
    weights = {"weight": np.full((3, 2), 4.0, np.float32), "bias": np.float32([1.0, -1.0])}
    answer = np.float32([0.5, 0.25])
    found = less_sure(weights, HEAD, answer, 0.25)
    x = np.float32([[1.0, 2.0, 3.0]])
    whole = x @ weights["weight"] + weights["bias"]
    told = x @ found["weight"] + found["bias"]
    np.testing.assert_allclose(told, answer + 0.25 * (whole - answer), rtol=1e-6)


@pytest.mark.parametrize(
    "settings",
    [
        NeuralNetwork(n_epochs=60, width=64),
        LSTM(n_epochs=30, width=16),
        Transformer(n_epochs=20, width=16, n_blocks=1, learning_rate=0.01),
    ],
    ids=lambda settings: settings.name,
)
def test_only_a_network_that_came_to_nothing_gives_one_answer_and_is_said_to(settings):
    rows, judges = (guessed(samples_of(BINARY, n, n)) for n in (200, 500))
    learner = fitted(settings, rows, judges)
    assert learner.is_one_answer == (np.ptp(learner.predict(judges.matrix)) < 1e-6)


def test_a_network_that_came_to_something_is_not_said_to_give_one_answer():
    rows, judges = samples_of(BINARY, 300, 1), samples_of(BINARY, 100, 2)
    assert not fitted(NeuralNetwork(n_epochs=40, width=64), rows, judges).is_one_answer
