"""Detectors whose score is a sum over columns, so that each column's part of it is known exactly."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.detectors._learner import CHUNK_ROWS, Detector
from phantom_ml.data.matrix import Matrix

Array = NDArray[np.float64]


@dataclass
class AdditiveDetector(Detector):
    """A detector that adds up one part a column, none of them below 0."""

    @abstractmethod
    def parts(self, matrix: Matrix) -> Array:
        """Return the parts of the score before columns are weighed, shape (n_rows, n_columns), at least 0."""

    def raw_of(self, matrix: Matrix) -> Array:
        """Return the weighed sums of the parts, shape (n_rows,)."""
        return np.asarray((self.parts(matrix) * self.columns.weight).sum(axis=1))

    def contributions(self, matrix: Matrix) -> Array:
        """Return the surprise, shared out among features as the score is, and a base of 0.

        Returns
        -------
        float64 array of shape (n_rows, n_features + 1, 1)
        """
        source = self.columns.source
        found = np.zeros((matrix.n_rows, len(matrix.features) + 1, 1))
        for first in range(0, matrix.n_rows, CHUNK_ROWS):
            rows = slice(first, first + CHUNK_ROWS)
            parts = self.parts(matrix.view(rows)) * self.columns.weight
            total = parts.sum(axis=1)
            surprise = self.surprise.of(total)
            share = surprise / np.where(total > 0, total, 1.0)
            # A number and the flag of its gap are two columns of one feature.
            for column, feature in enumerate(source.tolist()):
                found[rows, feature, 0] += parts[:, column] * share
            beyond = self.columns.beyond(matrix.view(rows))
            out = np.flatnonzero(beyond.any(axis=1))
            farthest = beyond[out].argmax(axis=1) if len(out) else out
            found[first + out, source[farthest], 0] += beyond[out, farthest]
            # Nothing is unusual about the row, and so no feature is the reason for what is left.
            found[rows, -1, 0] = np.where(total > 0, 0.0, surprise)
        return found
