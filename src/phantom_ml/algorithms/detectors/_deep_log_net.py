"""What DeepLog reads and says: the events before a row in, the row's codes and columns out, and what it missed.

The network is that of the LSTM without the row itself: its outputs are the log-odds of each code of each
channel of the row's own event, then its columns. The same formulas serve numpy and torch.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.columns import NetColumns
from phantom_ml.algorithms._deep.lstm_net import Sizes, shapes, start
from phantom_ml.algorithms._deep.sequence_columns import SequenceColumns, SequenceInputs
from phantom_ml.data.matrix import Matrix
from phantom_ml.errors import DataError
from phantom_ml.parts.nets.weights import Shapes

Array = NDArray[np.float64]
Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Events:
    """The channels of a history, of which the last step is the row's own event.

    Attributes
    ----------
    sizes : tuple of int
        How many codes each channel has; empty where there is no history.
    """

    sizes: tuple[int, ...]

    @classmethod
    def of(cls, matrix: Matrix) -> Events:
        """Return the channels of a matrix."""
        return cls(() if matrix.history is None else tuple(matrix.history.sizes))

    @property
    def columns(self) -> SequenceColumns:
        """Return how the events become inputs of an LSTM; nothing of the row is among them."""
        nothing = Matrix(np.empty((0, 0), np.float32), ())
        return SequenceColumns(NetColumns.fit(nothing), self.sizes)

    def shapes(self, sizes: Sizes, n_columns: int) -> Shapes:
        """Return the shapes of all weights."""
        return shapes(self.columns, sizes, sum(self.sizes) + n_columns)

    def before(self, matrix: Matrix) -> SequenceInputs:
        """Return the events before each row; raises DataError where there are none of training's kind."""
        bare = Matrix(np.empty((matrix.n_rows, 0), np.float32), ())
        if not self.sizes:
            return self.columns.inputs(bare)
        history = matrix.history
        if history is not None:
            # The last step is the row itself.
            history = replace(history, values=history.values[:, :-1])
        return self.columns.inputs(replace(bare, history=history))

    def codes(self, matrix: Matrix) -> NDArray[np.int64]:
        """Return the codes of each row's own event, shape (n_rows, n_channels)."""
        if not self.sizes:
            return np.empty((matrix.n_rows, 0), np.int64)
        if matrix.history is None:
            raise DataError(
                "The events of the rows are missing.", "Give rows of the model's encoder."
            )
        last = matrix.history.values[:, -1, :-1]
        return np.clip(np.nan_to_num(last), 0, np.array(self.sizes) - 1).astype(np.int64)

    def parts(self, outputs: Any) -> Sequence[Any]:
        """Return the log-odds of each channel, then the columns."""
        ends = np.cumsum([0, *self.sizes]).tolist()
        channels = [outputs[:, a:b] for a, b in pairwise(ends)]
        return [*channels, outputs[:, ends[-1] :]]

    def start(self, sizes: Sizes, codes: NDArray[np.int64], rows: Array, seed: int) -> Any:
        """Return weights that say of every row how often its codes come, and the mean of its columns."""
        counts = [
            np.bincount(own, minlength=size) + 0.5
            for own, size in zip(codes.T, self.sizes, strict=True)
        ]
        odds = [np.log(count / count.sum()) for count in counts]
        prior = np.concatenate([*odds, rows.mean(axis=0)]).astype(np.float32)
        return start(self.shapes(sizes, rows.shape[1]), prior, np.random.default_rng(seed))


def missed(events: Events, outputs: Floats, codes: NDArray[np.int64], rows: Array) -> Array:
    """Return minus the log-probability of each row's codes, and its columns' mean distance, added up."""
    *channels, columns = events.parts(outputs.astype(np.float64))
    total = np.zeros(len(rows))
    if rows.shape[1]:
        total += np.abs(columns - rows).mean(axis=1)
    at = np.arange(len(rows))
    for odds, code in zip(channels, codes.T, strict=True):
        most = odds.max(axis=1)
        total += np.log(np.exp(odds - most[:, None]).sum(axis=1)) + most - odds[at, code]
    return total
