"""Two categories together as one: which pairs, held-out gain decides (see selection)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.tables.base import TableEncoder, table_encoders

#: A pair in fewer rows is none that can be learned from; and how many there are at most.
MIN_ROWS, MAX_PAIRS = 5, 1_000


@table_encoders.add("cross")
class CrossEncoder(TableEncoder):
    """One column of codes of pairs by falling frequency; NaN where either is missing, rare or new together.

    Attributes
    ----------
    pairs : values of both columns
    """

    name = "cross"
    family = "statistical"
    tier = "crosses"

    left: str
    right: str
    pairs: tuple[tuple[str, str], ...]

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return nothing: without a target no pair is better than another."""
        return []

    @classmethod
    def fit_pair(cls, frame: pl.DataFrame, left: str, right: str) -> Self | None:
        """Return the encoder of two columns; None where fewer than two of their pairs are frequent."""
        counted = (
            _both(frame, left, right).drop_nulls().group_by("left", "right").agg(rows=pl.len())
        )
        known = counted.filter(pl.col("rows") >= MIN_ROWS)
        known = known.sort("rows", "left", "right", descending=[True, False, False])
        pairs = tuple(known.select("left", "right").head(MAX_PAIRS).rows())
        return cls(left=left, right=right, pairs=pairs) if len(pairs) > 1 else None

    def refitted(self, frame: pl.DataFrame) -> Self | None:
        """Return the same columns with the pairs of other rows."""
        return self.fit_pair(frame, self.left, self.right) or self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return both columns."""
        return (self.left, self.right)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one categorical feature."""
        words = f"{self.left} and {self.right} together; rare and new pairs are missing"
        return (Feature(self._title, self.left, len(self.pairs), words, (self.right,)),)

    @property
    def levels(self) -> Mapping[str, tuple[str, ...]]:
        """Return what the codes stand for."""
        return {self._title: tuple(f"{left} & {right}" for left, right in self.pairs)}

    @property
    def _title(self) -> str:
        return f"{self.left} & {self.right}"

    @cached_property
    def _codes(self) -> pl.DataFrame:
        left, right = zip(*self.pairs, strict=True)
        return pl.DataFrame({"left": left, "right": right}).with_row_index("code")

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the codes."""
        both = _both(frame, self.left, self.right)
        found = both.join(self._codes, on=["left", "right"], how="left", maintain_order="left")
        out[:, 0] = found["code"].cast(pl.Float32).to_numpy()


def _both(frame: pl.DataFrame, left: str, right: str) -> pl.DataFrame:
    return pl.DataFrame([as_text(frame[left]).alias("left"), as_text(frame[right]).alias("right")])
