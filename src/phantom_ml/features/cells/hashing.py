"""Strings as 64-bit numbers: the same today, in the next version, and on any machine.

Eight bytes at a time pass the finaliser of SplitMix64 (Steele, Lea, Flood: Fast Splittable Pseudorandom
Number Generators, OOPSLA 2014) together with their place, and their sum passes it again. Two different
strings meet with a chance of 2**-64; nobody is kept from making two that do.
"""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import CellBytes

Hashes = NDArray[np.uint64]

#: The golden ratio in 64 bits, and the two multipliers of the finaliser.
GOLDEN, FIRST, SECOND = 0x9E3779B97F4A7C15, 0xBF58476D1CE4E5B9, 0x94D049BB133111EB
#: What a missing string has; no other string has it.
MISSING = 0
#: Bytes of text hashed at a time, so that memory is bounded.
CHUNK_BYTES = 4_000_000
#: So few strings are hashed one by one: numpy's calls would cost more than the work.
FEW = 4
_BITS = (1 << 64) - 1


def hash64(text: pl.Series) -> Hashes:
    """Return the hash of each string, uint64 of shape (n_rows,); 0 where it is missing.

    Examples
    --------
    >>> hash64(pl.Series(["10.0.0.1", None, "10.0.0.1"])).tolist()
    [18270222826686763899, 0, 18270222826686763899]
    """
    if len(text) <= FEW:
        return np.array([MISSING if s is None else _hash_one(s.encode()) for s in text], np.uint64)
    found = np.empty(len(text), np.uint64)
    for rows in _chunks(text):
        found[rows] = _hash_cells(CellBytes.of(text[rows]))
    found[text.is_null().to_numpy()] = MISSING
    return found


def mix64(left: Hashes, right: Hashes | int) -> Hashes:
    """Return one hash of two, never 0; which is left and which is right matters.

    Examples
    --------
    >>> a, b = hash64(pl.Series(["a"])), hash64(pl.Series(["b"]))
    >>> bool(mix64(a, b) == mix64(b, a))
    False
    """
    other = np.asarray(right, np.uint64)
    return np.maximum(_finish(left * np.uint64(FIRST) + _finish(other + np.uint64(GOLDEN))), 1)


def _finish(x: Hashes) -> Hashes:
    x = (x ^ (x >> np.uint64(30))) * np.uint64(FIRST)
    x = (x ^ (x >> np.uint64(27))) * np.uint64(SECOND)
    return x ^ (x >> np.uint64(31))


def _chunks(text: pl.Series) -> list[slice]:
    """Return slices of rows with about CHUNK_BYTES of text each, one row at least."""
    if text.estimated_size() <= CHUNK_BYTES:
        return [slice(0, len(text))]
    ends = np.cumsum(text.str.len_bytes().fill_null(0).to_numpy(), dtype=np.int64)
    edges = np.flatnonzero(np.diff(ends // CHUNK_BYTES)) + 1
    return [slice(a, b) for a, b in pairwise([0, *edges.tolist(), len(text)])]


def _hash_cells(cells: CellBytes) -> Hashes:
    """Return the hash of each cell: the sum over its words, the last of them filled up with zeros."""
    n_words = np.maximum(-(-cells.sizes // 8), 1)
    ends = np.cumsum(n_words)
    starts = ends - n_words
    padded = np.zeros(8 * int(ends[-1]), np.uint8)
    moved = np.repeat(8 * starts - cells.offsets[:-1], cells.sizes)
    padded[np.arange(len(cells.data)) + moved] = cells.data
    place = np.arange(1, int(ends[-1]) + 1) - np.repeat(starts, n_words)
    words = padded.view("<u8") + place.astype(np.uint64) * np.uint64(GOLDEN)
    total = np.add.reduceat(_finish(words), starts)
    return np.maximum(_finish(total + cells.sizes.astype(np.uint64)), 1)


def _hash_one(raw: bytes) -> int:
    total = len(raw)
    for place in range(max(-(-len(raw) // 8), 1)):
        word = int.from_bytes(raw[8 * place : 8 * place + 8], "little")
        total += _finish_one((word + (place + 1) * GOLDEN) & _BITS)
    return max(_finish_one(total & _BITS), 1)


def _finish_one(x: int) -> int:
    x = ((x ^ (x >> 30)) * FIRST) & _BITS
    x = ((x ^ (x >> 27)) * SECOND) & _BITS
    return x ^ (x >> 31)
