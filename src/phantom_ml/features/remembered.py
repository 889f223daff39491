"""Features of cells that came lately, remembered: events repeat, and one alone costs most in overhead.

An encoder is a pure function of the cells that it reads, so what it made of them once it may give again.
"""

from __future__ import annotations

import struct
from collections.abc import Collection, Hashable, Sequence
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.before import Before
from phantom_ml.features.lately import FEW, Asked, Lately
from phantom_ml.features.tables.base import TableEncoder

#: Types of what may come again, by their names: types themselves take long to be compared.
WORDS = frozenset({"String"})
CELLS = WORDS | {*(f"{sign}Int{n}" for sign in ("", "U") for n in (8, 16, 32, 64)), "Float64"}
#: Encoders that read a plain number faster than it is remembered, or of numbers that hardly come again.
PLAIN = frozenset({"number", "volume", "arithmetic", "timestamp"})

Row = NDArray[np.float32]


@dataclass(frozen=True)
class FewCells:
    """The cells of a few rows, each column read once for all encoders that ask for it."""

    frame: pl.DataFrame
    known: dict[str, Sequence[Hashable]] = field(default_factory=dict)

    def of(self, column: str, types: Collection[str]) -> Sequence[Hashable] | None:
        """Return the cells of a column, None where it is of no such type."""
        kind = self._types[column]
        if kind not in types:
            return None
        found = self.known.get(column)
        if found is None:
            found = self.known[column] = _exact(self.columns[column], kind)
        return found

    @cached_property
    def columns(self) -> dict[str, pl.Series]:
        """Return all columns by their names: to ask the frame for each takes longer."""
        return dict(zip(self.frame.columns, self.frame.get_columns(), strict=True))

    @cached_property
    def _types(self) -> dict[str, str]:
        types = (type(t).__name__ for t in self.frame.dtypes)
        return dict(zip(self.frame.columns, types, strict=True))


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

    def asked(self, cells: FewCells) -> Asked[Row] | None:
        """Return which rows of a few are new; None where its cells are not remembered."""
        if self._single is not None:
            cells_of_one = cells.of(self._single, self._kinds)
            return None if cells_of_one is None else self.memory.ask(cells_of_one)
        columns = []
        for name in self._inputs:
            column = cells.of(name, self._kinds)
            if column is None:
                return None
            columns.append(column)
        return self.memory.ask([*zip(*columns, strict=True)])

    def rows(self, frame: pl.DataFrame, places: list[int]) -> pl.DataFrame:
        """Return what the encoder reads of some rows."""
        return frame.select(self._inputs)[places]

    @cached_property
    def _inputs(self) -> tuple[str, ...]:
        if isinstance(self.encoder, ColumnEncoder):
            return (self.encoder.column,)
        return tuple(dict.fromkeys(self.encoder.inputs))

    @cached_property
    def _single(self) -> str | None:
        return self._inputs[0] if len(self._inputs) == 1 else None

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return WORDS if self.encoder.name in PLAIN else CELLS


def transform_together(
    parts: Sequence[Remembered],
    frame: pl.DataFrame,
    out: Sequence[NDArray[np.float32]],
    cells: FewCells | None = None,
) -> None:
    """Write the features that encoders of one kind make of the rows of a frame, each into its own array.

    Of a few rows, the cells that are new to any of them are read in one call.

    Parameters
    ----------
    parts, frame
    out : arrays of shape (n_rows, n_features), one a part
    cells : FewCells, optional
        Of the same frame, where encoders of other kinds read it too.
    """
    n_rows = frame.height
    if n_rows > FEW:
        for part, features in zip(parts, out, strict=True):
            write(part.encoder, frame, None, features)
        return
    if not n_rows:
        return
    cells = FewCells(frame) if cells is None else cells
    asked = [part.asked(cells) for part in parts]
    every = [*range(n_rows)]
    rows = [every if a is None else [*a.new.values()] for a in asked]
    due = [i for i, new in enumerate(rows) if new]
    frames = [frame if len(rows[i]) == n_rows else parts[i].rows(frame, rows[i]) for i in due]
    made = dict(zip(due, _made([parts[i].encoder for i in due], frames, cells), strict=True))
    for i, (known, features) in enumerate(zip(asked, out, strict=True)):
        found = made.get(i)
        if known is None:
            features[:] = found
        elif found is None or len(found) < n_rows:
            features[:] = parts[i].memory.answer(known, () if found is None else found)
        else:
            parts[i].memory.keep(known, found)
            features[:] = found


def _made(
    fitted: Sequence[ColumnEncoder | TableEncoder],
    frames: Sequence[pl.DataFrame],
    cells: FewCells,
) -> list[Row]:
    """Return what encoders of one kind make of a few rows each: those of single columns in one call."""
    single = [e for e in fitted if isinstance(e, ColumnEncoder)]
    if single:
        columns = [
            cells.columns[e.column] if rows is cells.frame else rows.get_column(e.column)
            for e, rows in zip(single, frames, strict=True)
        ]
        return type(single[0]).transform_each(single, columns)
    made = [
        np.empty((rows.height, len(e.features)), np.float32)
        for e, rows in zip(fitted, frames, strict=True)
    ]
    for encoder, rows, features in zip(fitted, frames, made, strict=True):
        write(encoder, rows, None, features)
    return made


def _exact(values: pl.Series, name: str) -> list[Hashable]:
    """Return cells that are equal only where they are the same: of a fraction its bits."""
    cells = values.to_list()
    if name == "Float64":
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
