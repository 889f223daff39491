"""The fitted transformer: it scores in numpy and saves itself as arrays."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._arrays import Form, load_arrays, save_arrays
from phantom_ml.algorithms._deep.answers import Answers
from phantom_ml.algorithms._deep.attention import Net
from phantom_ml.algorithms._deep.operations import NUMPY
from phantom_ml.algorithms._deep.scoring import scored
from phantom_ml.algorithms._deep.token_columns import TOKEN_COLUMNS_FORM, TokenColumns
from phantom_ml.algorithms._deep.transformer_net import Sizes, forward, shapes
from phantom_ml.algorithms._deep.weights import (
    Weights,
    arrays_of,
    epochs_of,
    require_shapes,
    weights_of,
)
from phantom_ml.algorithms.base import Learner
from phantom_ml.data.matrix import Matrix

#: Rows that are scored at once: what a block makes of them is some tens of megabytes at most.
CHUNK_ROWS = 128


@dataclass
class TransformerLearner(Learner):
    """Weights, and the columns that they are for.

    Attributes
    ----------
    columns : TokenColumns
    answers : Answers
        What the outputs mean.
    sizes : Sizes
    weights : dict of name to float32 array
    n_rounds : int
        Epochs.
    """

    algorithm: ClassVar[str] = "Transformer"
    columns: TokenColumns
    answers: Answers
    sizes: Sizes
    weights: Weights
    n_rounds: int

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return probabilities or values of shape (n_rows, n_outputs)."""
        net = Net(self.weights, NUMPY, lambda x: x)

        def outputs(part: Matrix) -> Any:
            return forward(net, self.columns.inputs(part))

        return scored(matrix, self.answers, CHUNK_ROWS, n_threads, outputs)

    def save(self, folder: Path) -> None:
        """Write columns, answers, sizes and weights."""
        facts = {"kind": self.answers.kind.value, "n_epochs": self.n_rounds, **asdict(self.sizes)}
        arrays = {**self.columns.arrays(), **self.answers.arrays(), **arrays_of(self.weights)}
        save_arrays(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path) -> TransformerLearner:
        """Return the saved learner; raises BundleDamaged."""
        form: Form = {**TOKEN_COLUMNS_FORM, **Answers.FORM}
        arrays, facts = load_arrays(folder, form)
        columns, answers = TokenColumns.of_arrays(arrays), Answers.of_arrays(arrays, facts)
        sizes, weights = Sizes.of_facts(facts), weights_of(arrays)
        require_shapes(weights, shapes(columns, sizes, answers.n_raw))
        return cls(columns, answers, sizes, weights, epochs_of(facts))
