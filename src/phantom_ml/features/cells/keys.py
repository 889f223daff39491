"""Values as keys that a model may keep: a long one as its digest, so that none is larger than its share.

What a cell holds is whoever's wrote the log. A model that remembers values as they are would carry a cell of
a megabyte to wherever it goes.
"""

from __future__ import annotations

import hashlib

import numpy as np
import polars as pl

from phantom_ml.features.lately import FEW

#: Bytes of the longest value that is kept as it is. No name of a host, an address of mail or a digest is longer.
LONGEST_KEY = 256
#: Bytes that a character takes in UTF-8, at most.
MOST_BYTES = 4


def short_keys(text: pl.Series) -> pl.Series:
    """Return the values, of those longer than LONGEST_KEY bytes the SHA-256 instead.

    Parameters
    ----------
    text : Series of shape (n_rows,), strings
        Null stays null.

    Examples
    --------
    >>> short_keys(pl.Series(["alice", "a" * 100_000])).str.len_bytes().to_list()
    [5, 71]
    """
    if len(text) <= FEW:
        return pl.Series(text.name, [short_key(cell) for cell in text.to_list()], pl.String)
    rows = np.flatnonzero((text.str.len_bytes() > LONGEST_KEY).fill_null(value=False).to_numpy())
    if not len(rows):
        return text
    short = [short_key(cell) for cell in text.gather(rows).to_list()]
    return text.clone().scatter(rows, pl.Series(short, dtype=pl.String))


def short_key(cell: str | None) -> str | None:
    """Return one value as ``short_keys`` does."""
    if cell is None or len(cell) * MOST_BYTES <= LONGEST_KEY:
        return cell
    raw = cell.encode()
    return cell if len(raw) <= LONGEST_KEY else f"sha256:{hashlib.sha256(raw).hexdigest()}"
