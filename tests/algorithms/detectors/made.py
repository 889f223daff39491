"""Rows for the tests of detectors."""

import numpy as np

from phantom_ml.algorithms.base import FitContext, Learner, algorithms
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.process.deadline import Deadline


def matrix(values) -> Matrix:
    values = np.ascontiguousarray(values, np.float32)
    return Matrix(values, tuple(Feature(f"x{i}", f"x{i}") for i in range(values.shape[1])))


def cloud(n_rows: int = 1000, seed: int = 1, n_columns: int = 6) -> np.ndarray:
    """Return rows of which columns go together, a few of them far out."""
    random = np.random.default_rng(seed)
    values = random.normal(size=(n_rows, 1)) + random.normal(size=(n_rows, n_columns))
    values[: n_rows // 20] *= 3
    return values


def fitted(name: str, values, deadline: Deadline | None = None, seed: int = 0, **more) -> Learner:
    ends = Deadline.never() if deadline is None else deadline
    context = FitContext(ProblemKind.ANOMALY, 0, seed, 1, ends)
    train = Samples(matrix(values), np.zeros(len(values)))
    return algorithms.get(name).model_validate(more).fit(train, None, context)


def scores(learner: Learner, values) -> np.ndarray:
    return learner.predict(matrix(values))[:, 0]
