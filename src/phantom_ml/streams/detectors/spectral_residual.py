"""Spectral residual: a point that stands out of what its window's spectrum leads the eye to expect.

The logarithm of the spectrum less its own short mean, back in time, is the saliency of each point. The newest
one lies at the edge, so a value is repeated after it that the slope of the points before it foretells (in the
paper the newest one has a part in that slope, and a great spike hides itself). Source: Ren et al.,
"Time-Series Anomaly Detection Service at Microsoft", KDD 2019, doi:10.1145/3292500.3330680. Only the past is
in the window.
"""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field

from phantom_ml.config.bounds import bounded
from phantom_ml.parts.arrays import Arrays
from phantom_ml.streams.base import Floats, StreamSettings, stream_detectors
from phantom_ml.streams.detectors._robust import last_windows, middle_and_spread

#: Values that the slope is read from, and times that the foretold one is repeated.
SLOPE, REPEATED = 5, 5
#: Neighbours in the spectrum that its own mean is taken over.
NEIGHBOURS = 3


@stream_detectors.add("SpectralResidual")
class SpectralResidual(StreamSettings):
    """Saliency of the newest point over the mean saliency of its window; finds spikes, not levels."""

    name: ClassVar[str] = "SpectralResidual"
    form: ClassVar[dict[str, int]] = {"middle": 1, "spread": 1}

    window: int = Field(1000, ge=64, le=100_000, description="Rows that it learns the scale from.")
    every: int = Field(64, ge=1, le=100_000, description="Rows after which it learns anew.")
    n_rows: int = bounded(64, 16, 512, log=True, description="Rows of the window.")

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return middle and spread of columns: the saliency is that of values in spreads."""
        middle, spread = middle_and_spread(past)
        return {"middle": middle, "spread": spread}

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the saliency, a mean over columns, at least 0."""
        near = (rows[-(n_new + self.n_rows) :] - model["middle"]) / model["spread"]
        windows = np.ascontiguousarray(last_windows(near, n_new, self.n_rows))
        earlier = windows[..., -SLOPE - 1 : -1]
        slopes = (earlier[..., -1:] - earlier[..., :-1]) / np.arange(SLOPE - 1, 0, -1)
        foretold = earlier[..., :1] + SLOPE * slopes.mean(axis=-1, keepdims=True)
        whole = np.concatenate([windows, np.repeat(foretold, REPEATED, axis=-1)], axis=-1)
        saliency = _saliency(whole)[..., : self.n_rows]
        usual = saliency.mean(axis=-1)
        over = (saliency[..., -1] - usual) / (usual + 1e-9)
        return np.asarray(np.maximum(over, 0.0).mean(axis=1))


def _saliency(windows: Floats) -> Floats:
    spectrum = np.fft.rfft(windows, axis=-1)
    size = np.abs(spectrum)
    logs = np.log(size + 1e-8)
    led = np.concatenate([np.repeat(logs[..., :1], NEIGHBOURS - 1, axis=-1), logs], axis=-1)
    usual = np.ascontiguousarray(sliding_window_view(led, NEIGHBOURS, axis=-1)).mean(axis=-1)
    left = np.exp(logs - usual) * spectrum / np.maximum(size, 1e-8)
    return np.asarray(np.abs(np.fft.irfft(left, n=windows.shape[-1], axis=-1)))
