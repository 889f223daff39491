"""Features of cells that came lately, remembered: events repeat, and one alone costs most in overhead.

A column encoder is a pure function of a cell, so what it made of a cell once it may give again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import ColumnEncoder

#: More rows than this are not worth asking one by one.
FEW = 64
#: Cells remembered at most, and the longest of them: memory is an attacker's to fill.
REMEMBERED, SHORT = 4096, 1024

Cell = str | int | None
Row = NDArray[np.float32]


@dataclass
class Remembered:
    """One column encoder, and what it made of short strings and whole numbers that came lately."""

    encoder: ColumnEncoder
    rows: dict[Cell, Row] = field(default_factory=dict)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the features of ``values`` as the encoder does."""
        if len(values) > FEW or not self._may_repeat(values):
            self.encoder.transform(values, out)
            return
        cells, known = values.to_list(), self.rows
        new = list(dict.fromkeys(cell for cell in cells if cell not in known))
        found: dict[Cell, Row] = {}
        if new:
            made = np.empty((len(new), out.shape[1]), np.float32)
            self.encoder.transform(pl.Series(values.name, new, dtype=values.dtype), made)
            found = dict(zip(new, made, strict=True))
        for row, cell in zip(out, cells, strict=True):
            row[:] = found[cell] if cell in found else known[cell]
        self._keep(found)

    def _may_repeat(self, values: pl.Series) -> bool:
        # A plain number is read faster than remembered.
        whole = values.dtype.is_integer() and self.encoder.name != "number"
        return values.dtype == pl.String or whole

    def _keep(self, found: dict[Cell, Row]) -> None:
        short = {c: row for c, row in found.items() if not isinstance(c, str) or len(c) <= SHORT}
        # A new dictionary: another thread may be reading the old one.
        self.rows = short if len(self.rows) + len(short) > REMEMBERED else self.rows | short
