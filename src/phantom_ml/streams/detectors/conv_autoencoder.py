"""Convolutional autoencoder: what a narrow network cannot rebuild of the last rows is unusual.

Two convolutions press a window of all columns into a few numbers, and a linear layer rebuilds it. It is
trained in torch a few times in a series' life, when there are four times the rows of before, and scores
without torch. Source: Masci, Meier, Cireşan & Schmidhuber, "Stacked Convolutional Auto-Encoders", ICANN 2011,
doi:10.1007/978-3-642-21735-7_7.
"""

from __future__ import annotations

import importlib.util
from collections.abc import Mapping
from typing import Any, ClassVar

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from pydantic import Field

from phantom_ml.config.bounds import Setting, bounded
from phantom_ml.errors import ExtraMissing
from phantom_ml.parts.arrays import Arrays
from phantom_ml.streams.base import Floats, StreamSettings, stream_detectors
from phantom_ml.streams.detectors._robust import last_windows, middle_and_spread

#: Rows of a window, of a kernel, and between two places of it.
WIDTH, KERNEL, STRIDE = 32, 5, 2
#: Windows from whose last rows the error is told.
NEWEST = 8
#: Rows at which it is trained, beside the end of an opening part; with fewer it rebuilds nothing.
TRAINED_AT, LEAST_ROWS = (128, 512, 2048, 8192), 64
#: Values are cut at so many spreads before it learns from them.
CUT = 8.0


@stream_detectors.add("ConvAutoencoder")
class ConvAutoencoder(StreamSettings):
    """Error of the newest rows of a window that was pressed through a narrow network; needs torch to train."""

    name: ClassVar[str] = "ConvAutoencoder"
    quick: ClassVar[Mapping[str, Setting]] = {"n_epochs": 2, "n_filters": 4}
    form: ClassVar[dict[str, int]] = {
        "middle": 1, "spread": 1, "kernel_0": 3, "bias_0": 1, "kernel_1": 3, "bias_1": 1, "out": 2,
    }  # fmt: skip

    window: int = Field(2048, ge=64, le=100_000, description="Rows that it learns from.")
    every: int = Field(128, ge=1, le=100_000, description="Rows after which it may learn anew.")
    n_filters: int = bounded(8, 2, 64, log=True, description="Filters of the first convolution.")
    learning_rate: float = bounded(0.005, 0.0005, 0.05, log=True, description="Of a step.")
    n_epochs: int = Field(20, ge=1, le=1_000, description="Passes over the windows.")

    @classmethod
    def available(cls) -> bool:
        """Return whether torch is installed."""
        return importlib.util.find_spec("torch") is not None

    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return the weights; those of before, where it is not the time to train."""
        if model and n_seen not in TRAINED_AT:
            return model
        if not self.available():
            raise ExtraMissing("ConvAutoencoder", "deep")
        middle, spread = middle_and_spread(past)
        begin = self._start(past.shape[1])
        if len(past) >= LEAST_ROWS:
            rows = np.clip((past - middle) / spread, -CUT, CUT)
            windows = np.ascontiguousarray(last_windows(rows, len(rows) - WIDTH, WIDTH))
            begin = self._trained(begin, windows)
        return {"middle": middle, "spread": spread, **begin}

    def _start(self, n_columns: int) -> Arrays:
        """Return weights to begin with; the rebuilt window is that of middles."""
        draw, half = np.random.default_rng(0), max(2, self.n_filters // 2)
        shapes = {"0": (self.n_filters, n_columns, KERNEL), "1": (half, self.n_filters, KERNEL)}
        weights = {
            f"kernel_{i}": draw.normal(size=s) / np.sqrt(s[1] * s[2]) for i, s in shapes.items()
        }
        biases = {f"bias_{i}": np.zeros(s[0]) for i, s in shapes.items()}
        length = (((WIDTH - KERNEL) // STRIDE + 1) - KERNEL) // STRIDE + 1
        return {**weights, **biases, "out": np.zeros((half * length, n_columns * WIDTH))}

    def _trained(self, begin: Arrays, windows: Floats) -> Arrays:
        """Return the weights after all epochs; the same on every run."""
        import torch

        n_threads = torch.get_num_threads()
        torch.set_num_threads(1)
        try:
            weights = {n: torch.tensor(a, dtype=torch.float32) for n, a in begin.items()}
            for weight in weights.values():
                weight.requires_grad_()
            steps = torch.optim.Adam(list(weights.values()), lr=self.learning_rate)
            order = torch.Generator().manual_seed(0)
            rows = torch.from_numpy(windows.astype(np.float32))
            for _ in range(self.n_epochs):
                for some in rows[torch.randperm(len(rows), generator=order)].split(128):
                    steps.zero_grad()
                    (_rebuilt_in_torch(torch, weights, some) - some).square().mean().backward()
                    steps.step()
            found = {n: w.detach().numpy().astype(np.float64) for n, w in weights.items()}
        finally:
            torch.set_num_threads(n_threads)
        return found if all(np.isfinite(a).all() for a in found.values()) else begin

    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return the error of the newest rows in spreads, the root of the mean square."""
        near = (rows[-(n_new + WIDTH) :] - model["middle"]) / model["spread"]
        windows = np.ascontiguousarray(last_windows(near, n_new, WIDTH))
        pressed = windows
        for i in ("0", "1"):
            places = sliding_window_view(pressed, KERNEL, axis=2)[:, :, ::STRIDE]
            sums = np.stack(
                [(places * k[:, None, :]).sum(axis=3).sum(axis=1) for k in model[f"kernel_{i}"]],
                axis=1,
            )
            pressed = np.maximum(sums + model[f"bias_{i}"][:, None], 0.0)
        rebuilt = np.einsum("ij,jk->ik", pressed.reshape(n_new, -1), model["out"])
        missed = (windows - rebuilt.reshape(windows.shape))[:, :, -NEWEST:]
        return np.asarray(np.sqrt((missed**2).mean(axis=2).mean(axis=1)))


def _rebuilt_in_torch(torch: Any, weights: Mapping[str, Any], windows: Any) -> Any:
    pressed = windows
    for i in ("0", "1"):
        pressed = torch.nn.functional.conv1d(
            pressed, weights[f"kernel_{i}"], weights[f"bias_{i}"], stride=STRIDE
        ).relu()
    return (pressed.flatten(1) @ weights["out"]).view_as(windows)
