"""Bytes and counts with a heavy tail: the logarithm beside the plain number."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, encoders
from phantom_ml.features.parsing.numbers import amounts


@encoders.add("volume")
class VolumeEncoder(ColumnEncoder):
    """One column: log2(1 + n); NaN where there is no number, or a negative one."""

    name = "volume"
    kinds = frozenset({ColumnKind.BYTES})
    family = "security"

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> VolumeEncoder | None:
        """Return the encoder; there is nothing to learn."""
        return cls(column=schema.name)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        return (Feature(f"{self.column}.log", self.column, words="log2(1 + n)"),)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the logarithm."""
        out[:, 0] = np.log2(1.0 + amounts(values))
