"""Features of cells that came lately, remembered: events repeat, and one alone costs most in overhead.

An encoder is a pure function of the cells that it reads, so what it made of them once it may give again.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.before import Before
from phantom_ml.features.lately import FEW, Lately
from phantom_ml.features.tables.base import TableEncoder

#: What may come again.
WORDS = frozenset({pl.String()})
SIGNED = (pl.Int8(), pl.Int16(), pl.Int32(), pl.Int64())
UNSIGNED = (pl.UInt8(), pl.UInt16(), pl.UInt32(), pl.UInt64())
CELLS = WORDS | {*SIGNED, *UNSIGNED, pl.Float64()}
#: Encoders that read a plain number faster than it is remembered, or of numbers that hardly come again.
PLAIN = frozenset({"number", "volume", "arithmetic", "timestamp"})

Row = NDArray[np.float32]


@dataclass(frozen=True)
class Remembered:
    """One encoder, and what it made of cells that came lately: short strings, whole numbers, fractions.

    Of an encoder of several columns, all the cells that it reads of a row are remembered together.
    """

    encoder: ColumnEncoder | TableEncoder
    memory: Lately[Row] = field(default_factory=Lately)

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the features of the rows of ``frame`` as the encoder does."""
        columns = [frame[name] for name in self._inputs]
        if frame.height > FEW or not all(c.dtype in self._kinds for c in columns):
            write(self.encoder, frame, None, out)
            return

        def made(new: list[int]) -> NDArray[np.float32]:
            rows = frame if len(new) == frame.height else pl.DataFrame(columns)[new]
            features = np.empty((len(new), out.shape[1]), np.float32)
            write(self.encoder, rows, None, features)
            return features

        cells = list(zip(*map(_exact, columns), strict=True))
        for row, features in zip(out, self.memory.of(cells, made), strict=True):
            row[:] = features

    @cached_property
    def _inputs(self) -> tuple[str, ...]:
        if isinstance(self.encoder, ColumnEncoder):
            return (self.encoder.column,)
        return tuple(dict.fromkeys(self.encoder.inputs))

    @cached_property
    def _kinds(self) -> frozenset[pl.DataType]:
        return WORDS if self.encoder.name in PLAIN else CELLS


def _exact(values: pl.Series) -> list[Hashable]:
    """Return cells that are equal only where they are the same: of a fraction its bits."""
    cells = values.to_list()
    if values.dtype == pl.Float64:
        return [None if cell is None else struct.pack("d", cell) for cell in cells]
    return cells


def write(
    part: ColumnEncoder | TableEncoder,
    frame: pl.DataFrame,
    before: Before | None,
    out: NDArray[np.float32],
) -> None:
    """Write the features that one encoder makes of rows; of those it was fitted on with ``before``."""
    if isinstance(part, ColumnEncoder):
        cells = frame[part.column]
        part.transform(cells, out) if before is None else part.training(cells, before, out)
    elif before is None:
        part.transform(frame, out)
    else:
        part.training(frame, before, out)
