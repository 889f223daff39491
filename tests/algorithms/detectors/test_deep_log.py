import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms, load_learner, save_learner
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, History, Matrix, Samples
from phantom_ml.errors import DataError

pytest.importorskip("torch", reason="the extra 'deep' is not installed")

#: Codes of a cycle of actions, from 1, and events before a row.
N_CODES, N_STEPS = 5, 6


def cycles(n_rows: int, seed: int) -> Matrix:
    """Return rows whose last events go round a cycle; the next one follows from them."""
    random = np.random.default_rng(seed)
    begin = random.integers(0, N_CODES, (n_rows, 1))
    codes = 1 + (begin + np.arange(N_STEPS)) % N_CODES
    gap = random.exponential(2.0, codes.shape)
    values = np.stack([codes, gap], axis=2).astype(np.float32)
    number = random.normal(size=(n_rows, 1)).astype(np.float32)
    return Matrix(number, (Feature("x", "x"),), history=History(values, (N_CODES + 1,)))


def out_of_order(matrix: Matrix) -> Matrix:
    values = matrix.history.values.copy()
    values[:, -1, 0] = 1 + (values[:, -1, 0] + 1) % N_CODES
    history = History(values, matrix.history.sizes)
    return Matrix(matrix.values, matrix.features, history=history)


@pytest.fixture(scope="module")
def learner():
    detector = algorithms.get("DeepLog")(n_epochs=15, width=16, batch_size=64)
    train = Samples(cycles(800, 1), np.zeros(800))
    return detector.fit(train, None, FitContext(ProblemKind.ANOMALY, 0))


def test_an_event_out_of_order_is_more_unusual_than_any_in_order(learner):
    usual = cycles(200, 2)
    least = learner.raw_of(out_of_order(usual)).min()
    assert least > np.quantile(learner.raw_of(usual), 0.95)


def test_a_row_is_not_told_by_itself(learner):
    usual = cycles(50, 3)
    one, two = (learner.events.before(m) for m in (usual, out_of_order(usual)))
    np.testing.assert_array_equal(one.events, two.events)


def test_rows_without_events_are_refused(learner):
    bare = Matrix(cycles(5, 4).values, cycles(5, 4).features)
    with pytest.raises(DataError, match="events"):
        learner.predict(bare)


def test_a_saved_network_scores_alike(learner, tmp_path):
    save_learner(learner, tmp_path)
    rows = cycles(50, 5)
    np.testing.assert_array_equal(load_learner(tmp_path).predict(rows), learner.predict(rows))
