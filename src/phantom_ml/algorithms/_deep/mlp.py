"""The fitted network for tables: it scores in numpy and saves itself as arrays."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.columns import COLUMNS_FORM, NetColumns
from phantom_ml.algorithms._deep.net import BIAS, SLOPE, WEIGHT, forward, mish, n_layers, selu
from phantom_ml.algorithms._deep.scoring import scored
from phantom_ml.algorithms._deep.start import N_LEVEL_FEATURES, N_MIXED, N_WAVES
from phantom_ml.algorithms.base import Learner
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Form, load_arrays, require, save_arrays
from phantom_ml.parts.nets.weights import (
    Shapes,
    Weights,
    arrays_of,
    epochs_of,
    require_shapes,
    weights_of,
)

#: Rows that are scored at once: their waves stay in the cache.
CHUNK_ROWS = 1024
#: Layers at most: no fit writes more.
MAX_LAYERS = 16


@dataclass
class NeuralNetworkLearner(Learner):
    """Weights, and the columns that they are for.

    Attributes
    ----------
    columns : NetColumns
    answers : Answers
        What the outputs mean.
    weights : dict of name to float32 array
    n_rounds : int
        Epochs.
    """

    algorithm: ClassVar[str] = "NeuralNetwork"
    columns: NetColumns
    answers: Answers
    weights: Weights
    n_rounds: int

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        activation = activation_of(self.answers.kind)

        def outputs(part: Matrix) -> Any:
            return forward(self.weights, self.columns.inputs(part), activation, np, lambda x: x)

        return scored(matrix, self.answers, CHUNK_ROWS, n_threads, outputs)

    def save(self, folder: Path) -> None:
        """Write columns, answers and weights."""
        arrays: dict[str, NDArray[Any]] = {**self.columns.arrays(), **self.answers.arrays()}
        arrays |= arrays_of(self.weights)
        facts = {"kind": self.answers.kind.value, "n_epochs": self.n_rounds}
        save_arrays(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path) -> NeuralNetworkLearner:
        """Return the saved learner; raises BundleDamaged."""
        form: Form = {**COLUMNS_FORM, **Answers.FORM}
        arrays, facts = load_arrays(folder, form)
        columns, answers = NetColumns.of_arrays(arrays), Answers.of_arrays(arrays, facts)
        weights = weights_of(arrays)
        require_shapes(weights, _shapes(weights, columns, answers.n_raw))
        return cls(columns, answers, weights, epochs_of(facts))


def activation_of(kind: ProblemKind) -> Any:
    """Return the activation: SELU for classes, Mish for values."""
    return mish if kind is ProblemKind.REGRESSION else selu


def _shapes(weights: Weights, columns: NetColumns, n_outputs: int) -> Shapes:
    """Return the shapes that weights of so many layers must have; raises BundleDamaged."""
    n, depth = len(columns.numeric), n_layers(weights)
    require(1 < depth <= MAX_LAYERS, "the network has no layers")
    width = n * (N_MIXED + 1) + columns.n_flags + N_LEVEL_FEATURES * len(columns.embedded)
    shapes: Shapes = {
        "frequency": (n, 1, N_WAVES),
        "phase": (n, 1, N_WAVES),
        "mix": (n, N_WAVES, N_MIXED),
        "mix_bias": (n, 1, N_MIXED),
        "scale": (width,),
    }
    for j, size in enumerate(columns.embedded_sizes):
        shapes[f"levels.{j}"] = (int(size) + 1, N_LEVEL_FEATURES)
    for i in range(depth):
        last = i == depth - 1
        bias = weights.get(f"{BIAS}.{i}", np.empty(0))
        units = n_outputs if last else len(bias)
        shapes |= {f"{WEIGHT}.{i}": (width, units), f"{BIAS}.{i}": (units,)}
        shapes |= {} if last else {f"{SLOPE}.{i}": (units,)}
        width = units
    return shapes
