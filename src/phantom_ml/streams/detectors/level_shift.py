"""Level shift: the mean of the last few rows against the means of as many rows before, in robust spreads.

A short window against a long one, with median and median distance, which hold until half of the long one is odd.
A mean that one or two of its rows pull away is no level: without the tenth at each end (the trimmed mean) it is
where it was. Sources: Hampel, "The Influence Curve and its Role in Robust Estimation", JASA 69, 1974,
doi:10.1080/01621459.1974.10482962; Tukey & McLaughlin, Sankhya A 25, 1963.
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

#: Share of the rows at each end that a trimmed mean leaves out.
ENDS = 0.1
#: Share of a mean's distance that the trimmed one must have, or the distance is that of a few rows.
OWN_SHARE = 0.5


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
        middle, spread = middle_and_spread(_means(self._windows(past, len(past))))
        return {"middle": middle, "spread": spread}

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the distance in spreads, the root of the mean square over columns."""
        windows = self._windows(rows, n_new)
        n_out = int(ENDS * self.n_rows)
        kept = np.sort(windows, axis=2)[:, :, n_out : self.n_rows - n_out]
        away = np.abs(_means(windows) - model["middle"])
        trimmed = np.abs(_means(kept) - model["middle"])
        away = np.where(trimmed >= OWN_SHARE * away, away, trimmed)
        return root_mean_square(away / model["spread"])

    def _windows(self, rows: Floats, n_new: int) -> Floats:
        return last_windows(rows, n_new, self.n_rows)


def _means(windows: Floats) -> Floats:
    # Means of copies: those of a view are added up in an order that depends on how many there are.
    return np.asarray(np.ascontiguousarray(windows).mean(axis=2))
