"""Words among numbers: which one a cell holds that is none, where several of them come often.

As numbers they are missing, all alike. An ``err`` here and there tells no more than that.
"""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import NUMBER_KINDS, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders
from phantom_ml.features.columns.number import no_numbers

#: A word comes often that is in at least this share of the rows.
OFTEN = 0.01


@encoders.add("number_words")
class NumberWordsEncoder(ColumnEncoder):
    """One column of codes by falling frequency; NaN where the cell is a number, missing, or a rare word."""

    name = "number_words"
    kinds = NUMBER_KINDS

    levels: tuple[str, ...]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> NumberWordsEncoder | None:
        """Return the encoder; None where fewer than two words come often, missing cells counted as one."""
        if values.dtype != pl.String:
            return None
        words = no_numbers(values).str.strip_chars().alias("word")
        told = words.value_counts(name="rows").sort(["rows", "word"], descending=[True, False])
        least = OFTEN * len(values)
        levels = told.filter(pl.col("rows") >= least)["word"].to_list()
        n_kinds = len(levels) + (values.null_count() >= max(1.0, least))
        return cls(column=schema.name, levels=tuple(levels)) if levels and n_kinds > 1 else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one categorical feature."""
        words = "the word that stands where a number would"
        return (Feature(f"{self.column}.word", self.column, len(self.levels), words),)

    @cached_property
    def _codes(self) -> pl.Enum:
        return pl.Enum(list(self.levels))

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the codes."""
        codes = as_text(values).str.strip_chars().cast(self._codes, strict=False).to_physical()
        out[:, 0] = codes.cast(pl.Float32).to_numpy()
