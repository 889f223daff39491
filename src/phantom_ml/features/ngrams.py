"""N-grams of text, hashed: every substring of 2 to 5 bytes falls into one of 2^18 buckets.

Prose is read word by word, too: words and pairs of neighbouring words.

Nothing is learned, so no fold can leak; n-grams run across separators, because ``/../`` and ``='or`` are
what tells an attack. Source: Weinberger et al., "Feature Hashing for Large Scale Multitask Learning",
ICML 2009, arXiv:0902.2206.
"""

from __future__ import annotations

import itertools
from collections.abc import Sequence
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray
from scipy import sparse

from phantom_ml.features.cells.bytes import NON_ASCII, UPPER, WORD
from phantom_ml.features.lately import FEW, Lately

SIZES = (2, 3, 4, 5)
BUCKETS = 2**18
#: Bytes of a cell that are read: the head of a longer one tells its kind, and time stays bounded.
MAX_BYTES = 2048
#: Rows hashed at a time, so that memory is bounded.
CHUNK_BYTES = 4_000_000
#: Cells remembered at most, and their characters: an n-gram of each takes more room than its text.
MOST, LONGEST = 2048, 256
#: The buckets of a cell, ascending, and what is in them.
Hashed = tuple[NDArray[np.int64], NDArray[np.float32]]
#: What tells columns apart: of all rows, or of each.
Salt = int | NDArray[np.int64]
NOTHING: Hashed = (np.empty(0, np.int64), np.empty(0, np.float32))
_HASHED: Lately[Hashed] = Lately(MOST, LONGEST)
_MIX = np.uint32(2654435761)  # Knuth's multiplicative hash: 2^32 divided by the golden ratio


def hashed_ngrams(columns: list[pl.Series], words: Sequence[bool] = ()) -> sparse.csr_array:
    """Return hashed n-grams, float32 of shape (n_rows, BUCKETS).

    A cell is 1 + log(count) of its bucket, each row scaled to length 1. Columns share the buckets but are
    hashed differently. A missing cell adds nothing. ``words`` says which columns are read word by word,
    too.

    Examples
    --------
    >>> hashed_ngrams([pl.Series(["abc", None])]).nnz
    3
    """
    if not columns:
        raise ValueError("at least one column is needed")
    read = [i < len(words) and words[i] for i in range(len(columns))]
    if len(columns[0]) <= FEW:
        return _few(columns, read)
    total = _column(columns[0], 0, words=read[0])
    for i, column in enumerate(columns[1:], 1):
        total = _csr(total + _column(column, i, words=read[i]))
    return total


def _few(columns: list[pl.Series], words: Sequence[bool]) -> sparse.csr_array:
    """Return the same; scipy's sums of sparse matrices cost more than the work."""
    n_rows = len(columns[0])
    cells = [
        (cell, salt, words[salt])
        for salt, column in enumerate(columns)
        for cell in column.to_list()
    ]
    hashed = _HASHED.of(cells, lambda new: _of_cells([cells[i] for i in new]))
    keys = [b + BUCKETS * (i % n_rows) for i, (b, _) in enumerate(hashed)]
    key, place = np.unique(np.concatenate([NOTHING[0], *keys]), return_inverse=True)
    values = np.zeros(len(key), np.float32)
    # Column after column, as sums of matrices are made.
    np.add.at(values, place, np.concatenate([NOTHING[1], *(v for _, v in hashed)]))
    ends = np.searchsorted(key, BUCKETS * np.arange(n_rows + 1)).astype(np.int32)
    buckets = (key % BUCKETS).astype(np.int32)
    return sparse.csr_array((values, buckets, ends), shape=(n_rows, BUCKETS))


def _of_cells(cells: list[tuple[str | None, int, bool]]) -> list[Hashed]:
    """Return what is made of each cell, the salt of its column and whether it is read word by word."""
    raw = [(cell or "").encode()[:MAX_BYTES] for cell, _, _ in cells]
    lengths = np.array([len(r) for r in raw])
    salts = np.array([salt for _, salt, _ in cells])
    prose = np.array([words for _, _, words in cells])
    data = np.frombuffer(b"".join(raw), np.uint8)
    words = np.repeat(prose, lengths) if prose.any() else None
    values, buckets, ends = _counted(data, lengths, salts, words)
    # A part of an array would keep all of it: also what is made of cells too long to be remembered.
    borders = itertools.pairwise(ends.tolist())
    return [(buckets[a:b].astype(np.int64), values[a:b].copy()) for a, b in borders]


def first_bytes(columns: list[pl.Series], width: int) -> NDArray[np.uint8]:
    """Return the first bytes of each cell, shape (n_rows, n_columns, width), 0 behind the last.

    Examples
    --------
    >>> first_bytes([pl.Series(["ab", None])], 3).tolist()
    [[[97, 98, 0]], [[0, 0, 0]]]
    """
    found = [_padded(column, width) for column in columns]
    return np.stack(found, axis=1)


def _padded(values: pl.Series, width: int) -> NDArray[np.uint8]:
    raw = values.cast(pl.Binary).fill_null(b"").bin.slice(0, width)
    # A fixed width is numpy's own way of padding: zeros behind the last byte.
    cells = np.array(raw.to_list(), dtype=f"S{width}")
    return cells.view(np.uint8).reshape(len(values), width)


def _column(values: pl.Series, salt: int, *, words: bool) -> sparse.csr_array:
    data, offsets = _bytes(values)
    lengths = np.diff(offsets)
    cuts = [0]
    while cuts[-1] < len(lengths):
        reach = np.searchsorted(offsets, offsets[cuts[-1]] + CHUNK_BYTES, side="right") - 1
        cuts.append(min(len(lengths), max(int(reach), cuts[-1] + 1)))
    parts = [
        _chunk(data[offsets[a] : offsets[b]], lengths[a:b], salt, slice(None) if words else None)
        for a, b in itertools.pairwise(cuts)
    ]
    if not parts:
        return _csr(sparse.csr_array((0, BUCKETS), dtype=np.float32))
    return parts[0] if len(parts) == 1 else _csr(sparse.vstack(parts, format="csr"))


def _bytes(values: pl.Series) -> tuple[NDArray[np.uint8], NDArray[np.int64]]:
    """Return all cells' first bytes in one row of bytes, and where each begins."""
    raw = values.cast(pl.Binary).fill_null(b"").bin.slice(0, MAX_BYTES)
    sizes = raw.bin.size().cast(pl.Int64).to_numpy()
    offsets = np.concatenate([[0], np.cumsum(sizes)])
    joined = b"".join(raw.to_list())
    return np.frombuffer(joined, np.uint8), offsets


def _chunk(
    data: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    salt: Salt,
    prose: NDArray[np.bool_] | slice | None,
) -> sparse.csr_array:
    """Return the n-grams of cells, of which ``prose`` are the bytes that are read word by word."""
    counted = _counted(data, lengths, salt, prose)
    return _csr(sparse.csr_array(counted, shape=(len(lengths), BUCKETS), dtype=np.float32))


def _counted(
    data: NDArray[np.uint8],
    lengths: NDArray[np.int64],
    salt: Salt,
    prose: NDArray[np.bool_] | slice | None,
) -> tuple[NDArray[np.float32], NDArray[np.int32], NDArray[np.int32]]:
    """Return what the matrix of ``_chunk`` holds: its values, their buckets, and where rows end."""
    n_rows = len(lengths)
    row_of = np.repeat(np.arange(n_rows, dtype=np.int64), lengths)
    keys = [_ngrams(data, row_of, size, salt) for size in SIZES if len(data) >= size]
    if prose is not None:
        keys += _words(data[prose], row_of[prose], salt)
    key = np.concatenate([np.empty(0, np.int64), *keys])
    if not len(key):
        nothing = np.empty(0, np.float32), np.empty(0, np.int32)
        return *nothing, np.zeros(n_rows + 1, np.int32)
    key.sort()
    first = np.flatnonzero(np.concatenate([[True], key[1:] != key[:-1]]))
    counts = np.diff(np.concatenate([first, [len(key)]]))
    rows, buckets = key[first] // BUCKETS, (key[first] % BUCKETS).astype(np.int32)
    values = (1.0 + np.log(counts)).astype(np.float32)
    norm = np.sqrt(np.bincount(rows, weights=values.astype(np.float64) ** 2, minlength=n_rows))
    values /= norm[rows].astype(np.float32)
    indptr = np.searchsorted(rows, np.arange(n_rows + 1)).astype(np.int32)
    return values, buckets, indptr


def _csr(matrix: Any) -> sparse.csr_array:
    """Return a sparse result as the one type that everything here speaks of."""
    return sparse.csr_array(matrix)


def _words(
    data: NDArray[np.uint8], row_of: NDArray[np.int64], salt: Salt
) -> list[NDArray[np.int64]]:
    """Return row * BUCKETS + bucket of every word and every pair of neighbouring words of a row."""
    inside = (WORD | NON_ASCII)[data]
    new_row = np.diff(row_of, prepend=-1) > 0
    starts = np.flatnonzero(inside & (new_row | ~np.concatenate([[False], inside[:-1]])))
    if not len(starts):
        return []
    # A word is a sum over its bytes, each mixed with its place in the word.
    place = np.arange(len(data)) - np.maximum.accumulate(
        np.where(_at(starts, len(data)), np.arange(len(data)), 0)
    )
    letters = np.where(UPPER[data], data + np.uint8(32), data).astype(np.uint32)
    mixed = (letters + np.uint32(1)) * (_MIX ^ (place.astype(np.uint32) * np.uint32(2246822519)))
    mixed ^= mixed >> np.uint32(13)
    word = np.add.reduceat(np.where(inside, mixed * _MIX, np.uint32(0)), starts, dtype=np.uint32)
    rows = row_of[starts]
    pair = (word[:-1] * np.uint32(3266489917)) ^ word[1:]
    together = rows[1:] == rows[:-1]
    return [
        rows * BUCKETS + _bucket(word, 101 + _of_each(salt, rows)),
        rows[1:][together] * BUCKETS
        + _bucket(pair[together], 202 + _of_each(salt, rows[1:][together])),
    ]


def _at(places: NDArray[np.int64], n: int) -> NDArray[np.bool_]:
    found = np.zeros(n, np.bool_)
    found[places] = True
    return found


def _of_each(salt: Salt, rows: NDArray[np.int64]) -> Salt:
    return salt if isinstance(salt, int) else salt[rows]


def _bucket(code: NDArray[np.uint32], salt: Salt) -> NDArray[np.int64]:
    mixed = (code ^ np.asarray(31 * salt).astype(np.uint32)) * _MIX
    mixed ^= mixed >> np.uint32(15)
    return ((mixed * _MIX) >> np.uint32(32 - 18)).astype(np.int64)


def _ngrams(
    data: NDArray[np.uint8], row_of: NDArray[np.int64], size: int, salt: Salt
) -> NDArray[np.int64]:
    """Return row * BUCKETS + bucket of every n-gram of one size that lies inside one row."""
    n = len(data) - size + 1
    code = np.full(n, size + 31 * _of_each(salt, row_of[:n]), dtype=np.uint32)
    for i in range(size):
        code = (code ^ data[i : i + n]) * _MIX
        code ^= code >> np.uint32(15)
    inside = row_of[:n] == row_of[size - 1 :]
    bucket = (code[inside] >> np.uint32(32 - 18)).astype(np.int64)
    keys: NDArray[np.int64] = row_of[:n][inside] * BUCKETS + bucket
    return keys
