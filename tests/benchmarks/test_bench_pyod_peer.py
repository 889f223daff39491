"""What the detectors of PyOD are given."""

import numpy as np
import pytest

from benchmarks.pyod_peer import standardised
from benchmarks.systems.pyod_detectors import ALONE, scored

TRAIN = np.array([[1.0, 7.0], [3.0, 7.0]], np.float32)
TEST = np.array([[5.0, 8.0]], np.float32)


def test_columns_are_standardised_by_the_training_part():
    train, test = standardised(TRAIN, TEST)
    assert (train[:, 0].tolist(), test[:, 0].tolist()) == ([-1.0, 1.0], [3.0])


def test_a_constant_column_is_only_centred():
    train, test = standardised(TRAIN, TEST)
    assert (train[:, 1].tolist(), test[:, 1].tolist()) == ([0.0, 0.0], [1.0])


def test_the_one_class_machine_scores_a_far_row_higher():
    rows = np.random.default_rng(0).normal(size=(200, 2))
    near, far = scored(ALONE, 0, rows, np.array([[0.0, 0.0], [9.0, 9.0]]))
    assert far > near


def test_the_one_class_machine_learns_from_so_many_rows_at_most(monkeypatch):
    monkeypatch.setattr("benchmarks.systems.pyod_detectors.MAX_ROWS", 20)
    rows = np.concatenate([np.zeros((20, 1)), np.ones((20, 1))])
    chosen = np.random.default_rng(0).permutation(40)[:20]
    assert scored(ALONE, 0, rows, TEST[:, :1]) == pytest.approx(
        scored(ALONE, 0, rows[chosen], TEST[:, :1])
    )
