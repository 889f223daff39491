"""HBOS: a row is unusual when it lies where the histograms of its columns are low.

Source: Goldstein & Dengel, "Histogram-Based Outlier Score (HBOS)", KI 2012.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, Learner, algorithms, bounded
from phantom_ml.algorithms.detectors._additive import AdditiveDetector
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    DetectorSettings,
    Seen,
    with_surprise_of,
)
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Form, require

Array = NDArray[np.float64]


@dataclass
class HBOSLearner(AdditiveDetector):
    """Histograms of equal width.

    Attributes
    ----------
    low, high : float64 arrays of shape (n_columns,)
        Where the bins of each column begin and end.
    nats : float64 array of shape (n_columns, n_bins + 1)
        How much lower than the column's highest bin each is; the last place is for outside of all bins.
    """

    algorithm: ClassVar[str] = "HBOS"
    FORM: ClassVar[Form] = {
        "low": (np.float64, 1),
        "high": (np.float64, 1),
        "nats": (np.float64, 2),
    }
    low: Array
    high: Array
    nats: Array

    def parts(self, matrix: Matrix) -> Array:
        """Return nats by column."""
        rows = self.columns.of(matrix)
        n_bins = self.nats.shape[1] - 1
        place = (rows - self.low) / (self.high - self.low) * n_bins
        bins = np.clip(place, 0, n_bins - 1).astype(np.int64)
        bins = np.where((rows < self.low) | (rows > self.high), n_bins, bins)
        return np.asarray(self.nats[np.arange(rows.shape[1]), bins])

    def check(self) -> None:
        """Raise BundleDamaged where the histograms are not those of the columns."""
        n = len(self.columns.source)
        right = self.low.shape == (n,) == self.high.shape and len(self.nats) == n
        require(right and self.nats.shape[1] >= 2, "the histograms have another shape")
        finite = all(bool(np.isfinite(a).all()) for a in (self.low, self.high, self.nats))
        sane = bool((self.low < self.high).all() and (self.nats >= 0).all())
        require(finite and sane, "a histogram is impossible")


@algorithms.add("HBOS")
class HBOS(DetectorSettings):
    """Adds up, over columns, how low the histogram is where the row lies; exact reasons.

    Unlike ECOD it also finds what lies in a gap between usual values; like it, it is blind to odd
    combinations.
    """

    name: ClassVar[str] = "HBOS"
    learner: ClassVar[type[Learner]] = HBOSLearner

    n_bins: int = bounded(20, 5, 100, log=True, description="Bins of a column, of equal width.")
    smoothing: float = bounded(
        0.02, 0.001, 0.5, log=True, description="What an empty bin counts of the highest one."
    )

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> HBOSLearner:
        """Return the histograms of the training rows."""
        seen = Seen.of(train, context)
        low, high = seen.rows.min(axis=0), seen.rows.max(axis=0)
        # A flag of a gap and a level vary in training, as numbers do, but two levels may be as rare.
        high = np.where(high > low, high, low + 1.0)
        counts = [
            np.histogram(column, self.n_bins, (low[j], high[j]))[0]
            for j, column in enumerate(seen.rows.T)
        ]
        height = np.array(counts, np.float64).reshape(-1, self.n_bins)
        height /= height.max(axis=1, keepdims=True, initial=1.0)
        height = np.concatenate([height, np.zeros((len(height), 1))], axis=1)
        nats = np.log((1.0 + self.smoothing) / (height + self.smoothing))
        found = HBOSLearner(seen.columns, UNKNOWN, low, high, nats)
        with_surprise_of(found, seen.matrix)
        return found
