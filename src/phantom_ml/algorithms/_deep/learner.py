"""A fitted network of some sizes: it scores in numpy and saves itself as arrays."""

from __future__ import annotations

from abc import abstractmethod
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar, Self

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.scoring import scored
from phantom_ml.algorithms.base import Learner
from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Form, load_arrays, save_arrays
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.operations import NUMPY
from phantom_ml.parts.nets.weights import (
    Shapes,
    Weights,
    arrays_of,
    epochs_of,
    require_shapes,
    weights_of,
)


@dataclass
class NetworkLearner(Learner):
    """Weights, and the columns that they are for.

    Class attributes
    ----------------
    chunk_rows : rows that are scored at once, so that what the layers make of them stays small.
    columns_form, columns_kind, sizes_kind : how columns and sizes are read.

    Attributes
    ----------
    columns
        How a matrix becomes inputs.
    answers : Answers
        What the outputs mean.
    sizes
    weights : dict of name to float32 array
    n_rounds : int
        Epochs.
    """

    chunk_rows: ClassVar[int]
    columns_form: ClassVar[Form]
    columns_kind: ClassVar[Any]
    sizes_kind: ClassVar[Any]

    columns: Any
    answers: Answers
    sizes: Any
    weights: Weights
    n_rounds: int

    @abstractmethod
    def outputs(self, net: Net, inputs: Any) -> Any:
        """Return the outputs of some rows' inputs, shape (n_rows, n_raw)."""

    @staticmethod
    @abstractmethod
    def shapes_of(columns: Any, sizes: Any, n_raw: int) -> Shapes:
        """Return the shapes that weights for such columns and sizes must have."""

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        net = Net(self.weights, NUMPY, lambda x: x)

        def outputs(part: Matrix) -> Any:
            return self.outputs(net, self.columns.inputs(part))

        return scored(matrix, self.answers, self.chunk_rows, n_threads, outputs)

    def save(self, folder: Path) -> None:
        """Write columns, answers, sizes and weights."""
        facts = {"kind": self.answers.kind.value, "n_epochs": self.n_rounds, **asdict(self.sizes)}
        arrays = {**self.columns.arrays(), **self.answers.arrays(), **arrays_of(self.weights)}
        save_arrays(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path) -> Self:
        """Return the saved learner; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, {**cls.columns_form, **Answers.FORM})
        columns, answers = cls.columns_kind.of_arrays(arrays), Answers.of_arrays(arrays, facts)
        sizes, weights = cls.sizes_kind.of_facts(facts), weights_of(arrays)
        require_shapes(weights, cls.shapes_of(columns, sizes, answers.n_raw))
        return cls(columns, answers, sizes, weights, epochs_of(facts))
