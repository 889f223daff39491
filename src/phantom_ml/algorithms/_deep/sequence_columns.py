"""A matrix as the LSTM takes it: the row's own numbers and levels, and the events that led to it, in order."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms._deep.columns import COLUMNS_FORM, NetColumns
from phantom_ml.data.matrix import History, Matrix
from phantom_ml.errors import DataError
from phantom_ml.parts.arrays import Arrays, Form, require

#: Knots of a gap, one a unit of its logarithm: the last stands for 15 years and more.
N_KNOTS = 21
#: Rows whose events are put in order at once.
PART_ROWS = 65_536
#: Channels of events, and codes of a channel, that a saved model may have: an encoder makes fewer.
MAX_CHANNELS, MAX_CODES = 64, 100_000


class SequenceInputs(NamedTuple):
    """Rows as the LSTM takes them, in numpy or in torch.

    Attributes
    ----------
    numbers : float32 array of shape (n_rows, n_numbers)
    flags : float32 array of shape (n_rows, n_flags)
    levels : int32 array of shape (n_rows, n_embedded)
        Rows of the table of all levels; the first of each category is for what is missing.
    events : integer array of shape (n_rows, n_steps, n_channels)
        Rows of the table of all codes. The events of a row come first, oldest first; what is behind them
        is not read.
    gaps : float32 array of shape (n_rows, n_steps)
        0 for no known gap, else its place among the knots, from 1 to ``N_KNOTS``.
    n_events : int64 array of shape (n_rows,)
    """

    numbers: Any
    flags: Any
    levels: Any
    events: Any
    gaps: Any
    n_events: Any


@dataclass(frozen=True)
class SequenceColumns:
    """How a matrix becomes the inputs of the LSTM.

    Attributes
    ----------
    net : NetColumns
        The row's own numbers and categories.
    sizes : tuple of int
        How many codes each channel of the history has; empty where there is no history.
    """

    net: NetColumns
    sizes: tuple[int, ...]

    @classmethod
    def fit(cls, matrix: Matrix) -> SequenceColumns:
        """Return the columns for the rows of ``matrix``."""
        sizes = () if matrix.history is None else matrix.history.sizes
        return cls(NetColumns.fit(matrix), tuple(sizes))

    def inputs(self, matrix: Matrix) -> SequenceInputs:
        """Return the rows of a matrix as the LSTM takes them.

        Raises
        ------
        DataError
            The history is not that of training.
        """
        numbers, flags, codes = self.net.inputs(matrix)
        levels = (codes + _first(self.net.embedded_sizes + 1)).astype(np.int32)
        return SequenceInputs(numbers, flags, levels, *self._steps(matrix))

    def _steps(self, matrix: Matrix) -> tuple[NDArray[Any], ...]:
        n_rows = matrix.n_rows
        if self.sizes:
            values = self._checked(matrix.history).values
        else:
            values = np.empty((n_rows, 0, 1), np.float32)
        parts = [
            self._in_order(values[i : i + PART_ROWS]) for i in range(0, max(1, n_rows), PART_ROWS)
        ]
        events, gaps, n_events = (np.concatenate(part) for part in zip(*parts, strict=True))
        # An LSTM takes one step at least.
        most = max(1, int(n_events.max(initial=0)))
        return events[:, :most], gaps[:, :most], n_events

    def _checked(self, history: History | None) -> History:
        if history is not None and tuple(history.sizes) == self.sizes:
            return history
        found = "are missing" if history is None else f"have channels of {history.sizes} codes"
        raise DataError(
            f"The last events of each row's entity {found}; those of training had {self.sizes}.",
            "Give rows that the model's own encoder made, with the time and the entity of training.",
        )

    def _in_order(self, values: NDArray[np.float32]) -> tuple[NDArray[Any], ...]:
        """Return codes, gaps and number of the events of some rows, steps without an event moved back."""
        sizes = np.array(self.sizes, np.int64)
        codes, gaps = values[:, :, :-1], values[:, :, -1]
        codes = np.where((codes >= 0) & (codes < sizes), codes, 0)
        happened = (codes > 0).any(axis=2)
        order = np.argsort(~happened, axis=1, kind="stable")
        # Half the memory where it is enough.
        kind = np.int16 if sizes.sum() <= np.iinfo(np.int16).max else np.int32
        events = (codes + _first(sizes)).astype(kind)
        places = np.where(np.isnan(gaps), 0, 1 + np.clip(gaps, 0, N_KNOTS - 1)).astype(np.float32)
        return (
            np.take_along_axis(events, order[:, :, None], axis=1),
            np.take_along_axis(places, order, axis=1),
            happened.sum(axis=1),
        )

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {**self.net.arrays(), "history.sizes": np.array(self.sizes, np.int64)}

    @classmethod
    def of_arrays(cls, arrays: Mapping[str, NDArray[Any]]) -> SequenceColumns:
        """Return the columns that were saved; raises BundleDamaged where they lead nowhere."""
        sizes = arrays["history.sizes"]
        require(len(sizes) <= MAX_CHANNELS, "the history has too many channels")
        right = bool(((sizes >= 1) & (sizes <= MAX_CODES)).all())
        require(right, "a channel of the history has another size")
        return cls(NetColumns.of_arrays(dict(arrays)), tuple(int(n) for n in sizes))


SEQUENCE_COLUMNS_FORM: Form = {**COLUMNS_FORM, "history.sizes": (np.int64, 1)}


def _first(sizes: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the row of a table at which each of its parts begins."""
    return np.asarray(np.cumsum(sizes) - sizes)
