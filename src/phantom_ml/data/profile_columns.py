"""What is counted for a profile: values, spreads, equal columns and repeated rows."""

from __future__ import annotations

import hashlib
import math

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.profile_model import ColumnProfile, NumberSummary, TopValue
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
    return 1.0 - _plain(frame).hash_rows(seed=0).n_unique() / frame.height


def equal_columns(frame: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return the pairs (first, copy) of columns that are equal in every row; constants left out.

    Examples
    --------
    >>> equal_columns(pl.DataFrame({"a": [1, 2], "b": [1.0, 2.0], "c": [2, 1]}))
    (('a', 'b'),)
    """
    first: dict[bytes, str] = {}
    pairs = []
    for column in _plain(frame).iter_columns():
        if column.n_unique() < 2:
            continue
        number = column.cast(pl.Float64) if column.dtype.is_numeric() else column
        cells = number.hash(seed=0).to_numpy()
        key = hashlib.blake2b(cells.tobytes(), digest_size=16).digest()
        if key in first:
            pairs.append((first[key], column.name))
        first.setdefault(key, column.name)
    return tuple(pairs)


def _plain(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with nested cells as JSON, which can be hashed."""
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(pl.struct(n).struct.json_encode().alias(n) for n in nested)
