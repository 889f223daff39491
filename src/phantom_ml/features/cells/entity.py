"""One hash or one string a row of what several columns hold together: a pair of values, an entity."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from phantom_ml.features.base import as_text
from phantom_ml.features.cells.hashing import MISSING, Hashes, hash64, mix64
from phantom_ml.features.lately import FEW


def row_hashes(frame: pl.DataFrame, columns: Sequence[str]) -> Hashes:
    """Return one hash a row of the values of some columns; MISSING where one of them is missing.

    Examples
    --------
    >>> found = row_hashes(pl.DataFrame({"a": ["x", "x", None], "b": [1, 1, 2]}), ["a", "b"])
    >>> bool(found[0] == found[1]), int(found[2])
    (True, 0)
    """
    first, *others = (hash64(as_text(frame[name])) for name in columns)
    for other in others:
        missing = (first == MISSING) | (other == MISSING)
        first = np.where(missing, np.uint64(MISSING), mix64(first, other))
    return first


def joined(columns: Sequence[pl.Series], between: str) -> pl.Series:
    """Return one string a row, with ``between`` between its parts; null where one of them is missing.

    Examples
    --------
    >>> joined([pl.Series(["x", None]), pl.Series(["1", "2"])], "+").to_list()
    ['x+1', None]
    """
    if len(columns[0]) <= FEW:
        rows = zip(*(column.to_list() for column in columns), strict=True)
        return pl.Series(
            [None if None in row else between.join(row) for row in rows], dtype=pl.String
        )
    table = pl.DataFrame([column.alias(str(i)) for i, column in enumerate(columns)])
    return table.select(pl.concat_str(pl.all(), separator=between)).to_series()
