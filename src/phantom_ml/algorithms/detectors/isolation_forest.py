"""Isolation forest: rows that few random cuts set apart are unusual.

Sources: Liu, Ting & Zhou, "Isolation Forest", ICDM 2008, doi:10.1109/ICDM.2008.17; cuts across several
columns: Hariri, Carrasco Kind & Brunner, "Extended Isolation Forest", TKDE 2021,
doi:10.1109/TKDE.2019.2947676.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.algorithms.detectors._columns import Columns
from phantom_ml.algorithms.detectors._isolation import (
    Trees,
    average_length,
    joined,
    require_trees,
)
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    ColumnDetector,
    DetectorSettings,
    Seen,
    with_surprise,
)
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.arrays import Form, require

Array = NDArray[np.float64]
#: Trees that grow at once, between two looks at the deadline.
BATCH_TREES = 20
#: Rows whose scores surprise is counted from, at most: each walks every tree.
SCORED_ROWS = 20_000


@dataclass
class IsolationForestLearner(ColumnDetector):
    """Trees of random cuts; see Trees for the arrays.

    Attributes
    ----------
    usual : float64 array of shape (1,)
        The length of an average path.
    """

    algorithm: ClassVar[str] = "IsolationForest"
    FORM: ClassVar[Form] = {**Trees.FORM, "usual": (np.float64, 1)}
    feature: NDArray[np.int32]
    weight: NDArray[np.float32]
    threshold: NDArray[np.float32]
    length: NDArray[np.float32]
    usual: Array

    def __post_init__(self) -> None:
        super().__post_init__()
        self._trees = Trees(self.feature, self.weight, self.threshold, self.length)
        self.n_rounds = len(self.feature)

    @property
    def n_trees(self) -> int:
        """Return the number of trees."""
        return len(self.feature)

    def raw(self, rows: Array) -> Array:
        """Return 2^(-length / usual length), from 0 to 1."""
        lengths = self._trees.lengths(_cells(self.columns, rows))
        return np.asarray(np.exp2(-lengths / self.usual[0]))

    def check(self) -> None:
        """Raise BundleDamaged where the trees cannot be walked."""
        require_trees(self._trees, len(self.columns.source))
        require(self.usual.shape == (1,) and self.usual[0] > 0, "the usual length is not above 0")


@algorithms.add("IsolationForest")
class IsolationForest(DetectorSettings):
    """Cuts samples of rows apart at random: what is alone after few cuts is unusual.

    The first detector to take: fast at any size, and good at rows that are unusual in some columns.
    With ``n_axes`` above 1 a cut runs across that many columns, which also finds odd combinations.
    """

    name: ClassVar[str] = "IsolationForest"
    learner: ClassVar[type[Learner]] = IsolationForestLearner
    quick: ClassVar[dict[str, Setting]] = {"n_estimators": 50}
    can_stop: ClassVar[bool] = True

    n_estimators: int = Field(200, ge=1, le=2_000, description="Trees, at most.")
    max_samples: int = bounded(
        256, 16, 4_096, log=True, description="Rows of a tree; fewer find denser clusters."
    )
    n_axes: int = bounded(1, 1, 8, description="Columns of a cut; 1 is the forest of 2008.")

    def fit(
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> IsolationForestLearner:
        """Return as many trees as there is time for, at least one batch."""
        seen = Seen.of(train, context)
        # A tree sees few rows: those far out do not hide each other, and are the first to be cut off.
        rows, random = _cells(seen.columns, seen.everything), seen.random
        n_rows = min(self.max_samples, len(rows))
        chance = seen.columns.weight if rows.shape[1] == len(seen.columns.weight) else np.ones(1)
        wanted = context.n_rounds or self.n_estimators
        parts: list[Trees] = []
        while wanted > 0 and not (parts and context.deadline.passed):
            n_trees = min(BATCH_TREES, wanted)
            drawn = [random.choice(len(rows), n_rows, replace=False) for _ in range(n_trees)]
            parts.append(Trees.grow(rows[np.array(drawn)], self.n_axes, chance, random))
            wanted -= n_trees
        usual = np.maximum(average_length(np.array([n_rows])), 1.0)
        found = IsolationForestLearner(seen.columns, UNKNOWN, **vars(joined(parts)), usual=usual)
        found.is_cut_short = wanted > 0
        with_surprise(found, seen.some(SCORED_ROWS))
        return found


def _cells(columns: Columns, rows: Array) -> NDArray[np.float32]:
    """Return rows as trees take them; without any column, one that is the same for all.

    A cut falls anywhere between the ends of a column with equal chance. Long tails would take most cuts.
    """
    if not rows.shape[1]:
        return np.zeros((len(rows), 1), np.float32)
    return columns.ended(rows).astype(np.float32)
