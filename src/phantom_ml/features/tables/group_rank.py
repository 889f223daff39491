"""A number among its peers: how it compares with the other rows of its category or entity.

Which number by which category, held-out gain decides (see selection). Peers are the training rows of
a category that has many: among them a row's own share is small.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Self

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.base import as_text
from phantom_ml.features.columns.number import stored, to_float32, to_float64
from phantom_ml.features.offsets import is_narrow, matters, spaced
from phantom_ml.features.tables.base import TableEncoder, table_encoders

#: A category with fewer rows than this has no peers worth comparing with.
MIN_ROWS = 20
MAX_LEVELS = 5_000
QUANTILES = np.linspace(0.1, 0.9, 9)


@table_encoders.add("group_rank")
class GroupRankEncoder(TableEncoder):
    """Two columns: the number less its category's mean, and its rank (0 to 1) within the category."""

    name = "group_rank"
    family = "statistical"
    tier = "peers"

    by: str
    of: str
    levels: tuple[str, ...]
    means: tuple[float, ...]
    deciles: tuple[tuple[float, ...], ...]
    #: Whether it is computed in float64: of numbers far from 0 float32 would lose the deviation.
    wide: bool = False

    @classmethod
    def fit(cls, frame: pl.DataFrame, schema: TableSchema) -> Sequence[Self]:
        """Return nothing: without a target no pair is better than another."""
        return []

    @classmethod
    def fit_pair(cls, frame: pl.DataFrame, by: str, of: str) -> Self | None:
        """Return the encoder of one number by one category; None where no category has enough rows."""
        narrow = cls._fitted(frame, by, of, wide=False)
        if narrow is None or is_narrow(stored(frame[of])):
            return narrow
        wide, rows = cls._fitted(frame, by, of, wide=True), spaced(frame)
        lost = wide is not None and matters(narrow._compared(rows)[0], wide._compared(rows)[0])
        return wide if lost else narrow

    @classmethod
    def _fitted(cls, frame: pl.DataFrame, by: str, of: str, *, wide: bool) -> Self | None:
        number = (to_float64 if wide else to_float32)(frame[of])
        rows = pl.DataFrame({"g": as_text(frame[by]), "x": pl.Series(number).fill_nan(None)})
        cuts = [pl.col("x").quantile(q).alias(f"q{q:.1f}") for q in QUANTILES]
        mean = pl.col("x").cast(pl.Float64).mean().alias("mean")
        groups = rows.drop_nulls().group_by("g").agg(pl.len().alias("rows"), mean, *cuts)
        groups = groups.filter(pl.col("rows") >= MIN_ROWS).sort(
            "rows", "g", descending=[True, False]
        )
        groups = groups.head(MAX_LEVELS)
        if groups.height == 0:
            return None
        return cls(
            by=by,
            of=of,
            levels=tuple(groups["g"].to_list()),
            means=tuple(groups["mean"].to_list()),
            deciles=tuple(groups.select(r"^q.*$").iter_rows()),
            wide=wide,
        )

    def refitted(self, frame: pl.DataFrame) -> Self | None:
        """Return the same number by the same category, with the peers of other rows."""
        return self.fit_pair(frame, self.by, self.of) or self

    @property
    def inputs(self) -> tuple[str, ...]:
        """Return both columns."""
        return (self.of, self.by)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the deviation and the rank."""
        less = f"{self.of} less the mean of rows with the same {self.by}"
        rank = f"share of rows with the same {self.by} that have less {self.of}, in ninths"
        return (
            Feature(f"{self.of}.less_mean_by.{self.by}", self.of, 0, less, (self.by,)),
            Feature(f"{self.of}.rank_by.{self.by}", self.of, 0, rank, (self.by,)),
        )

    @cached_property
    def _codes(self) -> pl.Enum:
        return pl.Enum(list(self.levels))

    @cached_property
    def _tables(self) -> tuple[NDArray[Any], NDArray[Any]]:
        kind = np.float64 if self.wide else np.float32
        means = np.array([*self.means, np.nan], kind)
        return means, np.array([*self.deciles, [np.nan] * len(QUANTILES)], kind)

    def transform(self, frame: pl.DataFrame, out: NDArray[np.float32]) -> None:
        """Write both; NaN where the category has no peers."""
        out[:, 0], rank = self._compared(frame)
        out[:, 1] = np.where(np.isnan(out[:, 0]), np.nan, rank)

    def _compared(self, frame: pl.DataFrame) -> tuple[NDArray[np.float32], NDArray[np.float64]]:
        """Return the deviation of each row, and its rank, each of shape (n_rows,)."""
        number = (to_float64 if self.wide else to_float32)(frame[self.of])
        codes = as_text(frame[self.by]).cast(self._codes, strict=False).to_physical()
        places = codes.fill_null(len(self.levels)).to_numpy().astype(np.int64)
        means, deciles = self._tables
        less: NDArray[np.float32] = (number - means[places]).astype(np.float32)
        rank: NDArray[np.float64] = (number[:, None] > deciles[places]).mean(axis=1)
        return less, rank
