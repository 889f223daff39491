"""One hash a row of what several columns hold together: a pair of values, or whom a row belongs to."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl

from phantom_ml.features.base import as_text
from phantom_ml.features.cells.hashing import MISSING, Hashes, hash64, mix64


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
