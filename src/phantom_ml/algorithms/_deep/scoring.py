"""Rows through a fitted network, some at a time: what its layers make of them stays small."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.data.matrix import Matrix


def scored(
    matrix: Matrix,
    answers: Answers,
    chunk_rows: int,
    n_threads: int,
    forward: Callable[[Matrix], Any],
) -> NDArray[np.float64]:
    """Return probabilities or values of shape (n_rows, n_outputs).

    Parameters
    ----------
    matrix : Matrix
    answers : Answers
        What the outputs mean.
    chunk_rows : int
        Rows at a time.
    n_threads : int
    forward : callable
        Takes some of the rows and returns outputs of shape (n_rows, n_raw).
    """
    from threadpoolctl import threadpool_limits

    found = np.empty((matrix.n_rows, answers.n_raw))
    with threadpool_limits(n_threads):
        for first in range(0, matrix.n_rows, chunk_rows):
            rows = slice(first, first + chunk_rows)
            found[rows] = forward(matrix.view(rows))
    return answers.told(found)
