"""The fitted transformer: it scores in numpy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, ClassVar

from phantom_ml.algorithms._deep.learner import NetworkLearner
from phantom_ml.algorithms._deep.token_columns import TOKEN_COLUMNS_FORM, TokenColumns
from phantom_ml.algorithms._deep.transformer_net import Sizes, forward, shapes
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.weights import Shapes

#: What a block makes of so many rows is some tens of megabytes at most.
CHUNK_ROWS = 128


@dataclass
class TransformerLearner(NetworkLearner):
    """Weights, and the columns and strings that they are for."""

    algorithm: ClassVar[str] = "Transformer"
    chunk_rows = CHUNK_ROWS
    columns_form = TOKEN_COLUMNS_FORM
    columns_kind = TokenColumns
    sizes_kind = Sizes

    @staticmethod
    def shapes_of(columns: TokenColumns, sizes: Sizes, n_raw: int) -> Shapes:
        """Return the shapes that weights for such columns and sizes must have."""
        return shapes(columns, sizes, n_raw)

    def outputs(self, net: Net, inputs: Any) -> Any:
        """Return the outputs of some rows' inputs, shape (n_rows, n_raw)."""
        return forward(net, inputs)
