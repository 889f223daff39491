"""The fitted LSTM: it scores in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from phantom_ml.algorithms._deep.learner import NetworkLearner
from phantom_ml.algorithms._deep.lstm_net import Sizes, forward, shapes
from phantom_ml.algorithms._deep.sequence_columns import SEQUENCE_COLUMNS_FORM, SequenceColumns
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.recurrence import last_state
from phantom_ml.parts.nets.weights import Shapes

#: What the gates of all steps of so many rows need is some megabytes.
CHUNK_ROWS = 256


@dataclass
class LSTMLearner(NetworkLearner):
    """Weights, and the columns and histories that they are for.

    ``predict`` raises DataError where the history is missing or has other channels than in training.
    """

    algorithm: ClassVar[str] = "LSTM"
    chunk_rows = CHUNK_ROWS
    columns_form = SEQUENCE_COLUMNS_FORM
    columns_kind = SequenceColumns
    sizes_kind = Sizes

    @staticmethod
    def shapes_of(columns: SequenceColumns, sizes: Sizes, n_raw: int) -> Shapes:
        """Return the shapes that weights for such columns and sizes must have."""
        return shapes(columns, sizes, n_raw)

    def outputs(self, net: Net, inputs: Any) -> Any:
        """Return the outputs of some rows' inputs, shape (n_rows, n_raw)."""
        return forward(net, inputs, last_state)
