"""Relative entropy: the mix of values in the last rows is one that was not met before.

Shares of the last rows in a few bins are compared with mixes met before; one that is far from all of them is
kept as a new one, so that only what is new is odd. Bins span what was seen so far: where the span grows, the
shares of the mixes that are kept move with it. Source: Wang, Viswanathan, Choudur, Talwar, Satterfield &
Schwan, "Statistical Techniques for Online Anomaly Detection in Data Centers", IM 2011,
doi:10.1109/INM.2011.5990537.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from phantom_ml.config.bounds import bounded
from phantom_ml.parts.arrays import Arrays
from phantom_ml.streams.base import Floats, StreamSettings, stream_detectors

#: A mix farther than this is new: the 0.99 quantile of chi-squared with four degrees of freedom.
NEW = 13.2767
#: Counted into each bin of a mix that is kept, so that an empty one is not taken for impossible.
HALF = 0.5
#: Up to so many rows all is learned afresh whenever there is more.
OPENING = 512


@stream_detectors.add("RelativeEntropy")
class RelativeEntropy(StreamSettings):
    """Distance of the mix of the last values from the nearest mix that was met before."""

    name: ClassVar[str] = "RelativeEntropy"
    form: ClassVar[dict[str, int]] = {"low": 1, "high": 1, "mixes": 3, "met": 1}

    window: int = Field(600, ge=64, le=100_000, description="Rows that it remembers.")
    every: int = Field(16, ge=1, le=100_000, description="Rows after which new mixes are kept.")
    n_rows: int = bounded(52, 8, 256, description="Last rows whose values are one mix.")
    n_bins: int = bounded(5, 2, 32, description="Bins of equal width.")
    n_mixes: int = Field(100, ge=2, le=1_000, description="Mixes that are kept, the last met ones.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return the span of the bins and the mixes that were met."""
        opening = not model or (n_seen <= OPENING and n_seen & (n_seen - 1) == 0)
        if opening:
            low, high = past.min(axis=0), past.max(axis=0)
            new = self._mixes(past, len(past), low, high)
            mixes, met = new[-1:], np.zeros(1)
            new = new[min(self.n_rows, len(new) - 1) :]
        else:
            newest = past[-self.every :]
            low = np.minimum(model["low"], newest.min(axis=0))
            high = np.maximum(model["high"], newest.max(axis=0))
            mixes, met = self._moved(model, low, high), model["met"].copy()
            new = self._mixes(past, min(self.every, len(past)), low, high)
        met[self._distances(new, mixes).argmin(axis=1)] = n_seen
        mixes, met = self._with_new(new, mixes, met, float(n_seen))
        return {"low": low, "high": high, "mixes": mixes, "met": met}

    def _with_new(
        self, new: Floats, mixes: Floats, met: Floats, n_seen: float
    ) -> tuple[Floats, Floats]:
        """Return the mixes with those of ``new`` that are far from all, and when each was met last."""
        for _ in range(self.n_mixes):
            nearest = self._distances(new, mixes).min(axis=1)
            chosen = int(nearest.argmax())
            if nearest[chosen] <= NEW:
                break
            if len(mixes) >= self.n_mixes:
                oldest = int(met.argmin())
                mixes, met = np.delete(mixes, oldest, axis=0), np.delete(met, oldest)
            mixes = np.concatenate([mixes, new[chosen : chosen + 1]])
            met = np.append(met, n_seen)
        return mixes, met

    def _moved(self, model: Arrays, low: Floats, high: Floats) -> Floats:
        """Return the kept mixes in the bins of a wider span: each bin's share goes where the bin lies now."""
        mixes = model["mixes"].copy()
        for c in np.flatnonzero((low < model["low"]) | (high > model["high"])):
            old = np.linspace(model["low"][c], model["high"][c], self.n_bins + 1)
            now = np.linspace(low[c], high[c], self.n_bins + 1)
            begin, end = np.maximum(old[:-1, None], now[:-1]), np.minimum(old[1:, None], now[1:])
            shared = np.maximum(end - begin, 0.0)
            total = shared.sum(axis=1, keepdims=True)
            place = np.minimum(np.searchsorted(now, old[:-1], "right") - 1, self.n_bins - 1)
            point = np.eye(self.n_bins)[place]
            mixes[:, c] = mixes[:, c] @ np.where(
                total > 0, shared / np.maximum(total, 1e-300), point
            )
        return mixes

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the likelihood ratio of the nearest mix, a mean over columns."""
        new = self._mixes(rows, n_new, model["low"], model["high"])
        return np.asarray(self._distances(new, model["mixes"]).min(axis=1))

    def _mixes(self, rows: Floats, n_new: int, low: Floats, high: Floats) -> Floats:
        """Return shares in bins of the rows up to each of the last, shape (n_new, n_columns, n_bins)."""
        near = rows[-(n_new + self.n_rows) :]
        lack = n_new + self.n_rows - len(near)
        near = np.concatenate([np.repeat(near[:1], lack, axis=0), near])
        width = (high - low) / self.n_bins
        place = (near - low) / np.where(width > 0, width, 1.0)
        bins = np.clip(place, 0, self.n_bins - 1).astype(np.int64)
        counts = np.cumsum(bins[:, :, None] == np.arange(self.n_bins), axis=0)
        return np.asarray((counts[self.n_rows :] - counts[: -self.n_rows]) / self.n_rows)

    def _distances(self, new: Floats, mixes: Floats) -> Floats:
        """Return twice the log-likelihood ratio of each new mix against each kept one, shape (n_new, n_mixes)."""
        own = (new * np.log(np.maximum(new, 1e-12))).sum(axis=(1, 2))
        logs = np.log((mixes * self.n_rows + HALF) / (self.n_rows + HALF * self.n_bins))
        cross = np.einsum("ncb,hcb->nh", new, logs)
        return np.asarray(2.0 * self.n_rows * (own[:, None] - cross) / new.shape[1])
