"""Spread shift: how widely the last rows scatter against how widely as many rows scattered before."""

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

#: Share of the usual scatter that is added to each, so that the logarithm of a still row is not endless.
STILL = 0.05


@stream_detectors.add("SpreadShift")
class SpreadShift(StreamSettings):
    """How far the logarithm of the scatter of the last rows has gone from where it mostly lies."""

    name: ClassVar[str] = "SpreadShift"
    form: ClassVar[dict[str, int]] = {"middle": 1, "spread": 1, "still": 1}

    window: int = Field(1000, ge=64, le=100_000, description="Rows of the long window.")
    every: int = Field(64, ge=1, le=100_000, description="Rows after which it learns anew.")
    n_rows: int = bounded(40, 4, 256, description="Rows of the short window.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return middle and spread of logarithms of scatter, one a column."""
        scatter = self._scatter(past, len(past))
        still = STILL * np.median(scatter, axis=0) + 1e-3 * past.std(axis=0) + 1e-9
        middle, spread = middle_and_spread(np.log(scatter + still))
        return {"middle": middle, "spread": np.maximum(spread, 0.05), "still": still}

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the distance in spreads, the root of the mean square over columns."""
        logs = np.log(self._scatter(rows, n_new) + model["still"])
        return root_mean_square((logs - model["middle"]) / model["spread"])

    def _scatter(self, rows: Floats, n_new: int) -> Floats:
        return np.asarray(np.ascontiguousarray(last_windows(rows, n_new, self.n_rows)).std(axis=2))
