"""KNN: a row is unusual when even the nearest tenth of all rows is far.

How many neighbours count is a share of the rows, and a large one: attacks come in bursts of nearly equal
rows, and with a fixed few neighbours such rows vouch for each other (masking).

Sources: Ramaswamy, Rastogi & Shim, "Efficient Algorithms for Mining Outliers from Large Data Sets",
SIGMOD 2000, doi:10.1145/342009.335437; the mean of the distances: Angiulli & Pizzuti, PKDD 2002,
doi:10.1007/3-540-45681-3_2; a sample in place of all rows: Sugiyama & Borgwardt, "Rapid Distance-Based
Outlier Detection via Sampling", NIPS 2013.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar, Literal

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded, choice
from phantom_ml.algorithms.detectors._learner import (
    CHUNK_ROWS,
    UNKNOWN,
    ColumnDetector,
    DetectorSettings,
    Seen,
)
from phantom_ml.algorithms.detectors._surprise import Surprise
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.arrays import Form, require

Array = NDArray[np.float64]
#: Rows whose distances surprise is counted from, at most.
SCORED_ROWS = 20_000
#: Squared distances below this share of the lengths are rounding, not distance.
ROUNDING = 1e-12


@dataclass
class KNNLearner(ColumnDetector):
    """The sampled rows.

    Attributes
    ----------
    neighbours : float64 array of shape (n_neighbours, n_columns)
    n_nearest : int64 array of shape (1,)
    mean : int64 array of shape (1,)
        1: the mean of the distances; 0: the largest of them.
    """

    algorithm: ClassVar[str] = "KNN"
    FORM: ClassVar[Form] = {
        "neighbours": (np.float64, 2),
        "n_nearest": (np.int64, 1),
        "mean": (np.int64, 1),
    }
    neighbours: Array
    n_nearest: NDArray[np.int64]
    mean: NDArray[np.int64]

    def raw(self, rows: Array) -> Array:
        """Return the distance to the nearest sampled rows."""
        return self._told(self._squares(rows))

    def raw_of_sampled(self, rows: Array, place: NDArray[np.int64]) -> Array:
        """Return the distance to the nearest sampled rows other than the row itself.

        Parameters
        ----------
        rows : float64 array of shape (n_rows, n_columns)
        place : int64 array of shape (n_rows,)
            Which of the sampled rows each one is; -1 for none.
        """
        squares = self._squares(rows)
        itself = np.flatnonzero(place >= 0)
        if len(self.neighbours) > 1:
            squares[itself, place[itself]] = np.inf
        return self._told(squares)

    def _squares(self, rows: Array) -> Array:
        rows, others = self.columns.weighed(self.columns.ended(rows)), self.neighbours
        own = np.einsum("ij,ij->i", rows, rows)[:, None]
        far = np.einsum("ij,ij->i", others, others)
        squares = own + far - 2.0 * (rows @ others.T)
        squares[squares < ROUNDING * (own + far)] = 0.0
        return np.asarray(squares)

    def _told(self, squares: Array) -> Array:
        n = min(int(self.n_nearest[0]), max(1, len(self.neighbours) - 1))
        nearest = np.sqrt(np.partition(squares, n - 1, axis=1)[:, :n])
        return np.asarray(nearest.mean(axis=1) if self.mean[0] else nearest.max(axis=1))

    def check(self) -> None:
        """Raise BundleDamaged where a distance could not be measured."""
        n, width = self.neighbours.shape
        require(n >= 1 and width == len(self.columns.source), "the neighbours have another shape")
        require(bool(np.isfinite(self.neighbours).all()), "a neighbour is not finite")
        require(self.n_nearest.shape == (1,) and self.n_nearest[0] >= 1, "no neighbour is counted")
        require(self.mean.shape == (1,), "it is unknown which distance is told")


@algorithms.add("KNN")
class KNN(DetectorSettings):
    """Measures how far the nearest rows of a sample are; finds rows, and groups of them, that are far off.

    The sample bounds time and memory: 200,000 rows are scored against it in seconds.
    """

    name: ClassVar[str] = "KNN"
    learner: ClassVar[type[Learner]] = KNNLearner
    quick: ClassVar[dict[str, Setting]] = {"max_samples": 256}

    share: float = bounded(
        0.1, 0.001, 0.3, log=True, description="Rows that count as the nearest, as a share of all."
    )
    max_samples: int = bounded(
        2_000, 64, 5_000, log=True, description="Rows to measure against, at most."
    )
    distance: Literal["mean", "largest"] = choice(
        "mean", ("mean", "largest"), description="Which distance of the nearest rows counts."
    )

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> KNNLearner:
        """Return a sample of the rows, and how far the others are from it."""
        seen = Seen.of(train, context)
        n_rows = len(seen.rows)
        drawn = np.sort(seen.random.permutation(n_rows)[: self.max_samples])
        found = KNNLearner(
            seen.columns,
            UNKNOWN,
            seen.columns.weighed(seen.columns.ended(seen.rows[drawn])),
            np.array([max(1, round(self.share * len(drawn)))], np.int64),
            np.array([self.distance == "mean"], np.int64),
        )
        place = np.full(n_rows, -1, np.int64)
        place[drawn] = np.arange(len(drawn))
        scored = np.sort(seen.random.permutation(n_rows)[:SCORED_ROWS])
        parts = [scored[i : i + CHUNK_ROWS] for i in range(0, len(scored), CHUNK_ROWS)]
        raw = [found.raw_of_sampled(seen.rows[part], place[part]) for part in parts]
        found.surprise = Surprise.fit(np.concatenate(raw))
        return found
