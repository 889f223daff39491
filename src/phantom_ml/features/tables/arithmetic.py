"""Ratios, differences and products of two numbers; which ones, held-out gain decides (see selection)."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.columns.number import stored, to_float32, to_float64
from phantom_ml.features.offsets import WHOLE, difference, matters, spaced
from phantom_ml.features.tables.base import TableEncoder, table_encoders


class Operation(StrEnum):
    """What is done to two numbers."""

    RATIO = "ratio"
    DIFFERENCE = "difference"
    PRODUCT = "product"


_SIGNS = {Operation.RATIO: "/", Operation.DIFFERENCE: "-", Operation.PRODUCT: "*"}


@table_encoders.add("arithmetic")
class ArithmeticEncoder(TableEncoder):
    """One column: the ratio, difference or product of two number columns; NaN where there is none."""

    name = "arithmetic"
    family = "statistical"
    tier = "arithmetic"

    operation: Operation
    left: str
    right: str
    #: Whether it is computed in float64: of numbers far from 0 float32 would lose the difference.
    wide: bool = False

    @classmethod
    def fit_pair(cls, frame: pl.DataFrame, operation: Operation, left: str, right: str) -> Self:
        """Return the encoder of two numbers, computed in float64 where training rows need that."""
        narrow, wide = (
            cls(operation=operation, left=left, right=right, wide=wide) for wide in (False, True)
        )
        rows = spaced(frame)
        return wide if matters(narrow.results(rows), wide.results(rows)) else narrow

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return nothing: without a target no pair is better than another."""
        return []

    def refitted(self, frame: pl.DataFrame) -> Self | None:
        """Return itself: nothing was learned but the choice."""
        return self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return both columns."""
        return (self.left, self.right)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        name = f"{self.left} {_SIGNS[self.operation]} {self.right}"
        words = f"the {self.operation} of {self.left} and {self.right}"
        return (Feature(name, self.left, words=words, beside=(self.right,)),)

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the result; NaN where a number is missing, or would be divided by 0."""
        out[:, 0] = self.results(frame)

    def results(self, frame: pl.DataFrame) -> NDArray[np.float32]:
        """Return what ``transform`` writes, shape (n_rows,)."""
        left, right = frame[self.left], frame[self.right]
        if not self.wide:
            return combined(self.operation, to_float32(left), to_float32(right))
        one, other = stored(left), stored(right)
        if self.operation is Operation.DIFFERENCE and {one.dtype, other.dtype} <= WHOLE:
            return _single(difference(one, other))
        return combined(self.operation, to_float64(left), to_float64(right))


def combined(
    operation: Operation, left: NDArray[np.floating], right: NDArray[np.floating]
) -> NDArray[np.float32]:
    """Return the results of an operation, computed in the type of the numbers; NaN where there is none.

    Examples
    --------
    >>> one, two = np.float32([1, 1]), np.float32([2, 0])
    >>> combined(Operation.RATIO, one, two).tolist()
    [0.5, nan]
    """
    with np.errstate(all="ignore"):
        if operation is Operation.RATIO:
            return _single(left / right)
        if operation is Operation.DIFFERENCE:
            return _single(left - right)
        return _single(left * right)


def _single(found: NDArray[np.floating]) -> NDArray[np.float32]:
    """Return numbers in float32; NaN for those that are not finite there."""
    with np.errstate(over="ignore"):
        kept = found.astype(np.float32)
    return np.where(np.isfinite(kept), kept, np.float32(np.nan))
