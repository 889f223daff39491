"""Several classes of bytes counted in one pass, and runs of bytes; the wide sister of bytes.py.

Three classes share one 63-bit total, 21 bits each: a cell of 65,536 characters has at most 262,144 bytes, so
that no class spills into the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import (
    FEW_BYTES,
    CellBytes,
    Members,
    belonging,
    counted_one_by_one,
    totals,
)

#: Bits of a class in the shared total; a cell may have up to 2**21 - 1 of its bytes.
BITS = 21
_PER_TOTAL = 3
#: Bytes looked at together, so that what is made of them stays in the cache.
BLOCK_BYTES = 131_072
#: Of a bit, in sums of whole numbers: 2**24 of them are a bit.
_SCALE = 2**24
#: Cells of which the entropy is remembered: none has more than FEW_BYTES.
MOST = 1024
#: A byte as often as it is repeated, once at least.
SAME = re.compile(rb"(?s)((.)\2+)")


def class_counts(
    cells: CellBytes, classes: Mapping[str, Members]
) -> dict[str, NDArray[np.float32]]:
    """Return how many bytes of each cell belong to each class, each of shape (n_cells,).

    Examples
    --------
    >>> import polars as pl
    >>> from phantom_ml.features.cells.bytes import DIGITS, VOWELS
    >>> found = class_counts(CellBytes.of(pl.Series(["a1b22", ""])), {"d": DIGITS, "v": VOWELS})
    >>> found["d"].tolist(), found["v"].tolist()
    ([3.0, 0.0], [1.0, 0.0])
    """
    if cells.few is not None:
        each = [counted_one_by_one(cells.few, known.tobytes()) for known in classes.values()]
        return dict(zip(classes, np.array(each, np.float32), strict=True))
    counts = {name: np.empty(len(cells.sizes), np.float32) for name in classes}
    names = [list(classes)[i : i + _PER_TOTAL] for i in range(0, len(classes), _PER_TOTAL)]
    tables = [_packed(tuple(classes[n].tobytes() for n in three)) for three in names]
    for rows, data, offsets in blocks(cells):
        at_byte = data.astype(np.intp)  # once: an index is turned into this type at each look-up
        for three, table in zip(names, tables, strict=True):
            found = totals(table[at_byte], offsets)
            for i, name in enumerate(three):
                counts[name][rows] = (found >> BITS * i) & (2**BITS - 1)
    return counts


def runs(cells: CellBytes, wanted: Members) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return how many runs of bytes that belong each cell has, and the length of its longest.

    Examples
    --------
    >>> import polars as pl
    >>> from phantom_ml.features.cells.bytes import DIGITS
    >>> number, longest = runs(CellBytes.of(pl.Series(["a1b22", "", "9"])), DIGITS)
    >>> number.tolist(), longest.tolist()
    ([2, 0, 1], [2, 0, 1])
    """
    if cells.few is not None:
        marks = _marks(wanted.tobytes())
        lengths = [[*map(len, cell.translate(marks).split())] for cell in cells.few]
        longest = [max(each) if each else 0 for each in lengths]
        return np.array([*map(len, lengths)], np.int64), np.array(longest, np.int64)
    found = [_runs(belonging(data, wanted), offsets) for _, data, offsets in blocks(cells)]
    return _joined(n for n, _ in found), _joined(longest for _, longest in found)


def longest_repeat(cells: CellBytes) -> NDArray[np.int64]:
    """Return the most times that one byte stands in a row, shape (n_cells,).

    Examples
    --------
    >>> import polars as pl
    >>> longest_repeat(CellBytes.of(pl.Series(["aab", "b", "", "a..../"]))).tolist()
    [2, 1, 0, 4]
    """
    if cells.few is not None:
        each = [[len(same) for same, _ in SAME.findall(cell)] for cell in cells.few]
        found = [max(same, default=min(len(c), 1)) for same, c in zip(each, cells.few, strict=True)]
        return np.array(found, np.int64)
    return _joined(_repeat(data, offsets) for _, data, offsets in blocks(cells))


def spread(cells: CellBytes) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """Return Shannon's entropy of each cell's bytes in bits, and how many different bytes it has.

    Only bytes that occur in a block get a column of its histogram. Terms are summed as whole numbers, so
    that a cell gives the same alone as among others.

    Examples
    --------
    >>> import polars as pl
    >>> entropy, distinct = spread(CellBytes.of(pl.Series(["aaaa", "abab", ""])))
    >>> entropy.tolist(), distinct.tolist()
    ([0.0, 1.0, 0.0], [1.0, 2.0, 0.0])
    """
    if cells.few is not None:
        each = np.array([*map(_spread_of_one, cells.few)], np.float32).reshape(-1, 2)
        return each[:, 0], each[:, 1]
    entropy, distinct = (np.zeros(len(cells.sizes), np.float32) for _ in range(2))
    weights = _n_log_n(int(cells.sizes.max(initial=1)))
    for rows, data, offsets in blocks(cells):
        sizes = np.diff(offsets)
        occurs = np.bincount(data, minlength=256) > 0
        width = int(occurs.sum())
        if width == 0:
            continue
        code = np.cumsum(occurs, dtype=np.uint8) - np.uint8(1)  # of a byte that occurs
        key = np.repeat(np.arange(len(sizes)) * width, sizes)
        key += np.frombuffer(data.tobytes().translate(code.tobytes()), np.uint8)
        counts = np.bincount(key, minlength=len(sizes) * width).reshape(-1, width)
        distinct[rows] = (counts > 0).sum(axis=1)
        entropy[rows] = _bits(sizes, weights[counts].sum(axis=1))
    return entropy, distinct


def _bits(sizes: NDArray[np.int64], summed: NDArray[np.int64]) -> NDArray[np.float64]:
    known = np.maximum(sizes, 1)
    bits: NDArray[np.float64] = np.maximum(np.log2(known) - summed / _SCALE / known, 0.0)
    return bits


@lru_cache(MOST)
def _spread_of_one(cell: bytes) -> tuple[float, int]:
    """Return the same of a cell alone: several encoders ask for it, and labels of hosts come again."""
    counts = [*map(cell.count, set(cell))]
    summed = sum(map(_first_weights().__getitem__, counts))
    bits = _first_logs()[len(cell)] - summed / _SCALE / max(len(cell), 1)
    return max(bits, 0.0), len(counts)


@cache
def _first_logs() -> list[float]:
    logs: list[float] = np.log2(np.maximum(np.arange(FEW_BYTES + 1), 1)).tolist()
    return logs


@cache
def _first_weights() -> list[int]:
    weights: list[int] = _n_log_n(FEW_BYTES).tolist()
    return weights


@lru_cache
def _marks(wanted: bytes) -> bytes:
    """Return what stands for each byte where runs are to be words: a letter, or else a blank."""
    return bytes(ord("x") if belongs else ord(" ") for belongs in wanted)


def _n_log_n(greatest: int) -> NDArray[np.int64]:
    n = np.arange(greatest + 1, dtype=np.float64)
    return np.rint(n * np.log2(np.maximum(n, 1.0)) * _SCALE).astype(np.int64)


def blocks(
    cells: CellBytes,
) -> Iterator[tuple[slice, NDArray[np.uint8], NDArray[np.int64]]]:
    """Return rows with their bytes and offsets, about BLOCK_BYTES at a time, one row at least."""
    first, n_cells = 0, len(cells.offsets) - 1
    if 0 < n_cells <= BLOCK_BYTES and len(cells.data) <= BLOCK_BYTES:
        yield slice(0, n_cells), cells.data, cells.offsets
        return
    while first < n_cells:
        start = cells.offsets[first]
        last = int(np.searchsorted(cells.offsets, start + BLOCK_BYTES, side="right")) - 1
        last = min(max(last, first + 1), first + BLOCK_BYTES, n_cells)
        offsets = cells.offsets[first : last + 1] - start
        yield slice(first, last), cells.data[start : cells.offsets[last]], offsets
        first = last


@lru_cache
def _packed(classes: tuple[bytes, ...]) -> NDArray[np.int64]:
    table = np.zeros(256, np.int64)
    for i, known in enumerate(classes):
        table |= np.frombuffer(known, np.bool_).astype(np.int64) << BITS * i
    table.flags.writeable = False
    return table


def _runs(
    belongs: NDArray[np.bool_], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return number and greatest length of the runs of true in each cell."""
    opens = belongs.copy()
    opens[1:] &= ~belongs[:-1]
    closes = belongs.copy()
    closes[:-1] &= ~belongs[1:]
    begins = offsets[:-1][np.diff(offsets) > 0]
    opens[begins] = belongs[begins]  # a run ends with its cell
    closes[begins[1:] - 1] = belongs[begins[1:] - 1]
    starts = np.flatnonzero(opens)
    lengths = np.flatnonzero(closes) - starts + 1
    at = np.searchsorted(starts, offsets)
    number = np.diff(at)
    longest = np.zeros(len(number), np.int64)
    if len(lengths):
        longest[number > 0] = np.maximum.reduceat(lengths, at[:-1][number > 0])
    return number, longest


def _repeat(data: NDArray[np.uint8], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    same = np.zeros(len(data), np.bool_)
    np.equal(data[1:], data[:-1], out=same[1:])
    sizes = np.diff(offsets)
    same[offsets[:-1][sizes > 0]] = False
    return _runs(same, offsets)[1] + (sizes > 0)


def _joined(found: Iterator[NDArray[np.int64]]) -> NDArray[np.int64]:
    return np.concatenate([np.zeros(0, np.int64), *found])
