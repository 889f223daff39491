"""Principal components: the last rows are unusual where they leave the plane of most, or go far out on it.

The last few rows of all columns make one vector, so that a single column has a plane too. The two statistics
of process control, T2 on the plane and Q off it, are one distance here: each leading axis in its own spread,
all others in one that they share. Sources: Jackson & Mudholkar, Technometrics 21, 1979,
doi:10.1080/00401706.1979.10489779; Tipping & Bishop, 1999, doi:10.1111/1467-9868.00196.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from phantom_ml.config.bounds import bounded
from phantom_ml.parts.arrays import Arrays
from phantom_ml.streams.base import Floats, StreamSettings, stream_detectors
from phantom_ml.streams.detectors._robust import (
    last_windows,
    middle_and_spread,
    root_mean_square,
)

#: Distances are cut at so many spreads before the axes are learned, so that outliers do not turn them.
CUT = 8.0
#: No axis is taken for narrower than this share of the mean variance.
LEAST_VARIANCE = 1e-3


@stream_detectors.add("PrincipalComponents")
class PrincipalComponents(StreamSettings):
    """Distance of the last rows from the plane in which they mostly lie, and on it."""

    name: ClassVar[str] = "PrincipalComponents"
    form: ClassVar[dict[str, int]] = {"middle": 1, "spread": 1, "centre": 1, "axes": 2}

    window: int = Field(1500, ge=64, le=100_000, description="Rows that it learns from.")
    every: int = Field(128, ge=1, le=100_000, description="Rows after which it learns anew.")
    n_rows: int = bounded(4, 1, 32, description="Last rows that make one vector.")
    variance: float = bounded(0.9, 0.5, 1.0, description="Share whose axes keep their own spread.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return the axes of the last rows, divided by their spreads."""
        middle, spread = middle_and_spread(past)
        vectors = np.clip(self._vectors((past - middle) / spread, len(past)), -CUT, CUT)
        # A mean would move with every spike, and leave each plain row a little off it.
        centre = np.median(vectors, axis=0)
        away = vectors - centre
        sizes, axes = np.linalg.eigh(away.T @ away / len(away))
        sizes, axes = np.maximum(sizes[::-1], 0.0), axes[:, ::-1]
        total = float(sizes.sum())
        n_leading = int(np.searchsorted(np.cumsum(sizes), self.variance * total)) + 1
        if n_leading < len(sizes):
            sizes[n_leading:] = sizes[n_leading:].mean()
        floor = max(LEAST_VARIANCE * total / len(sizes), 1e-12)
        # The order in memory is that of a loaded file, so that products round alike.
        scaled = np.ascontiguousarray(axes / np.sqrt(np.maximum(sizes, floor)))
        return {"middle": middle, "spread": spread, "centre": centre, "axes": scaled}

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the distance, the root of the mean square over axes."""
        near = rows[-(n_new + self.n_rows) :]
        vectors = self._vectors((near - model["middle"]) / model["spread"], n_new)
        on_axes = np.einsum("ij,jk->ik", vectors - model["centre"], model["axes"])
        return root_mean_square(on_axes)

    def _vectors(self, rows: Floats, n_new: int) -> Floats:
        return np.ascontiguousarray(last_windows(rows, n_new, self.n_rows).reshape(n_new, -1))
