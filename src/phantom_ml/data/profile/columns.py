"""What is counted for a profile: values, spreads, equal columns and repeated rows."""

from __future__ import annotations

import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.columns.copies import hashable
from phantom_ml.data.profile.model import ColumnProfile, NumberSummary, TopValue
from phantom_ml.data.recognise import look_at
from phantom_ml.data.schema import NUMBER_KINDS, ColumnKind, ColumnSchema

#: Most frequent values that are kept, and characters of one.
TOP, TOP_LENGTH = 5, 80
#: Kinds whose numbers are told by their spread.
SPREAD = NUMBER_KINDS - {ColumnKind.BOOLEAN} | {ColumnKind.CONSTANT}


def profile_column(series: pl.Series, schema: ColumnSchema) -> ColumnProfile:
    """Return the profile of one column."""
    column = look_at(series)
    numbers = _spread(column.values) if schema.kind in SPREAD else None
    return ColumnProfile(
        name=schema.name,
        dtype=schema.dtype,
        kind=schema.kind,
        evidence=schema.evidence,
        missing_share=column.missing_share,
        n_distinct=column.n_distinct,
        top=_top(column.values),
        numbers=numbers,
    )


def _spread(values: pl.Series) -> NumberSummary | None:
    if values.dtype.is_temporal():
        values = values.to_physical()
    numbers = values.cast(pl.Float64, strict=False).drop_nulls()
    numbers = numbers.filter(numbers.is_finite())
    if numbers.is_empty():
        return None
    array: NDArray[np.float64] = numbers.to_numpy()
    p05, median, p95 = np.quantile(array, [0.05, 0.5, 0.95])
    # The mean of numbers near the largest float overflows, though none of them does.
    mean = math.fsum(array / len(array)) if np.abs(array).max() > 1e300 else float(array.mean())
    low, high = float(array.min()), float(array.max())
    return NumberSummary(
        min=low, p05=float(p05), median=float(median), mean=mean, p95=float(p95), max=high
    )


def _top(values: pl.Series) -> tuple[TopValue, ...]:
    if values.is_empty():
        return ()
    counts = values.alias("value").value_counts(name="rows")
    best = counts.sort(["rows", "value"], descending=[True, False]).head(TOP)
    texts = _words(best["value"]).str.head(TOP_LENGTH).to_list()
    return tuple(
        TopValue(value=text, rows=rows, share=rows / len(values))
        for text, rows in zip(texts, best["rows"].to_list(), strict=True)
    )


def _words(values: pl.Series) -> pl.Series:
    return values.dt.to_string() if values.dtype == pl.Duration else values.cast(pl.String)


def repeated_rows(frame: pl.DataFrame) -> float:
    """Return the share of rows that an earlier row equals in all columns, 0 to 1.

    Examples
    --------
    >>> repeated_rows(pl.DataFrame({"a": [1, 1, 2, 1]}))
    0.5
    """
    if not frame.height or not frame.width:
        return 0.0
    return 1.0 - hashable(frame).hash_rows(seed=0).n_unique() / frame.height
