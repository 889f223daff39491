"""Rows far out, beyond a gap, are no part of what is usual."""

import numpy as np
import pytest

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.algorithms.detectors._apart import usual_rows
from phantom_ml.automl.ensemble.consensus import MEMBERS
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.metrics.tail import RISK

FEATURES = tuple(Feature(f"x{i}", f"x{i}") for i in range(4))
KINDS = {
    "normal": lambda rng, n: rng.normal(size=(n, 4)),
    "heavy": lambda rng, n: rng.standard_t(3, size=(n, 4)),
    "counts": lambda rng, n: rng.poisson([0.05, 3.0, 0.2, 40.0], (n, 4)).astype(float),
}


def matrix(rows: np.ndarray) -> Matrix:
    return Matrix(np.ascontiguousarray(rows, np.float32), FEATURES)


def planted(n: int, n_far: int) -> np.ndarray:
    rows = np.random.default_rng(0).normal(size=(n, 4))
    rows[:n_far] += 12.0
    return rows


def score(name: str, rows: np.ndarray, new: np.ndarray) -> np.ndarray:
    train = Samples(matrix(rows), np.zeros(len(rows)))
    fitted = algorithms.get(name)().fit(train, None, FitContext(ProblemKind.ANOMALY, 0, 0, 1))
    return fitted.predict(matrix(new))[:, 0]


@pytest.mark.parametrize("kind", KINDS)
def test_a_table_without_a_gap_is_learned_whole(kind):
    rng = np.random.default_rng(5)
    found = [len(usual_rows(KINDS[kind](rng, 400))) for _ in range(30)]
    assert np.mean(np.array(found) == 400) > 0.9


def test_rows_beyond_a_gap_are_left_out():
    assert usual_rows(planted(600, 6)).tolist() == list(range(6, 600))


def test_rows_that_are_all_alike_are_all_usual():
    assert len(usual_rows(np.zeros((300, 2)))) == 300


def test_rows_without_columns_are_all_usual():
    assert len(usual_rows(np.empty((300, 0)))) == 300


@pytest.mark.parametrize("name", MEMBERS)
def test_a_burst_of_anomalies_in_training_hides_no_anomaly(name):
    new = np.full((1, 4), 50.0)
    assert score(name, planted(2_000, 20), new)[0] > -np.log(RISK)


@pytest.mark.parametrize("name", MEMBERS)
def test_a_burst_of_anomalies_in_training_does_not_hide_itself(name):
    rows = planted(2_000, 20)
    assert score(name, rows, rows[:20]).min() > -np.log(RISK)
