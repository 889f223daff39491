"""Level shift: the mean of the last few rows against the means of as many rows before, in robust spreads.

A short window against a long one, with median and median distance, which hold until half of the long one is odd.
Source: Hampel, "The Influence Curve and its Role in Robust Estimation", JASA 69, 1974,
doi:10.1080/01621459.1974.10482962.
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


@stream_detectors.add("LevelShift")
class LevelShift(StreamSettings):
    """How far the mean of the last rows has gone from where such means lie; stays high as long as it is away."""

    name: ClassVar[str] = "LevelShift"
    form: ClassVar[dict[str, int]] = {"middle": 1, "spread": 1}

    window: int = Field(1000, ge=64, le=100_000, description="Rows of the long window.")
    every: int = Field(32, ge=1, le=100_000, description="Rows after which it learns anew.")
    n_rows: int = bounded(20, 2, 256, description="Rows of the short window.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return middle and spread of short means, one a column."""
        middle, spread = middle_and_spread(self._means(past, len(past)))
        return {"middle": middle, "spread": spread}

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the distance in spreads, the root of the mean square over columns."""
        return root_mean_square((self._means(rows, n_new) - model["middle"]) / model["spread"])

    def _means(self, rows: Floats, n_new: int) -> Floats:
        # Means of copies: those of a view are added up in an order that depends on how many there are.
        return np.asarray(np.ascontiguousarray(last_windows(rows, n_new, self.n_rows)).mean(axis=2))
