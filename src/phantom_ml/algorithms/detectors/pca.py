"""PCA: a row is unusual when it is far from the plane of most rows, or far out on it.

The distance is that of probabilistic PCA (Tipping & Bishop, 1999, doi:10.1111/1467-9868.00196): each leading
axis in its own spread, and all axes that are left in one spread that they share. The axes are those of the
rows that lie closest, found in a few rounds, so that the outliers do not turn the plane towards themselves
(concentration steps: Rousseeuw & Van Driessen, "A Fast Algorithm for the Minimum Covariance Determinant
Estimator", Technometrics 1999, doi:10.1080/00401706.1999.10485670).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms.base import FitContext, Learner, algorithms, bounded
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
#: No axis is taken for narrower than this share of the mean variance: a column that the others determine
#: would otherwise make its rounding the greatest surprise of all.
LEAST_VARIANCE = 1e-3
#: Rows that axes are fitted to, at most.
FITTED_ROWS = 20_000


@dataclass
class PCALearner(ColumnDetector):
    """A centre and axes.

    Attributes
    ----------
    centre : float64 array of shape (n_columns,)
    axes : float64 array of shape (n_columns, n_columns)
        One a column, divided by its spread.
    """

    algorithm: ClassVar[str] = "PCA"
    FORM: ClassVar[Form] = {"centre": (np.float64, 1), "axes": (np.float64, 2)}
    centre: Array
    axes: Array

    def raw(self, rows: Array) -> Array:
        """Return squared distances from the centre, shape (n_rows,)."""
        return _distances(self.columns.weighed(rows), self.centre, self.axes)

    def check(self) -> None:
        """Raise BundleDamaged where the axes are not those of the columns."""
        n = len(self.columns.source)
        right = self.centre.shape == (n,) and self.axes.shape == (n, n)
        require(right, "the axes have another shape")
        finite = bool(np.isfinite(self.centre).all() and np.isfinite(self.axes).all())
        require(finite, "an axis is not finite")


@algorithms.add("PCA")
class PCA(DetectorSettings):
    """Measures the distance from the centre of most rows, along axes in which they vary the most.

    Finds rows whose columns do not go together the usual way, in a straight sense.
    """

    name: ClassVar[str] = "PCA"
    learner: ClassVar[type[Learner]] = PCALearner

    variance: float = bounded(
        0.9, 0.5, 1.0, description="Share of the variance whose axes keep their own spread."
    )
    trusted: float = bounded(
        0.75, 0.5, 1.0, description="Share of rows, the closest, that the axes are fitted to."
    )
    n_rounds: int = Field(6, ge=1, le=50, description="Rounds in which those rows are found.")

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> PCALearner:
        """Return the axes of the trusted rows."""
        seen = Seen.of(train, context)
        rows = seen.columns.weighed(seen.some(FITTED_ROWS))
        kept = rows
        for _ in range(self.n_rounds if self.trusted < 1.0 else 1):
            centre, axes = _axes(kept, self.variance)
            distance = _distances(rows, centre, axes)
            kept = rows[distance <= np.quantile(distance, self.trusted)]
        found = PCALearner(seen.columns, UNKNOWN, centre, axes)
        with_surprise(found, seen.rows)
        return found


def _axes(rows: Array, variance: float) -> tuple[Array, Array]:
    """Return the mean of rows, and axes divided by their spreads, shape (n_columns, n_columns)."""
    centre = rows.mean(axis=0)
    away = rows - centre
    width = away.shape[1]
    if not width:
        return centre, np.empty((0, 0))
    values, axes = np.linalg.eigh(away.T @ away / len(rows))
    values, axes = np.maximum(values[::-1], 0.0), axes[:, ::-1]
    total = float(values.sum())
    n_leading = int(np.searchsorted(np.cumsum(values), variance * total)) + 1
    if n_leading < width:
        values[n_leading:] = values[n_leading:].mean()
    floor = LEAST_VARIANCE * total / width
    # The order in memory is that of a loaded file, so that products round alike.
    spread = np.sqrt(np.maximum(values, floor if floor > 0 else 1.0))
    return centre, np.ascontiguousarray(axes / spread)


def _distances(rows: Array, centre: Array, axes: Array) -> Array:
    found = (rows - centre) @ axes
    return np.asarray(np.einsum("ij,ij->i", found, found))
