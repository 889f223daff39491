"""The RBF kernel by landmarks (Williams & Seeger, 2001): rows become closeness to a few of them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._linear.design import Design, Floats, Ints
from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Arrays, Form, require

#: Directions of the landmarks' kernel with less than this share are noise.
LEAST_EIGENVALUE = 1e-6


@dataclass(frozen=True)
class Landmarks:
    """Chosen rows, and what makes closeness to them into columns of equal size.

    Attributes
    ----------
    dense : float32 array of shape (n_landmarks, n_dense)
    levels : int64 array of shape (n_landmarks, n_categorical)
        One-hot columns of the landmarks.
    whitening : float32 array of shape (n_landmarks, n_landmarks)
    gamma : float64 array of shape (1,)
        How fast closeness fades with the squared distance.
    """

    dense: Floats
    levels: Ints
    whitening: Floats
    gamma: NDArray[np.float64]

    @classmethod
    def choose(
        cls, design: Design, matrix: Matrix, n: int, gamma: float, random: np.random.Generator
    ) -> Landmarks:
        """Return ``n`` rows drawn from a matrix, or all where there are fewer."""
        rows = np.sort(random.choice(matrix.n_rows, min(n, matrix.n_rows), replace=False))
        few = matrix.rows(rows)
        width = max(1, design.n_dense + len(design.categorical))
        plain = cls(
            design.dense(few),
            design.levels(few),
            np.eye(len(rows), dtype=np.float32),
            np.array([gamma / width]),
        )
        values, vectors = np.linalg.eigh(plain.columns(design, few).astype(np.float64))
        floor = max(LEAST_EIGENVALUE * float(values[-1]), 1e-12)
        scale = np.where(values > floor, 1.0 / np.sqrt(np.maximum(values, floor)), 0.0)
        # The order in memory is that of a loaded file, so that products round alike.
        whitening = np.ascontiguousarray((vectors * scale).astype(np.float32))
        return cls(plain.dense, plain.levels, whitening, plain.gamma)

    def columns(self, design: Design, matrix: Matrix) -> NDArray[np.float64]:
        """Return the columns of a matrix's rows, shape (n_rows, n_landmarks).

        In double precision: single rounds otherwise for one row than for many, and whitening
        makes that visible in the prediction.
        """
        dense, landmarks = design.dense(matrix).astype(np.float64), self.dense.astype(np.float64)
        own = np.einsum("ij,ij->i", dense, dense)[:, None]
        other = np.einsum("ij,ij->i", landmarks, landmarks)
        distance = own + other - 2.0 * (dense @ landmarks.T)
        if self.levels.shape[1]:
            # Two levels that differ are two one-hot columns that differ.
            n = self.levels.shape[1]
            distance += 2.0 * (n - design.one_hot(matrix) @ self._level_columns(design.n_levels))
        np.maximum(distance, 0.0, out=distance)
        distance *= -self.gamma[0]
        closeness: NDArray[np.float64] = np.exp(distance, out=distance) @ self.whitening.astype(
            np.float64
        )
        return closeness

    def _level_columns(self, n_levels: int) -> Floats:
        held = np.zeros((n_levels, len(self.levels)), np.float32)
        held[self.levels.T, np.arange(len(self.levels))] = 1.0
        return held

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {f"landmark.{name}": getattr(self, name) for name in _NAMES}

    @classmethod
    def of_arrays(cls, arrays: Arrays, design: Design) -> Landmarks:
        """Return the landmarks that were saved; raises BundleDamaged."""
        found = cls(*(arrays[f"landmark.{name}"] for name in _NAMES))
        n = len(found.dense)
        shapes = (found.dense.shape, found.levels.shape, found.whitening.shape, found.gamma.shape)
        right = ((n, design.n_dense), (n, len(design.categorical)), (n, n), (1,))
        require(shapes == right, "the landmarks have another shape")
        known = (found.levels >= 0) & (found.levels < design.n_levels)
        require(bool(known.all()), "a landmark's level does not exist")
        numbers = (found.dense, found.whitening, found.gamma)
        require(all(bool(np.isfinite(a).all()) for a in numbers), "a landmark is not finite")
        return found


_NAMES = ("dense", "levels", "whitening", "gamma")
LANDMARK_FORM: Form = {
    "landmark.dense": (np.float32, 2),
    "landmark.levels": (np.int64, 2),
    "landmark.whitening": (np.float32, 2),
    "landmark.gamma": (np.float64, 1),
}
