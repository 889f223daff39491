"""The LSTM: one formula in two libraries, the order of events, and an answer with or without a history."""

import json
import subprocess
import sys
from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.algorithms._deep.lstm_learner import CHUNK_ROWS, LSTMLearner
from phantom_ml.algorithms._deep.lstm_net import forward
from phantom_ml.algorithms._deep.sequence_columns import MAX_CHANNELS, N_KNOTS, SequenceColumns
from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.lstm import LSTM
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, History, Matrix, Samples
from phantom_ml.errors import BundleDamaged, DataError
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.parts.nets import fitting
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.operations import NUMPY, of_torch
from phantom_ml.parts.nets.recurrence import last_state, last_state_of_torch
from phantom_ml.parts.nets.training import train
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing._algorithm_fits import skill

torch = pytest.importorskip("torch", reason="the extra 'deep' is not installed")
BINARY, VALUES = ProblemKind.BINARY, ProblemKind.REGRESSION
QUICK = LSTM(n_epochs=15, width=16, batch_size=64)
SHORT = QUICK.model_copy(update={"n_epochs": 1})
#: Codes of the only channel of the events below: nothing happened, absent, rare, and five words.
CODES = 8
OPEN, MASK = 3, 4


def fitted(kind: ProblemKind, settings: LSTM = QUICK, **changes) -> LSTMLearner:
    return settings.fit(
        samples_of(kind, 300, 1), samples_of(kind, 100, 2), context_of(kind, **changes)
    )


def bare(codes: np.ndarray, gaps: np.ndarray | None = None) -> Matrix:
    """Return rows of which there is nothing but events of one channel."""
    gaps = np.full(codes.shape, np.nan) if gaps is None else gaps
    values = np.stack([codes, gaps], axis=2).astype(np.float32)
    return Matrix(np.empty((len(codes), 0), np.float32), (), history=History(values, (CODES,)))


def in_order(n_rows: int, seed: int, n_steps: int = 8) -> Samples:
    """Return events among which one mask and one open come; which of them came last is the answer."""
    random = np.random.default_rng(seed)
    codes = random.integers(MASK + 1, CODES, (n_rows, n_steps))
    places = random.permuted(np.tile(np.arange(n_steps), (n_rows, 1)), axis=1)[:, :2]
    np.put_along_axis(codes, places, np.array([[OPEN, MASK]]), axis=1)
    return Samples(bare(codes), (places[:, 1] > places[:, 0]).astype(np.int64))


@pytest.fixture(scope="module")
def reader() -> LSTMLearner:
    return QUICK.fit(in_order(2_000, 1), in_order(300, 2), context_of(BINARY))


@pytest.mark.parametrize("n_layers", [1, 2])
def test_numpy_and_torch_say_the_same(n_layers):
    learner = fitted(BINARY, SHORT.model_copy(update={"n_layers": n_layers}))
    inputs = learner.columns.inputs(matrix_of(50, 3))
    # A row without any event is among them.
    inputs = inputs._replace(n_events=np.where(np.arange(50) == 7, 0, inputs.n_events))
    here = forward(Net(learner.weights, NUMPY, lambda x: x), inputs, last_state)
    weights = {name: torch.from_numpy(w) for name, w in learner.weights.items()}
    tensors = type(inputs)(*map(torch.from_numpy, inputs))
    there = forward(Net(weights, of_torch(), lambda x: x), tensors, last_state_of_torch)
    np.testing.assert_allclose(here, there.numpy(), atol=1e-4)


def test_the_order_of_events_is_learned(reader):
    test = in_order(300, 3)
    assert skill(reader.predict(test.matrix), test, BINARY) > 0.9


def test_the_gap_between_events_is_learned():
    def gapped(n_rows: int, seed: int) -> Samples:
        gaps = np.random.default_rng(seed).uniform(0, 12, (n_rows, 3))
        return Samples(bare(np.full((n_rows, 3), OPEN), gaps), gaps[:, 1])

    test = gapped(200, 3)
    found = QUICK.fit(gapped(600, 1), gapped(200, 2), context_of(VALUES)).predict(test.matrix)
    assert skill(found, test, VALUES) > 0.7


def test_events_and_a_number_are_learned_together():
    def both(n_rows: int, seed: int) -> Samples:
        events = in_order(n_rows, seed)
        number = np.random.default_rng(seed).normal(size=(n_rows, 1)).astype(np.float32)
        matrix = replace(events.matrix, values=number, features=(Feature("n", "n"),))
        return Samples(matrix, 2.0 * events.target + number[:, 0])

    test = both(200, 3)
    found = QUICK.fit(both(2_000, 1), both(200, 2), context_of(VALUES)).predict(test.matrix)
    # Either alone takes away half.
    assert skill(found, test, VALUES) > 0.8


@pytest.mark.parametrize("place", [0, 3, 8])
def test_a_step_in_which_nothing_happened_leaves_the_state_as_it_is(reader, place):
    matrix = in_order(50, 3).matrix
    wider = np.insert(matrix.history.values, place, [0, np.nan], axis=1)
    found = reader.predict(replace(matrix, history=replace(matrix.history, values=wider)))
    np.testing.assert_allclose(found, reader.predict(matrix), atol=1e-6)


def test_codes_that_training_never_met_say_the_same():
    learner = SHORT.fit(in_order(100, 1), None, context_of(BINARY))
    one, two = learner.predict(bare(np.array([[OPEN, 1], [OPEN, 2]])))
    np.testing.assert_allclose(one, two, atol=1e-6)


def test_a_code_that_there_is_not_is_nothing(reader):
    codes = np.array([[OPEN, MASK, wrong] for wrong in (0, -1, CODES, np.nan, np.inf)])
    found = reader.predict(bare(codes))
    np.testing.assert_allclose(found, np.repeat(found[:1], len(codes), axis=0), atol=1e-6)


def test_gaps_of_any_length_have_their_place():
    gaps = np.array([[np.nan, 0.0, 0.5, 1e9, np.inf]])
    matrix = bare(np.full((1, 5), OPEN), gaps)
    found = SequenceColumns.fit(matrix).inputs(matrix).gaps
    np.testing.assert_array_equal(found[0], [0, 1, 1.5, N_KNOTS, N_KNOTS])


def test_a_history_that_is_missing_is_told(reader):
    with pytest.raises(DataError, match="are missing"):
        reader.predict(replace(in_order(5, 3).matrix, history=None))


def test_a_history_of_other_channels_is_told(reader):
    matrix = in_order(5, 3).matrix
    other = replace(matrix, history=replace(matrix.history, sizes=(CODES + 1,)))
    with pytest.raises(DataError, match=r"\(9,\) codes"):
        reader.predict(other)


def test_without_a_history_the_row_alone_is_learned():
    train, test = (samples_of(BINARY, n, seed) for n, seed in ((300, 1), (200, 3)))
    alone = replace(train, matrix=replace(train.matrix, history=None))
    learner = QUICK.fit(alone, None, context_of(BINARY))
    assert skill(learner.predict(test.matrix), test, BINARY) > 0.3


def test_rows_of_nothing_get_the_prior():
    nothing = Matrix(np.empty((100, 0), np.float32), ())
    target = (np.arange(100) < 20).astype(np.int64)
    learner = QUICK.fit(Samples(nothing, target), None, context_of(BINARY))
    np.testing.assert_allclose(learner.predict(nothing), 0.2, atol=0.05)


def test_a_history_in_which_nothing_ever_happened_gets_the_prior():
    matrix = bare(np.zeros((100, 3)))
    target = (np.arange(100) < 20).astype(np.int64)
    learner = QUICK.fit(Samples(matrix, target), None, context_of(BINARY))
    np.testing.assert_allclose(learner.predict(matrix), 0.2, atol=0.05)


def test_many_rows_are_answered_as_few_are():
    learner, matrix = fitted(BINARY), matrix_of(2 * CHUNK_ROWS + 3, 3)
    last = matrix.rows(np.array([2 * CHUNK_ROWS + 1]))
    np.testing.assert_allclose(learner.predict(matrix)[-2], learner.predict(last)[0], atol=1e-6)


@pytest.mark.parametrize("kind", [BINARY, VALUES])
def test_without_time_every_row_gets_the_same_answer(kind):
    learner = fitted(kind, deadline=Deadline.after(0.0))
    assert np.ptp(learner.predict(matrix_of(50, 3))) < 1e-6


def test_a_shorter_time_makes_a_shorter_schedule():
    slow = QUICK.model_copy(update={"n_epochs": 5_000})
    learner = fitted(BINARY, slow, deadline=Deadline.after(1.5))
    assert 1 <= learner.n_rounds < 5_000


def test_values_never_leave_the_range_of_training():
    train = samples_of(VALUES, 300, 1)
    far = matrix_of(50, 3)
    found = fitted(VALUES).predict(replace(far, values=far.values * 1e6))
    assert train.target.min() <= found.min() <= found.max() <= train.target.max()


def test_the_number_of_threads_is_what_it_was():
    before = torch.get_num_threads()
    fitted(BINARY, SHORT)
    assert torch.get_num_threads() == before


def test_weights_of_rows_are_part_of_the_loss():
    train = samples_of(BINARY, 300, 1)
    same = [
        SHORT.fit(Samples(train.matrix, train.target, w), None, context_of(BINARY)).predict(
            train.matrix
        )
        for w in (None, 7.0 * np.ones(300))
    ]
    np.testing.assert_allclose(*same, atol=1e-6)


def test_mixed_precision_learns_the_order_too(monkeypatch):
    def mixed(device):
        return torch.autocast(device.type, torch.bfloat16)

    monkeypatch.setattr(fitting, "mixed_precision", mixed)
    test = in_order(300, 3)
    learner = QUICK.fit(in_order(2_000, 1), None, context_of(BINARY))
    assert skill(learner.predict(test.matrix), test, BINARY) > 0.9


def test_a_fit_without_memory_goes_on_with_a_smaller_batch(monkeypatch):
    sizes = []

    def scarce(task, begin, plan, deadline, order):
        sizes.append(plan.batch_size)
        if plan.batch_size > 32:
            raise torch.OutOfMemoryError
        return train(task, begin, plan, deadline, order)

    monkeypatch.setattr(fitting, "train", scarce)
    SHORT.fit(samples_of(BINARY, 1200, 1), None, context_of(BINARY))
    assert sizes == [64, 32]


def test_a_saved_model_scores_without_torch(reader, tmp_path):
    save_learner(reader, tmp_path / "model")
    matrix = in_order(20, 3).matrix
    np.savez(tmp_path / "rows.npz", history=matrix.history.values)
    code = """
import json, sys
from pathlib import Path
import numpy as np
from phantom_ml.algorithms.base import load_learner
from phantom_ml.data.matrix import History, Matrix
folder = Path(sys.argv[1])
history = History(np.load(folder / "rows.npz")["history"], (8,))
matrix = Matrix(np.empty((20, 0), np.float32), (), history=history)
found = load_learner(folder / "model").predict(matrix)
print(json.dumps({"found": found[:, 0].tolist(), "torch": "torch" in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    expected = reader.predict(matrix)[:, 0]
    assert told == {"found": pytest.approx(expected, abs=1e-6), "torch": False}


@pytest.mark.parametrize(
    "fact",
    [
        {"width": 0}, {"width": 17}, {"width": 10**9}, {"width": True}, {"n_layers": "1"},
        {"n_layers": 2}, {"n_layers": None}, {"n_epochs": 0}, {"kind": "other"},
    ],
)  # fmt: skip
def test_sizes_that_do_not_fit_are_refused(reader, tmp_path, fact):
    save_learner(reader, tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, arrays, facts | fact)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)


@pytest.mark.parametrize(
    "planted",
    [
        {"net.lstm.0.bias": np.full(64, np.nan, np.float32)},
        {"net.lstm.0.bias": np.zeros(64, np.float64)},
        {"net.lstm.0.bias": np.zeros(65, np.float32)},
        {"net.lstm.1.bias": np.zeros(64, np.float32)},
        {"net.event.code": np.zeros((CODES - 1, 32), np.float32)},
        {"history.sizes": np.array([CODES + 1])},
        {"history.sizes": np.array([0, CODES])},
        {"history.sizes": np.array([-1, CODES + 1])},
        {"history.sizes": np.array([2**40])},
        {"history.sizes": np.ones(MAX_CHANNELS + 1, np.int64)},
        {"history.sizes": np.array([], np.int64)},
        {"history.sizes": np.array([[CODES]])},
    ],
)
def test_arrays_that_do_not_fit_are_refused(reader, tmp_path, planted):
    save_learner(reader, tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, arrays | planted, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
