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

from phantom_ml.features.cells.bytes import FEW_BYTES, NON_ASCII, UPPER, WORD
from phantom_ml.features.lately import FEW, Lately

SIZES = (2, 3, 4, 5)
BITS = 18
BUCKETS = 2**BITS
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
#: Bytes of words; and each byte, a capital as its small letter, as the number that is mixed, never 0.
_OF_WORDS = WORD | NON_ASCII
_LETTER = (np.arange(256) + 32 * UPPER + 1).astype(np.uint32)
#: Bits of a number that tell a place among the n-grams of a few rows.
_PLACE_BITS = 38
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
    sizes = np.array([len(buckets) for buckets, _ in hashed], np.int64)
    rows = np.repeat(np.arange(len(hashed)) % n_rows, sizes)
    keys = np.concatenate([NOTHING[0], *(buckets for buckets, _ in hashed)]) + BUCKETS * rows
    # Column after column, as sums of matrices are made.
    key, values = _summed(keys, np.concatenate([NOTHING[1], *(v for _, v in hashed)]))
    ends = np.searchsorted(key, BUCKETS * np.arange(n_rows + 1)).astype(np.int32)
    buckets = (key & (BUCKETS - 1)).astype(np.int32)
    return sparse.csr_array((values, buckets, ends), shape=(n_rows, BUCKETS))


def _summed(
    keys: NDArray[np.int64], values: NDArray[np.float32]
) -> tuple[NDArray[np.int64], NDArray[np.float32]]:
    """Return each key once, ascending, and the sum of its values in the order in which they come.

    Keys must be below 2**24, and fewer than 2**_PLACE_BITS.
    """
    # A key and its place in one number: to sort numbers is many times faster than to sort places by keys.
    both = keys << _PLACE_BITS | np.arange(len(keys))
    both.sort()
    key, values = both >> _PLACE_BITS, values[both & ((1 << _PLACE_BITS) - 1)]
    is_first = _is_first(key)
    summed = values[is_first]
    again = np.flatnonzero(~is_first)
    np.add.at(summed, (np.cumsum(is_first) - 1)[again], values[again])
    return key[is_first], summed


def _is_first(keys: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Return which of ascending keys are not the one before."""
    is_first = np.ones(len(keys), np.bool_)
    np.not_equal(keys[1:], keys[:-1], out=is_first[1:])
    return is_first


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
    together = (SIZES,) if len(data) <= FEW_BYTES else tuple((size,) for size in SIZES)
    keys = [_ngrams(data, row_of, sizes, salt) for sizes in together]
    if prose is not None:
        keys += _words(data[prose], row_of[prose], salt)
    key = np.concatenate([np.empty(0, np.int64), *keys])
    if not len(key):
        nothing = np.empty(0, np.float32), np.empty(0, np.int32)
        return *nothing, np.zeros(n_rows + 1, np.int32)
    key.sort()
    first = np.flatnonzero(_is_first(key))
    counts = np.diff(np.concatenate([first, [len(key)]]))
    rows, buckets = key[first] >> BITS, (key[first] & (BUCKETS - 1)).astype(np.int32)
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
    inside = _OF_WORDS[data]
    # A word begins where none was before, and with its row.
    begins = inside.copy()
    begins[1:] &= ~inside[:-1] | (row_of[1:] != row_of[:-1])
    starts = np.flatnonzero(begins)
    if not len(starts):
        return []
    # A word is a sum over its bytes, each mixed with its place in the word.
    began = np.zeros(len(data), np.uint32)
    began[starts] = starts
    place = np.arange(len(data), dtype=np.uint32) - np.maximum.accumulate(began)
    mixed = _LETTER[data] * (_MIX ^ (place * np.uint32(2246822519)))
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


def _of_each(salt: Salt, rows: NDArray[np.int64]) -> Salt:
    return salt if isinstance(salt, int) else salt[rows]


def _bucket(code: NDArray[np.uint32], salt: Salt) -> NDArray[np.int64]:
    mixed = (code ^ np.asarray(31 * salt).astype(np.uint32)) * _MIX
    mixed ^= mixed >> np.uint32(15)
    return ((mixed * _MIX) >> np.uint32(32 - BITS)).astype(np.int64)


def _ngrams(
    data: NDArray[np.uint8], row_of: NDArray[np.int64], sizes: tuple[int, ...], salt: Salt
) -> NDArray[np.int64]:
    """Return row * BUCKETS + bucket of every n-gram of some sizes, ascending, that lies inside one row."""
    n, longest = len(data), sizes[-1]
    bytes_on = np.concatenate([data, np.zeros(longest, np.uint8)])
    row_on = np.concatenate([row_of, np.full(longest, -1)])
    code = np.empty((len(sizes), n), np.uint32)
    code[:] = np.array(sizes)[:, None] + 31 * _of_each(salt, row_of)
    for i in range(longest):
        # An n-gram of fewer bytes has ended before.
        going_on = code[sum(size <= i for size in sizes) :]
        going_on ^= bytes_on[i : i + n]
        going_on *= _MIX
        going_on ^= going_on >> np.uint32(15)
    inside = np.array([row_on[size - 1 : size - 1 + n] == row_of for size in sizes])
    keys: NDArray[np.int64] = (row_of * BUCKETS + (code >> np.uint32(32 - BITS)))[inside]
    return keys
