"""The transformer: one formula in two libraries, strings beside features, and costs that stay bounded."""

import json
import subprocess
import sys
import time
from dataclasses import replace

import numpy as np
import pytest

from phantom_ml.algorithms._deep.token_columns import MAX_TEXTS
from phantom_ml.algorithms._deep.tokens import MAX_CATEGORIES, MAX_NUMBERS, N_SHARED, table_tokens
from phantom_ml.algorithms._deep.transformer_learner import CHUNK_ROWS, TransformerLearner
from phantom_ml.algorithms._deep.transformer_net import forward
from phantom_ml.algorithms.base import load_learner, save_learner
from phantom_ml.algorithms.transformer import Transformer
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import STRING_BYTES, Feature, Matrix, Samples
from phantom_ml.errors import BundleDamaged
from phantom_ml.parts.arrays import load_arrays, save_arrays
from phantom_ml.parts.nets import fitting
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.device import LEAST_BATCH, halving
from phantom_ml.parts.nets.operations import NUMPY, of_torch
from phantom_ml.parts.nets.training import Plan, train
from phantom_ml.process.deadline import Deadline
from phantom_ml.testing._algorithm_data import context_of, matrix_of, samples_of
from phantom_ml.testing._algorithm_fits import skill

torch = pytest.importorskip("torch", reason="the extra 'deep' is not installed")
BINARY, VALUES = ProblemKind.BINARY, ProblemKind.REGRESSION
QUICK = Transformer(n_epochs=20, width=16, n_blocks=1, batch_size=64, learning_rate=0.005)
SHORT = QUICK.model_copy(update={"n_epochs": 1})


def fitted(kind: ProblemKind, settings: Transformer = QUICK, **changes) -> TransformerLearner:
    return settings.fit(
        samples_of(kind, 300, 1), samples_of(kind, 100, 2), context_of(kind, **changes)
    )


def strings_of(words: list[str]) -> np.ndarray:
    """Return one text column."""
    found = np.zeros((len(words), 1, STRING_BYTES), np.uint8)
    for row, word in zip(found[:, 0], words, strict=True):
        cut = word.encode()[:STRING_BYTES]
        row[: len(cut)] = np.frombuffer(cut, np.uint8)
    return found


def urls(n_rows: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Return addresses, and which of them hold a word at some place."""
    random = np.random.default_rng(seed)
    letters = np.array(list("abcdefghijklmnopqrstuvwxyz/.-"))
    bad = random.random(n_rows) < 0.5
    words = ["".join(letters[random.integers(0, 29, random.integers(8, 30))]) for _ in bad]
    return strings_of(
        ["x" + w + "login" * int(b) + w for w, b in zip(words, bad, strict=True)]
    ), bad


def url_samples(n_rows: int, seed: int) -> Samples:
    strings, bad = urls(n_rows, seed)
    bare = Matrix(np.empty((n_rows, 0), np.float32), (), None, strings)
    return Samples(bare, bad.astype(np.int64))


def wide(n_rows: int, n_numbers: int, n_categories: int) -> Samples:
    """Return many features, of which the last number tells the answer, and two text columns."""
    random = np.random.default_rng(n_rows)
    numbers = random.normal(size=(n_rows, n_numbers))
    codes = random.integers(0, 5, (n_rows, n_categories))
    features = [Feature(f"n{i}", f"n{i}") for i in range(n_numbers)]
    features += [Feature(f"c{i}", f"c{i}", cardinality=5) for i in range(n_categories)]
    values = np.concatenate([numbers, codes], axis=1).astype(np.float32)
    strings = np.concatenate([urls(n_rows, 1)[0], urls(n_rows, 2)[0]], axis=1)
    matrix = Matrix(values, tuple(features), None, strings)
    return Samples(matrix, (numbers[:, -1] > 0).astype(np.int64))


@pytest.fixture(scope="module")
def reader() -> TransformerLearner:
    return QUICK.fit(url_samples(600, 1), url_samples(200, 2), context_of(BINARY))


@pytest.fixture(scope="module")
def wide_learner() -> TransformerLearner:
    settings = SHORT.model_copy(update={"n_blocks": 2, "n_text_blocks": 2})
    return settings.fit(wide(100, 60, 30), None, context_of(BINARY))


def test_numpy_and_torch_say_the_same(wide_learner):
    inputs = wide_learner.columns.inputs(wide(50, 60, 30).matrix)
    here = forward(Net(wide_learner.weights, NUMPY, lambda x: x), inputs)
    weights = {name: torch.from_numpy(w) for name, w in wide_learner.weights.items()}
    tensors = type(inputs)(*map(torch.from_numpy, inputs))
    there = forward(Net(weights, of_torch(), lambda x: x), tensors)
    np.testing.assert_allclose(here, there.numpy(), atol=1e-4)


def test_a_string_alone_is_learned_wherever_it_says_it(reader):
    test = url_samples(200, 3)
    assert skill(reader.predict(test.matrix), test, BINARY) > 0.5


def test_a_string_and_a_number_are_learned_together():
    def both(n_rows: int, seed: int) -> Samples:
        strings, bad = urls(n_rows, seed)
        number = np.random.default_rng(seed).normal(size=(n_rows, 1)).astype(np.float32)
        matrix = Matrix(number, (Feature("n", "n"),), None, strings)
        return Samples(matrix, 2.0 * bad + number[:, 0])

    test = both(200, 3)
    found = QUICK.fit(both(600, 1), both(200, 2), context_of(VALUES)).predict(test.matrix)
    # Either alone takes away half.
    assert skill(found, test, VALUES) > 0.7


def test_no_string_is_an_empty_string(reader):
    empty = Matrix(np.empty((2, 0), np.float32), (), None, strings_of(["", ""]))
    absent = replace(empty, strings=None)
    np.testing.assert_array_equal(reader.predict(absent), reader.predict(empty))


def test_bytes_beyond_those_of_training_are_left_out(reader):
    longest = "y" * reader.columns.n_bytes
    part = Matrix(np.empty((2, 0), np.float32), (), None, strings_of([longest, longest + "login"]))
    one, two = reader.predict(part)
    assert one == two


def test_short_strings_make_a_short_reader(reader):
    assert reader.columns.n_bytes < STRING_BYTES


def test_more_text_columns_than_are_read_are_left_out():
    train = url_samples(40, 1)
    many = replace(train.matrix, strings=np.repeat(train.matrix.strings, MAX_TEXTS + 2, axis=1))
    learner = SHORT.fit(replace(train, matrix=many), None, context_of(BINARY))
    assert learner.columns.n_texts == MAX_TEXTS


def test_rows_without_any_feature_get_the_prior():
    bare = Matrix(np.empty((100, 0), np.float32), ())
    target = (np.arange(100) < 20).astype(np.int64)
    learner = QUICK.fit(Samples(bare, target), None, context_of(BINARY))
    np.testing.assert_allclose(learner.predict(bare), 0.2, atol=0.05)


def test_of_too_many_numbers_the_most_telling_one_keeps_its_token(wide_learner):
    assert wide_learner.columns.net.numeric[0] == 59


def test_tokens_stay_bounded(wide_learner):
    inputs = wide_learner.columns.inputs(wide(10, 60, 30).matrix)
    tokens = table_tokens(Net(wide_learner.weights, NUMPY, lambda x: x), inputs)
    assert sum(t.shape[1] for t in tokens) == MAX_NUMBERS + N_SHARED + MAX_CATEGORIES + 1


def test_levels_that_training_never_met_are_all_the_same():
    matrix = matrix_of(2, 3)
    values = np.repeat(matrix.values[:1], 2, axis=0)
    values[:, 6] = [35, 39]
    one, two = fitted(BINARY).predict(replace(matrix, values=values))
    np.testing.assert_allclose(one, two, atol=1e-6)


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
    found = fitted(VALUES).predict(Matrix(far.values * 1e6, far.features))
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


def test_without_memory_the_batch_is_halved():
    def run(batch_size: int) -> int:
        if batch_size > 64:
            raise torch.OutOfMemoryError
        return batch_size

    assert halving(run, 256) == 64


def test_without_memory_for_the_smallest_batch_the_error_is_told():
    tried = []

    def run(batch_size: int) -> None:
        tried.append(batch_size)
        raise torch.OutOfMemoryError

    with pytest.raises(torch.OutOfMemoryError):
        halving(run, 16)
    assert tried == [16, LEAST_BATCH]


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


def test_a_schedule_of_less_than_an_epoch_reaches_its_end():
    class Slow:
        n_rows = 100_000

        def loss(self, weights, rows, strength):
            time.sleep(0.005)
            return weights["w"].square().sum()

        def error(self, weights):
            return None

    plan = Plan(0.1, 0.0, 1, 8, lambda name: 1.0, lambda name: 0.0)
    found = train(Slow(), {"w": torch.ones(1)}, plan, Deadline.after(1.0), torch.Generator())
    assert (found.is_whole, found.is_done) == (False, True)


def test_a_saved_model_scores_without_torch(reader, tmp_path):
    save_learner(reader, tmp_path / "model")
    np.savez(tmp_path / "rows.npz", strings=url_samples(20, 3).matrix.strings)
    code = """
import json, sys
from pathlib import Path
import numpy as np
from phantom_ml.algorithms.base import load_learner
from phantom_ml.data.matrix import Matrix
folder = Path(sys.argv[1])
strings = np.load(folder / "rows.npz")["strings"]
matrix = Matrix(np.empty((20, 0), np.float32), (), None, strings)
found = load_learner(folder / "model").predict(matrix)
print(json.dumps({"found": found[:, 0].tolist(), "torch": "torch" in sys.modules}))
"""
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, check=True
    )
    told = json.loads(done.stdout)
    expected = reader.predict(url_samples(20, 3).matrix)[:, 0]
    assert told == {"found": pytest.approx(expected, abs=1e-6), "torch": False}


@pytest.mark.parametrize(
    "fact",
    [
        {"width": 0}, {"width": 10**9}, {"width": True}, {"n_heads": "4"}, {"n_blocks": None},
        {"n_text_blocks": 2}, {"n_epochs": 0}, {"kind": "other"},
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
        {"net.row": np.full((1, 16), np.nan, np.float32)},
        {"net.row": np.zeros((1, 16), np.float64)},
        {"net.row": np.zeros((1, 17), np.float32)},
        {"net.more": np.zeros(1, np.float32)},
        {"net.text.byte": np.zeros((255, 16), np.float32)},
        {"strings.sizes": np.array([1, 2**40])},
        {"strings.sizes": np.array([-1, 4])},
        {"strings.sizes": np.array([1])},
        {"columns.small": np.array([0]), "columns.small_sizes": np.array([2])},
    ],
)
def test_arrays_that_do_not_fit_are_refused(reader, tmp_path, planted):
    save_learner(reader, tmp_path)
    arrays, facts = load_arrays(tmp_path, {})
    save_arrays(tmp_path, arrays | planted, facts)
    with pytest.raises(BundleDamaged):
        load_learner(tmp_path)
