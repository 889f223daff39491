"""Rarity of a pair of values: both may be common, and yet never have come together.

Source: Chandola, Banerjee & Kumar, "Anomaly Detection: A Survey", 2009, doi:10.1145/1541880.1541882, on
contextual anomalies.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations
from typing import Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema, TableSchema
from phantom_ml.features.before import Before
from phantom_ml.features.cells.entity import joined
from phantom_ml.features.columns.frequency import AS_WRITTEN, FrequencyEncoder
from phantom_ml.features.parsing.spellings import one_spelling
from phantom_ml.features.tables.base import TableEncoder, table_encoders

KINDS = (ColumnKind.ENTITY, ColumnKind.CATEGORY, ColumnKind.PORT, ColumnKind.IP)
#: Columns that are paired at most, those with the most values first.
MAX_COLUMNS = 4
#: Fewer values than this leave no pair rare.
MIN_VALUES = 3
#: ASCII's unit separator: it lies in no sane value, so that pairs do not run together.
BETWEEN = "\x1f"
WORDS = "-log2 of the share of rows with this pair of values, in bits"


@table_encoders.add("pair_rarity")
class PairRarityEncoder(TableEncoder):
    """One column a pair: -log2 of the share of training rows with both values, smoothed (Laplace)."""

    name = "pair_rarity"
    version = 3
    family = "statistical"
    tier = "pairs"

    left: str
    right: str
    kinds: tuple[ColumnKind, ColumnKind]
    frequency: FrequencyEncoder

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return an encoder for each pair of columns that have something to pair."""
        columns = [c for c in schema.columns if c.kind in KINDS and c.n_distinct >= MIN_VALUES]
        columns = sorted(columns, key=lambda c: -c.n_distinct)[:MAX_COLUMNS]
        found = [cls._fit_pair(frame, a, b) for a, b in combinations(columns, 2)]
        return [pair for pair in found if pair is not None]

    @classmethod
    def _fit_pair(cls, frame: pl.DataFrame, a: ColumnSchema, b: ColumnSchema) -> Self | None:
        joined_cells = _joined(frame, (a.name, b.name), (a.kind, b.kind))
        # Each side is in one spelling already, and both together are of no kind that has any.
        frequency = FrequencyEncoder.fit(joined_cells, a.model_copy(update={"kind": AS_WRITTEN}))
        if frequency is None:
            return None
        return cls(left=a.name, right=b.name, kinds=(a.kind, b.kind), frequency=frequency)

    @property
    def inputs(self) -> tuple[str, str]:
        """Return both columns."""
        return (self.left, self.right)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one feature."""
        name = f"{self.left}+{self.right}.rarity"
        return (Feature(name, self.left, words=WORDS, beside=(self.right,)),)

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write the rarity in bits; NaN where a value is missing."""
        self.frequency.transform(_joined(frame, self.inputs, self.kinds), out)

    def training(self, frame: pl.DataFrame, before: Before, out: NDArray[np.float32]) -> None:
        """Write the rarity among what came before each row."""
        self.frequency.training(_joined(frame, self.inputs, self.kinds), before, out)


def _joined(
    frame: pl.DataFrame, columns: tuple[str, str], kinds: tuple[ColumnKind, ColumnKind]
) -> pl.Series:
    cells = zip(columns, kinds, strict=True)
    return joined([one_spelling(frame[column], kind) for column, kind in cells], BETWEEN)
