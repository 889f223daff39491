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
from phantom_ml.features.columns.number import to_float32
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
        left = to_float32(frame[self.left])
        right = to_float32(frame[self.right])
        out[:, 0] = combined(self.operation, left, right)


def combined(
    operation: Operation, left: NDArray[np.float32], right: NDArray[np.float32]
) -> NDArray[np.float32]:
    """Return the results of an operation; NaN where there is none.

    Examples
    --------
    >>> one, two = np.float32([1, 1]), np.float32([2, 0])
    >>> combined(Operation.RATIO, one, two).tolist()
    [0.5, nan]
    """
    with np.errstate(all="ignore"):
        if operation is Operation.RATIO:
            found = left / right
        elif operation is Operation.DIFFERENCE:
            found = left - right
        else:
            found = left * right
    return np.where(np.isfinite(found), found, np.nan).astype(np.float32)
