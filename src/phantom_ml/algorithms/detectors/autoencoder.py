"""Autoencoder: what a network that was pressed through a bottleneck cannot rebuild is unusual.

Source: Sakurada & Yairi, "Anomaly Detection Using Autoencoders with Nonlinear Dimensionality Reduction",
MLSDA 2014, doi:10.1145/2689746.2689747.
"""

from __future__ import annotations

import importlib.util
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.algorithms.detectors._autoencoder_net import Weights, rebuilt, shapes
from phantom_ml.algorithms.detectors._columns import COLUMNS_FORM, Columns
from phantom_ml.algorithms.detectors._learner import (
    UNKNOWN,
    ColumnDetector,
    DetectorSettings,
    Seen,
    with_surprise,
)
from phantom_ml.algorithms.detectors._surprise import Surprise
from phantom_ml.data.matrix import Samples
from phantom_ml.parts.arrays import load_arrays, require, save_arrays
from phantom_ml.parts.nets.device import DeviceName
from phantom_ml.parts.nets.operations import relu
from phantom_ml.parts.nets.weights import arrays_of, epochs_of, require_shapes, weights_of

Array = NDArray[np.float64]


@dataclass
class AutoencoderLearner(ColumnDetector):
    """A network that rebuilds rows.

    Attributes
    ----------
    weights : mapping of name to float32 array
    """

    algorithm: ClassVar[str] = "Autoencoder"
    weights: Weights

    def raw(self, rows: Array) -> Array:
        """Return the mean squared error of the row that was rebuilt, in squared spreads."""
        if not rows.shape[1]:
            return np.zeros(len(rows))
        found = rebuilt(self.weights, rows.astype(np.float32), relu)
        weighed = (found - rows) ** 2 * self.columns.weight
        return np.asarray(weighed.mean(axis=1), np.float64)

    def check(self) -> None:
        """Raise BundleDamaged where the weights do not fit the columns."""
        width, bottleneck = (len(self.weights.get(f"bias.{i}", ())) for i in (0, 1))
        require_shapes(dict(self.weights), shapes(len(self.columns.source), width, bottleneck))
        require(width >= 1 and bottleneck >= 1, "a layer is empty")

    def save(self, folder: Path) -> None:
        """Write the columns, the surprise and the weights."""
        arrays = {**self.columns.arrays(), **self.surprise.arrays(), **arrays_of(self.weights)}
        save_arrays(folder, arrays, {"n_epochs": self.n_rounds})

    @classmethod
    def load(cls, folder: Path) -> AutoencoderLearner:
        """Return the saved network; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, {**COLUMNS_FORM, **Surprise.FORM})
        columns, surprise = Columns.of_arrays(arrays), Surprise.of_arrays(arrays)
        found = cls(columns, surprise, weights_of(arrays))
        found.check()
        found.n_rounds = epochs_of(facts)
        return found


@algorithms.add("Autoencoder")
class Autoencoder(DetectorSettings):
    """Presses rows through a narrow network and measures what is lost; trained in torch, scores without it.

    Finds rows whose columns do not go together. Worth its time on many rows and columns.
    """

    name: ClassVar[str] = "Autoencoder"
    learner: ClassVar[type[Learner]] = AutoencoderLearner
    extra: ClassVar[str | None] = "deep"
    quick: ClassVar[dict[str, Setting]] = {"n_epochs": 10, "width": 16}
    can_stop: ClassVar[bool] = True

    width: int = bounded(64, 8, 256, log=True, description="Units on either side.")
    bottleneck: float = bounded(
        0.25, 0.05, 0.8, description="Units in the middle, as a share of the columns."
    )
    learning_rate: float = bounded(0.005, 0.0005, 0.05, log=True, description="Of a step.")
    n_epochs: int = Field(20, ge=1, le=10_000, description="Passes over the rows, at most.")
    batch_size: int = Field(256, ge=8, le=65_536, description="Rows of a step.")
    device: DeviceName = Field("auto", description="Where to train: a GPU where there is one.")

    @classmethod
    def available(cls) -> bool:
        """Return whether torch is installed."""
        return importlib.util.find_spec("torch") is not None

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> AutoencoderLearner:
        """Return the network after as many passes as there is time for."""
        from phantom_ml.algorithms.detectors._autoencoder_fit import Choices, fit_autoencoder

        seen = Seen.of(train, context)
        choices = Choices(
            self.width,
            max(1, round(self.bottleneck * seen.rows.shape[1])),
            self.learning_rate,
            self.n_epochs,
            self.batch_size,
            self.device,
        )
        rows = seen.rows.astype(np.float32)
        weights, n_epochs, is_cut_short = fit_autoencoder(choices, rows, context)
        found = AutoencoderLearner(seen.columns, UNKNOWN, weights)
        found.n_rounds, found.is_cut_short = n_epochs, is_cut_short
        with_surprise(found, seen.rows)
        return found
