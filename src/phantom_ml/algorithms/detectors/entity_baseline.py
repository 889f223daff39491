"""EntityBaseline: a row is unusual when its values are far from what its own user, host or session does.

Each column is measured from the median of the row's entity, in units of that entity's median absolute
deviation. Both are pulled towards those of all rows the more, the fewer rows the entity has (empirical Bayes:
Efron & Morris, "Stein's Estimation Rule and Its Competitors", JASA 1973, doi:10.1080/01621459.1973.10481350);
who was never seen is measured by all rows. Source of the distance: Iglewicz & Hoaglin, "How to Detect and
Handle Outliers", 1993.
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
Hashes = NDArray[np.uint64]
#: An entity with fewer rows than this is measured by all rows.
LEAST_ROWS = 3
#: Medians that are kept at most: the entities with the most rows have their own.
MAX_CELLS = 1_000_000
#: A normal distribution's standard deviation in median absolute deviations.
DEVIATION = 1.4826
#: No entity is taken to vary less than this share of what all rows do.
LEAST_SPREAD = 0.1
#: A rarity of a level or a gap is taken to vary by so many nats at least: nearly all of them are 0.
LEAST_NATS = 3.0
#: Deviations from which a column counts: below, its part grows as their fourth power, beyond as their logarithm.
FAR = 2.0


@dataclass
class EntityBaselineLearner(AdditiveDetector):
    """What each entity does.

    Attributes
    ----------
    entity : uint64 array of shape (n_entities,)
        Hashes, rising.
    centre, spread : float32 arrays of shape (n_entities + 1, n_columns)
        Medians and deviations, those of all rows last.
    """

    algorithm: ClassVar[str] = "EntityBaseline"
    FORM: ClassVar[Form] = {
        "entity": (np.uint64, 1),
        "centre": (np.float32, 2),
        "spread": (np.float32, 2),
    }
    entity: Hashes
    centre: NDArray[np.float32]
    spread: NDArray[np.float32]

    def parts(self, matrix: Matrix) -> Array:
        """Return how far out each column is for the row's entity, in nats of a heavy-tailed law."""
        rows, place = self.columns.of(matrix), self._places(matrix)
        away = np.abs(rows - self.centre[place]) / self.spread[place]
        return np.asarray(np.log1p((away / FAR) ** 4), np.float64)

    def _places(self, matrix: Matrix) -> NDArray[np.int64]:
        """Return the place of each row's entity, the last for those that are not known."""
        n = len(self.entity)
        if matrix.entity is None or not n:
            return np.full(matrix.n_rows, n)
        place = np.minimum(np.searchsorted(self.entity, matrix.entity), n - 1)
        return np.where(self.entity[place] == matrix.entity, place, n)

    def check(self) -> None:
        """Raise BundleDamaged where the medians are not those of the entities and columns."""
        shape = (len(self.entity) + 1, len(self.columns.source))
        require(self.centre.shape == shape == self.spread.shape, "the medians have another shape")
        rising = bool((self.entity[1:] > self.entity[:-1]).all())
        require(rising, "an entity is there twice")
        finite = bool(np.isfinite(self.centre).all() and np.isfinite(self.spread).all())
        require(finite and bool((self.spread > 0).all()), "a spread is not above 0")


@algorithms.add("EntityBaseline")
class EntityBaseline(DetectorSettings):
    """Measures a row by what its own entity (``group_columns``) usually does, in robust deviations; exact reasons.

    Finds values that are usual for others and strange for this user or host. Without entities it measures by
    all rows.
    """

    name: ClassVar[str] = "EntityBaseline"
    learner: ClassVar[type[Learner]] = EntityBaselineLearner
    reads_entity: ClassVar[bool] = True

    prior_rows: float = bounded(
        10.0, 1.0, 100.0, log=True, description="Rows of its own at which an entity counts half."
    )

    def fit(
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> EntityBaselineLearner:
        """Return the medians and deviations of all rows, and of each entity with enough of them."""
        seen = Seen.of(train, context)
        rows, names = seen.rows, seen.matrix.entity
        centre, spread = np.median(rows, axis=0), _deviation(rows)
        # Of a column that is mostly one value, the mean deviation of its rows.
        others = np.abs(rows - centre).mean(axis=0)
        spread = np.where(spread > 0, spread, np.where(others > 0, others, 1.0))
        n_numbers = len(seen.columns.numeric)
        spread[n_numbers:] = np.maximum(spread[n_numbers:], LEAST_NATS)
        known = _entities(names, MAX_CELLS // max(1, rows.shape[1]))
        centres, spreads = [], []
        for name in known:
            own = rows[names == name]
            share = len(own) / (len(own) + self.prior_rows)
            centres.append(centre + share * (np.median(own, axis=0) - centre))
            varies = spread + share * (_deviation(own) - spread)
            spreads.append(np.maximum(varies, LEAST_SPREAD * spread))
        found = EntityBaselineLearner(
            seen.columns,
            UNKNOWN,
            known,
            np.array([*centres, centre], np.float32),
            np.array([*spreads, spread], np.float32),
        )
        with_surprise_of(found, seen.matrix)
        return found


def _deviation(rows: Array) -> Array:
    """Return the median absolute deviation of each column, as a standard deviation."""
    return np.asarray(DEVIATION * np.median(np.abs(rows - np.median(rows, axis=0)), axis=0))


def _entities(names: Hashes | None, most: int) -> Hashes:
    """Return the entities with enough rows, rising; of many those with the most."""
    if names is None:
        return np.empty(0, np.uint64)
    known, n_rows = np.unique(names[names != 0], return_counts=True)
    order = np.lexsort((known, -n_rows))
    order = order[n_rows[order] >= LEAST_ROWS][:most]
    return np.sort(known[order])
