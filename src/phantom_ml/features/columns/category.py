"""Categories as codes: the most frequent value is 0; what training never saw is missing."""

from __future__ import annotations

from functools import cached_property

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature
from phantom_ml.data.schema import ColumnKind, ColumnSchema
from phantom_ml.features.base import ColumnEncoder, as_text, encoders

#: Values beyond the most frequent ones share no code of their own: rare ones cannot be learned from.
MAX_LEVELS = 1000


@encoders.add("category")
class CategoryEncoder(ColumnEncoder):
    """One column of codes by falling frequency; NaN where missing, rare or never seen."""

    name = "category"
    kinds = frozenset({ColumnKind.CATEGORY})

    levels: tuple[str, ...]

    @classmethod
    def fit(cls, values: pl.Series, schema: ColumnSchema) -> CategoryEncoder | None:
        """Return the encoder with the levels of the training rows; None if there is none."""
        counts = as_text(values).drop_nulls().alias("level").value_counts(name="rows")
        if counts.height == 0:
            return None
        ordered = counts.sort(["rows", "level"], descending=[True, False])
        # Values as frequent as the first one left out are left out, too: the alphabet says nothing.
        left_out = ordered["rows"][MAX_LEVELS] if ordered.height > MAX_LEVELS else 0
        levels = ordered.filter(pl.col("rows") > left_out)["level"].to_list()
        return cls(column=schema.name, levels=tuple(levels)) if levels else None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return the one categorical feature."""
        words = "the value; rare and new ones are missing"
        return (Feature(self.column, self.column, len(self.levels), words),)

    @cached_property
    def _codes(self) -> pl.Enum:
        return pl.Enum(list(self.levels))

    def transform(self, values: pl.Series, out: NDArray[np.float32]) -> None:
        """Write the codes."""
        codes = as_text(values).cast(self._codes, strict=False).to_physical()
        out[:, 0] = codes.cast(pl.Float32).to_numpy()
