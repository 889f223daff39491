"""ECOD: a row is unusual by how far out it lies in the tails of its columns.

Source: Li et al., "ECOD: Unsupervised Outlier Detection Using Empirical Cumulative Distribution
Functions", TKDE 2022, doi:10.1109/TKDE.2022.3159580.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.algorithms.detectors._additive import AdditiveDetector
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    DetectorSettings,
    Seen,
    with_surprise_of,
)
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import Form
from phantom_ml.parts.tails import Tails, require_tails

Array = NDArray[np.float64]


@dataclass
class ECODLearner(AdditiveDetector):
    """The tails of each column; see Tails for the arrays."""

    algorithm: ClassVar[str] = "ECOD"
    FORM: ClassVar[Form] = Tails.FORM
    start: NDArray[np.int64]
    value: Array
    at_most: Array
    below: Array
    skew: Array
    least: Array

    @property
    def tails(self) -> Tails:
        """Return the distributions of the columns."""
        return Tails(self.start, self.value, self.at_most, self.below, self.skew, self.least)

    def parts(self, matrix: Matrix) -> Array:
        """Return nats by column of the tail that makes the row the most unusual in all.

        That is the left tails, the right ones, or in each column the one on the longer side.
        """
        left, right = self.tails.nats(self.columns.of(matrix))
        longer = np.where(self.skew < 0, left, right)
        options = np.stack([left, right, longer])
        best = options.sum(axis=2).argmax(axis=0)
        return np.asarray(options[best, np.arange(len(best))])

    def check(self) -> None:
        """Raise BundleDamaged where the tails are not those of the columns."""
        require_tails(self.tails, len(self.columns.source))


class TailSettings(DetectorSettings):
    """The settings of a detector that adds up tails."""

    learner: ClassVar[type[ECODLearner]]

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> ECODLearner:
        """Return the tails of the training rows."""
        seen = Seen.of(train, context)
        found = self.learner(seen.columns, UNKNOWN, **vars(Tails.fit(seen.rows)))
        with_surprise_of(found, seen.matrix)
        return found


@algorithms.add("ECOD")
class ECOD(TailSettings):
    """Adds up, over columns, how rare it is to lie so far out; no setting, and exact reasons.

    Finds rows that are extreme in single columns, at any size; blind to odd combinations.
    """

    name: ClassVar[str] = "ECOD"
    learner: ClassVar[type[ECODLearner]] = ECODLearner
