"""The network for tables: one formula in two libraries, schedules that end, and an answer whatever the time."""

import numpy as np
import pytest

from phantom_ml.algorithms._deep.columns import NetColumns
from phantom_ml.algorithms._deep.net import forward, mish, selu
from phantom_ml.algorithms.neural_network import NeuralNetwork
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.parts.nets.scaling import FARTHEST
from phantom_ml.parts.nets.training import Plan, train
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of

torch = pytest.importorskip("torch", reason="the extra 'deep' is not installed")
BINARY, VALUES = ProblemKind.BINARY, ProblemKind.REGRESSION
QUICK = NeuralNetwork(n_epochs=40, width=64)


def fitted(kind: ProblemKind, settings: NeuralNetwork = QUICK, **changes):
    return settings.fit(
        samples_of(kind, 300, 1), samples_of(kind, 100, 2), context_of(kind, **changes)
    )


@pytest.mark.parametrize(("kind", "activation"), [(BINARY, "selu"), (VALUES, "mish")])
def test_numpy_and_torch_say_the_same(kind, activation):
    learner = fitted(kind)
    inputs = learner.columns.inputs(matrix_of(50, 3))
    here = forward(
        learner.weights, inputs, {"selu": selu, "mish": mish}[activation], np, lambda x: x
    )
    weights = {name: torch.from_numpy(w) for name, w in learner.weights.items()}
    tensors = type(inputs)(*map(torch.from_numpy, inputs))
    there = forward(weights, tensors, getattr(torch.nn.functional, activation), torch, lambda x: x)
    np.testing.assert_allclose(here, there.numpy(), atol=1e-4)


@pytest.mark.parametrize("kind", [BINARY, VALUES])
def test_without_time_every_row_gets_the_same_answer(kind):
    learner = fitted(kind, deadline=Deadline.after(0.0))
    assert np.ptp(learner.predict(matrix_of(50, 3))) < 1e-6


def test_values_never_leave_the_range_of_training():
    train = samples_of(VALUES, 300, 1)
    far = matrix_of(50, 3)
    values = far.values * 1e6
    found = fitted(VALUES).predict(Matrix(values, far.features))
    assert train.target.min() <= found.min() <= found.max() <= train.target.max()


def test_a_number_far_away_stays_a_number():
    column = np.array([[0.0], [1.0], [np.inf], [-np.inf], [np.nan], [1e38]], np.float32)
    matrix = Matrix(column, (Feature("n", "n"),))
    numbers = NetColumns.fit(matrix).inputs(matrix).numbers
    assert np.isfinite(numbers).all()
    assert np.abs(numbers).max() <= 3.0
    assert np.finfo(np.float32).max > FARTHEST**2


def test_what_is_missing_has_a_flag_and_a_code_of_its_own():
    matrix = matrix_of(50, 3)
    columns = NetColumns.fit(matrix)
    nothing = columns.inputs(Matrix(np.full_like(matrix.values, np.nan), matrix.features))
    assert nothing.flags[:, : len(columns.flagged)].all()
    assert not nothing.codes.any()


def test_a_shorter_time_makes_a_shorter_schedule():
    slow = NeuralNetwork(n_epochs=5_000, width=64)
    learner = fitted(BINARY, slow, deadline=Deadline.after(1.5))
    assert 1 <= learner.n_rounds < 5_000


def test_the_number_of_threads_is_what_it_was():
    before = torch.get_num_threads()
    fitted(BINARY)
    assert torch.get_num_threads() == before


def test_weights_of_rows_are_part_of_the_loss():
    train = samples_of(BINARY, 300, 1)
    ones = np.ones(300)
    same = [
        QUICK.fit(Samples(train.matrix, train.target, w), None, context_of(BINARY)).predict(
            train.matrix
        )
        for w in (None, 7.0 * ones)
    ]
    np.testing.assert_allclose(*same, atol=1e-6)


def test_a_table_without_numbers_is_learned():
    codes = np.random.default_rng(0).integers(0, 12, (200, 1))
    matrix = Matrix(codes.astype(np.float32), (Feature("c", "c", cardinality=12),))
    target = (codes[:, 0] > 5).astype(np.int64)
    found = QUICK.fit(Samples(matrix, target), None, context_of(BINARY)).predict(matrix)
    assert ((found[:, 0] > 0.5) == target).all()


class Rows:
    """A task that keeps the rows of each step, and has no gradient."""

    def __init__(self, n_rows: int):
        self.n_rows, self.steps = n_rows, []

    def loss(self, weights, rows, strength):
        self.steps.append(rows.tolist())
        return sum(w.sum() * 0.0 for w in weights.values())

    def error(self, weights):
        return None


def trained(n_rows: int, weight_decay: float = 0.0, whole_batches: bool = True, epochs: int = 3):
    """Return the steps and the weights of a training in steps of 8 rows."""
    task = Rows(n_rows)
    rates = {"scale": 6.0, "weight": 1.0, "bias": 0.1}
    decays = {**rates, "bias": 0.0}
    plan = Plan(
        0.1, weight_decay, epochs, 8, rates.get, decays.get, lambda share: 1.0, 1, whole_batches
    )
    start = {name: torch.ones(2) for name in rates}
    return task.steps, train(task, start, plan, Deadline.after(60.0), torch.Generator()).weights


@pytest.mark.parametrize(
    ("n_rows", "whole", "sizes"),
    [(21, True, [8, 8]), (21, False, [8, 8, 5]), (16, True, [8, 8]), (5, True, [5])],
)
def test_an_epoch_may_leave_out_what_fills_no_step(n_rows, whole, sizes):
    steps, _ = trained(n_rows, whole_batches=whole)
    assert [len(rows) for rows in steps] == 3 * sizes
    assert all(len(set(rows)) == len(rows) for rows in steps)


def test_what_an_epoch_leaves_out_the_next_one_sees():
    steps, _ = trained(12, epochs=20)
    assert {row for rows in steps for row in rows} == set(range(12))


def test_weights_that_learn_faster_decay_with_the_square_of_it():
    _, weights = trained(8, weight_decay=0.1, epochs=1)
    left = {name: float(w[0]) for name, w in weights.items()}
    assert left == pytest.approx({"scale": 1 - 0.01 * 36, "weight": 1 - 0.01, "bias": 1.0})


def test_a_step_takes_away_no_more_than_there_is():
    _, weights = trained(8, weight_decay=10.0, epochs=1)
    assert float(weights["scale"].abs().max()) < 1e-6


@pytest.mark.parametrize("kind", [BINARY, VALUES])
def test_the_highest_rates_end_in_finite_weights(kind):
    learner = fitted(kind, NeuralNetwork(n_epochs=20, learning_rate=0.3, weight_decay=0.2))
    assert all(np.isfinite(w).all() for w in learner.weights.values())
