"""Small tables for the checks of algorithms: numbers, holes, categories, hashed text and earlier events."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.algorithms.base import FitContext
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, History, Matrix, Samples
from phantom_ml.process.deadline import Deadline

#: Classes of the checks' multiclass problems.
N_CLASSES = 3
#: Buckets of the checks' text.
N_BUCKETS = 64
#: Steps of the checks' histories, and codes of their channels.
N_STEPS, SIZES = 4, (6, 4)
FEATURES = (
    Feature("number", "number"),
    Feature("heavy", "heavy"),
    Feature("holes", "holes"),
    Feature("constant", "constant"),
    Feature("empty", "empty"),
    Feature("kind", "kind", cardinality=4),
    # Its last codes are never seen in training.
    Feature("user", "user", cardinality=40),
)


def matrix_of(n_rows: int, seed: int) -> Matrix:
    """Return every sort of column, and text whose first two buckets tell two halves."""
    random = np.random.default_rng(seed)
    number, heavy = random.normal(size=n_rows), np.exp(4 * random.normal(size=n_rows))
    holes = np.where(random.random(n_rows) < 0.3, np.nan, random.normal(size=n_rows))
    fixed, empty = np.ones(n_rows), np.full(n_rows, np.nan)
    kind, user = random.integers(0, 4, n_rows), random.integers(0, 30, n_rows)
    columns = [number, heavy, holes, fixed, empty, kind, user]
    values = np.ascontiguousarray(np.stack(columns, axis=1).astype(np.float32))
    values.setflags(write=False)
    return Matrix(values, FEATURES, _text(random, n_rows), history=_history(n_rows, seed))


def _text(random: np.random.Generator, n_rows: int) -> sparse.csr_array:
    half = random.integers(0, 2, n_rows)
    noise = random.integers(2, N_BUCKETS, (n_rows, 3))
    buckets = np.concatenate([half[:, None], noise], axis=1)
    rows = np.repeat(np.arange(n_rows), 4)
    cells = np.full(rows.size, 0.5, np.float32)
    text = sparse.coo_array((cells, (rows, buckets.ravel())), shape=(n_rows, N_BUCKETS))
    return sparse.csr_array(text)


def _history(n_rows: int, seed: int) -> History:
    """Return events in the last steps of each row, at least one, with gaps in between."""
    random = np.random.default_rng([seed, n_rows])
    n_events = random.integers(1, N_STEPS + 1, (n_rows, 1))
    happened = np.arange(N_STEPS) >= N_STEPS - n_events
    codes = [np.where(happened, random.integers(1, n, happened.shape), 0) for n in SIZES]
    gap = np.where(happened, random.exponential(4.0, happened.shape), np.nan)
    values = np.stack([*codes, gap], axis=2).astype(np.float32)
    values.setflags(write=False)
    return History(values, SIZES)


def samples_of(kind: ProblemKind, n_rows: int, seed: int) -> Samples:
    """Return rows whose answer follows a number and a category, with some noise."""
    matrix = matrix_of(n_rows, seed)
    signal = 2 * matrix.values[:, 0].astype(np.float64) + 2 * (matrix.values[:, 5] == 1)
    signal += 0.5 * np.random.default_rng(seed + 1).normal(size=n_rows)
    return Samples(matrix, target_of(kind, signal))


def text_samples(kind: ProblemKind, n_rows: int, seed: int) -> Samples:
    """Return rows without any column, whose answer only the text tells."""
    matrix = matrix_of(n_rows, seed)
    text = matrix.text
    signal = np.zeros(n_rows) if text is None else 4.0 * text[:, [0]].toarray()[:, 0] - 1.0
    bare = Matrix(np.empty((n_rows, 0), np.float32), (), text)
    return Samples(bare, target_of(kind, signal + 0.1 * matrix.values[:, 0]))


def history_samples(kind: ProblemKind, n_rows: int, seed: int) -> Samples:
    """Return rows without any column, whose answer only the code of the event before the last tells."""
    matrix = matrix_of(n_rows, seed)
    history = matrix.history
    signal = np.zeros(n_rows) if history is None else history.values[:, -2, 0] - 2.0
    bare = Matrix(np.empty((n_rows, 0), np.float32), (), history=history)
    return Samples(bare, target_of(kind, signal + 0.1 * matrix.values[:, 0]))


def target_of(
    kind: ProblemKind, signal: NDArray[np.float64]
) -> NDArray[np.int64] | NDArray[np.float64]:
    """Return a signal as classes cut from it, or as it is; zeros where there are no answers."""
    if kind is ProblemKind.ANOMALY:
        return np.zeros(len(signal))
    if kind is ProblemKind.REGRESSION:
        return signal
    cuts = [0.5] if kind is ProblemKind.BINARY else [-0.5, 1.0]
    return np.digitize(signal, cuts).astype(np.int64)


def context_of(
    kind: ProblemKind,
    *,
    seed: int = 0,
    deadline: Deadline | None = None,
    n_rounds: int | None = None,
) -> FitContext:
    """Return the context of a fit of the checks: one thread, and no deadline but the one given."""
    classes = {ProblemKind.BINARY: 2, ProblemKind.MULTICLASS: N_CLASSES}
    ends = Deadline.never() if deadline is None else deadline
    return FitContext(kind, classes.get(kind, 0), seed, 1, ends, n_rounds)
