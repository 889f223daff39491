"""Text in numbers that need no language: length, classes of characters, tokens.

The n-grams of the same columns go beside the matrix (see ngrams), and a linear score of them is fitted
inside each fold (see text_score).
"""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import TEXT_KINDS, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders

PARTS = (
    "length",
    "digit_share",
    "upper_share",
    "special_share",
    "space_share",
    "token_count",
    "longest_token",
    "percent_count",
    "slash_count",
    "dot_count",
    "non_ascii_share",
)
#: Bytes of a cell that the statistics look at.
MAX_CHARACTERS = 65_536


@encoders.add("text")
class TextEncoder(ColumnEncoder):
    """Language-free statistics of a string; NaN where it is missing."""

    name = "text"
    kinds = TEXT_KINDS
    family = "text"

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> TextEncoder | None:
        """Return the encoder; there is nothing to learn."""
        return cls(column=schema.name)

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return one feature a statistic."""
        return tuple(Feature(f"{self.column}.{p}", self.column) for p in PARTS)

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write lengths and counts as numbers, shares in [0, 1]."""
        text = as_text(values).str.slice(0, MAX_CHARACTERS)
        table = text.alias("s").to_frame().select(_statistics())
        for i in range(len(PARTS)):
            out[:, i] = table.to_series(i).cast(pl.Float32).to_numpy()


def _statistics() -> list[pl.Expr]:
    s = pl.col("s")
    length = s.str.len_chars()
    at_least_one = pl.max_horizontal(length, pl.lit(1))

    def share(pattern: str) -> pl.Expr:
        return s.str.count_matches(pattern) / at_least_one

    tokens = s.str.extract_all(r"[A-Za-z0-9_]+")
    return [
        length.alias("length"),
        share(r"[0-9]").alias("digit_share"),
        share(r"[A-Z]").alias("upper_share"),
        share(r"[^A-Za-z0-9\s]").alias("special_share"),
        share(r"\s").alias("space_share"),
        tokens.list.len().alias("token_count"),
        tokens.list.eval(pl.element().str.len_bytes().max()).list.first().alias("longest_token"),
        s.str.count_matches("%", literal=True).alias("percent_count"),
        s.str.count_matches(r"[/\\]").alias("slash_count"),
        s.str.count_matches(".", literal=True).alias("dot_count"),
        (s.str.len_bytes() - length).alias("non_ascii_share") / at_least_one,
    ]
