"""Features of cells that came lately, remembered: events repeat, and one alone costs most in overhead.

An encoder is a pure function of the cells that it reads, so what it made of them once it may give again.
"""

from __future__ import annotations

import struct
from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.before import Before
from phantom_ml.features.lately import FEW, Asked, Lately
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
        transform_together([self], frame, [out])

    def asked(self, frame: pl.DataFrame) -> Asked[Row] | None:
        """Return which rows of a few are new; None where its cells are not remembered."""
        columns = [frame[name] for name in self._inputs]
        if not all(c.dtype in self._kinds for c in columns):
            return None
        return self.memory.ask(list(zip(*map(_exact, columns), strict=True)))

    def rows(self, frame: pl.DataFrame, places: list[int]) -> pl.DataFrame:
        """Return what the encoder reads of some rows."""
        return frame if len(places) == frame.height else frame.select(self._inputs)[places]

    @cached_property
    def _inputs(self) -> tuple[str, ...]:
        if isinstance(self.encoder, ColumnEncoder):
            return (self.encoder.column,)
        return tuple(dict.fromkeys(self.encoder.inputs))

    @cached_property
    def _kinds(self) -> frozenset[pl.DataType]:
        return WORDS if self.encoder.name in PLAIN else CELLS


def transform_together(
    parts: Sequence[Remembered], frame: pl.DataFrame, out: Sequence[NDArray[np.float32]]
) -> None:
    """Write the features that encoders of one kind make of the rows of a frame, each into its own array.

    Of a few rows, the cells that are new to any of them are read in one call.
    """
    if frame.height > FEW:
        for part, features in zip(parts, out, strict=True):
            write(part.encoder, frame, None, features)
        return
    if not frame.height:
        return
    asked = [part.asked(frame) for part in parts]
    rows = [[*range(frame.height)] if a is None else [*a.new.values()] for a in asked]
    due = [i for i, new in enumerate(rows) if new]
    frames = [parts[i].rows(frame, rows[i]) for i in due]
    made = dict(zip(due, _made([parts[i].encoder for i in due], frames), strict=True))
    for i, (known, features) in enumerate(zip(asked, out, strict=True)):
        found = made.get(i, ())
        features[:] = found if known is None else parts[i].memory.answer(known, found)


def _made(
    fitted: Sequence[ColumnEncoder | TableEncoder], frames: Sequence[pl.DataFrame]
) -> list[Row]:
    """Return what encoders of one kind make of a few rows each: those of single columns in one call."""
    single = [e for e in fitted if isinstance(e, ColumnEncoder)]
    if single:
        columns = [rows[e.column] for e, rows in zip(single, frames, strict=True)]
        return type(single[0]).transform_each(single, columns)
    made = [
        np.empty((rows.height, len(e.features)), np.float32)
        for e, rows in zip(fitted, frames, strict=True)
    ]
    for encoder, rows, features in zip(fitted, frames, made, strict=True):
        write(encoder, rows, None, features)
    return made


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
