"""COPOD: a row is unusual by the tail probability of its place in an empirical copula.

Source: Li et al., "COPOD: Copula-Based Outlier Detection", ICDM 2020,
doi:10.1109/ICDM50108.2020.00135.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, Learner, algorithms
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    DetectorSettings,
    Seen,
    with_surprise,
)
from phantom_ml.algorithms.detectors._tails import Tails
from phantom_ml.algorithms.detectors.ecod import ECODLearner
from phantom_ml.data.matrix import Samples

Array = NDArray[np.float64]


@dataclass
class COPODLearner(ECODLearner):
    """The tails of each column, added up as the copula does; see Tails for the arrays."""

    algorithm: ClassVar[str] = "COPOD"

    def parts(self, rows: Array) -> Array:
        """Return nats by column: the mean of both tails, or that on the longer side if it is more."""
        left, right = self.tails.nats(rows)
        longer = np.where(self.skew < 0, left, np.where(self.skew > 0, right, left + right))
        return np.asarray(np.maximum(longer, (left + right) / 2))


@algorithms.add("COPOD")
class COPOD(DetectorSettings):
    """Adds up, over columns, the rarer of the longer tail and the mean of both; exact reasons.

    Like ECOD, but each column chooses its tail alone.
    """

    name: ClassVar[str] = "COPOD"
    learner: ClassVar[type[Learner]] = COPODLearner

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> COPODLearner:
        """Return the tails of the training rows."""
        seen = Seen.of(train, context)
        found = COPODLearner(seen.columns, UNKNOWN, **vars(Tails.fit(seen.rows)))
        with_surprise(found, seen.rows)
        return found
