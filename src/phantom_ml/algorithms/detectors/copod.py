"""COPOD: a row is unusual by the tail probability of its place in an empirical copula.

Source: Li et al., "COPOD: Copula-Based Outlier Detection", ICDM 2020,
doi:10.1109/ICDM50108.2020.00135.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.algorithms.detectors.ecod import ECODLearner, TailSettings
from phantom_ml.data.matrix import Matrix

Array = NDArray[np.float64]


@dataclass
class COPODLearner(ECODLearner):
    """The tails of each column, added up as the copula does; see Tails for the arrays."""

    algorithm: ClassVar[str] = "COPOD"

    def parts(self, matrix: Matrix) -> Array:
        """Return nats by column: the mean of both tails, or that on the longer side if it is more."""
        left, right = self.tails.nats(self.columns.of(matrix))
        longer = np.where(self.skew < 0, left, np.where(self.skew > 0, right, left + right))
        return np.asarray(np.maximum(longer, (left + right) / 2))


@algorithms.add("COPOD")
class COPOD(TailSettings):
    """Adds up, over columns, the rarer of the longer tail and the mean of both; exact reasons.

    Like ECOD, but each column chooses its tail alone.
    """

    name: ClassVar[str] = "COPOD"
    learner: ClassVar[type[ECODLearner]] = COPODLearner
