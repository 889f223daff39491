"""Numbers as they are: float32, infinite values as missing."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.kinds.column import MARKS
from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import NUMBER_KINDS, ColumnSchema
from phantom_ml.errors import TypeUnsafe
from phantom_ml.features.base import ColumnEncoder, encoders

#: The largest float32; a number beyond it becomes infinite when cast, and so does not count.
LIMIT = float(np.finfo(np.float32).max)


@encoders.add("number")
class NumberEncoder(ColumnEncoder):
    """One column: the number, NaN where it is missing or not finite."""

    name = "number"
    kinds = NUMBER_KINDS

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> NumberEncoder | None:
        """Return the encoder; there is nothing to learn."""
        return cls(column=schema.name)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature, called as the column is."""
        return (Feature(self.column, self.column, words="the number as it is"),)

    @classmethod
    def transform_each(
        cls, fitted: Sequence[Self], columns: Sequence[pl.Series]
    ) -> list[NDArray[np.float32]]:
        """Return the numbers of a column each, for few rows."""
        read = [_read(values, e.column) for e, values in zip(fitted, columns, strict=True)]
        ends = np.cumsum([len(numbers) for numbers in read])[:-1]
        return np.split(_bounded(np.concatenate(read))[:, None], ends)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the numbers; text that is no number raises TypeUnsafe."""
        out[:, 0] = to_float32(values, self.column)


def to_float32(values: pl.Series, column: str) -> NDArray[np.float32]:
    """Return a column as float32 with NaN for null and infinite cells, and for marks as ``-``.

    Raises
    ------
    TypeUnsafe
        A cell holds text that is no number.
    """
    return _bounded(_read(values, column))


def _read(values: pl.Series, column: str) -> NDArray[np.float64]:
    numbers = values
    if values.dtype == pl.String:
        text = values.str.strip_chars()
        numbers = text.cast(pl.Float64, strict=False)
        lost = values.is_not_null() & numbers.is_null() & ~text.is_in(list(MARKS))
        if lost.any():
            example = str(values.filter(lost)[0])[:60]
            raise TypeUnsafe(
                f"Column {column!r} holds {example!r}, which is no number.",
                "The model was trained on numbers there: correct the column, or train again.",
            )
    elif values.dtype.is_temporal():
        numbers = values.to_physical()
    return numbers.cast(pl.Float64, strict=False).to_numpy()


def _bounded(numbers: NDArray[np.float64]) -> NDArray[np.float32]:
    with np.errstate(over="ignore", invalid="ignore"):
        return np.where(np.abs(numbers) <= LIMIT, numbers, np.nan).astype(np.float32)
