"""Columns that say what another says: equal in every row, whatever they are called."""

from __future__ import annotations

import hashlib

import polars as pl


def equal_columns(frame: pl.DataFrame) -> tuple[tuple[str, str], ...]:
    """Return the pairs (first, copy) of columns that are equal in every row; constants left out.

    Numbers are equal whatever type they are stored in; text that spells a number is none.

    Examples
    --------
    >>> equal_columns(pl.DataFrame({"a": [1, 2], "b": [1.0, 2.0], "c": [2, 1]}))
    (('a', 'b'),)
    """
    first: dict[bytes, str] = {}
    pairs = []
    for column in hashable(frame).iter_columns():
        if column.n_unique() < 2:
            continue
        number = column.cast(pl.Float64) if column.dtype.is_numeric() else column
        cells = number.hash(seed=0).to_numpy()
        key = hashlib.blake2b(cells.tobytes(), digest_size=16).digest()
        if key in first:
            pairs.append((first[key], column.name))
        first.setdefault(key, column.name)
    return tuple(pairs)


def hashable(frame: pl.DataFrame) -> pl.DataFrame:
    """Return the table with nested cells as JSON, which can be hashed."""
    nested = [name for name, dtype in frame.schema.items() if dtype.is_nested()]
    return frame.with_columns(pl.struct(n).struct.json_encode().alias(n) for n in nested)
