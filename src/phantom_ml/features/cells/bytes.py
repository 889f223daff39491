"""Bytes of many strings at once, and how many belong to a class; no loop over rows.

Cells lie end to end in one array of bytes, so that a count is a sum between two offsets.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate
from typing import Any

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

#: Of the 256 bytes, those that belong.
Members = NDArray[np.bool_]
#: So few cells are put together one by one: calls into Arrow would cost more than the work.
FEW = 64
#: Fewer bytes than this, and bytes of a class of more ranges, are looked up instead of compared.
FEW_BYTES, MOST_RANGES = 4096, 5
#: Where a piece of each string begins, and its bytes; int64 arrays of shape (n_cells,).
Places = tuple[NDArray[np.int64], NDArray[np.int64]]


def members(characters: str) -> Members:
    """Return the class of these ASCII characters, bool of shape (256,).

    Examples
    --------
    >>> int(members("0123456789").sum())
    10
    """
    found = np.zeros(256, np.bool_)
    found[np.frombuffer(characters.encode("ascii"), np.uint8)] = True
    return found


DIGITS = members("0123456789")
LOWER = members("abcdefghijklmnopqrstuvwxyz")
UPPER = members("ABCDEFGHIJKLMNOPQRSTUVWXYZ")
LETTERS = LOWER | UPPER
WORD = LETTERS | DIGITS | members("_")
VOWELS = members("aeiouAEIOU")
CONSONANTS = LETTERS & ~VOWELS
HEX = DIGITS | members("abcdefABCDEF")
BASE64 = LETTERS | DIGITS | members("+/=")
SPACE = members(" \t\n\r\v\f")
CONTROL = np.array([b < 32 or b == 127 for b in range(256)]) & ~SPACE
NON_ASCII = np.arange(256) > 127
SPECIAL = ~(LETTERS | DIGITS | SPACE | NON_ASCII | CONTROL)


@dataclass(frozen=True)
class CellBytes:
    """Strings end to end.

    Attributes
    ----------
    data : uint8 array
        All bytes (UTF-8).
    offsets : int64 array of shape (n_cells + 1,)
        Where each cell begins; the last one is the number of bytes.
    few : tuple of bytes or None
        The cells themselves where they are few and short enough to be counted one by one.
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]
    few: tuple[bytes, ...] | None = None

    @classmethod
    def of(cls, text: pl.Series | list[str | None]) -> CellBytes:
        """Return the bytes of strings; a missing cell is an empty one.

        Examples
        --------
        >>> CellBytes.of(pl.Series(["ab", None, "c"])).sizes.tolist()
        [2, 0, 1]
        """
        if isinstance(text, list) or len(text) <= FEW:
            cells = text if isinstance(text, list) else text.to_list()
            return cls._of_few([cell.encode() if cell else b"" for cell in cells])
        array = pa.array(text.fill_null("").rechunk().to_arrow()).cast(pa.large_binary())
        _, offsets, data = array.buffers()
        known = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        raw = np.frombuffer(data or b"", np.uint8)[int(known[0]) : int(known[-1])]
        return cls(raw, known - known[0])

    @classmethod
    def _of_few(cls, cells: list[bytes]) -> CellBytes:
        ends = np.array([0, *accumulate(map(len, cells))], np.int64)
        joined = b"".join(cells)
        few = tuple(cells) if len(joined) <= FEW_BYTES else None
        return cls(np.frombuffer(joined, np.uint8), ends, few)

    @cached_property
    def sizes(self) -> NDArray[np.int64]:
        """Return the bytes of each cell, shape (n_cells,)."""
        return self.offsets[1:] - self.offsets[:-1]

    def count(self, wanted: Members) -> NDArray[np.int64]:
        """Return how many bytes of each cell belong, shape (n_cells,).

        Examples
        --------
        >>> CellBytes.of(pl.Series(["a1b22", "", "9"])).count(DIGITS).tolist()
        [3, 0, 1]
        """
        if self.few is not None:
            return np.array(counted_one_by_one(self.few, wanted.tobytes()), np.int64)
        return totals(belonging(self.data, wanted).view(np.uint8), self.offsets)

    def share(self, wanted: Members) -> NDArray[np.float32]:
        """Return the share of each cell's bytes that belong, 0 for an empty cell."""
        return (self.count(wanted) / np.maximum(self.sizes, 1)).astype(np.float32)


def counted_one_by_one(cells: tuple[bytes, ...], wanted: bytes) -> list[int]:
    """Return how many bytes of each cell belong to a class, given as its ``tobytes``."""
    others = _others(wanted)
    return [len(cell.translate(None, others)) for cell in cells]


@lru_cache
def _others(wanted: bytes) -> bytes:
    return bytes(byte for byte in range(256) if not wanted[byte])


def belonging(data: NDArray[np.uint8], wanted: Members) -> NDArray[np.bool_]:
    """Return which bytes belong, of the same shape.

    Many bytes are compared with the ends of ranges, some at each step of the processor, rather than looked
    up one by one.

    Examples
    --------
    >>> belonging(np.frombuffer(b"a1b22", np.uint8), DIGITS).tolist()
    [False, True, False, True, True]
    """
    if len(data) < FEW_BYTES:
        return wanted[data]
    ranges = _ranges(wanted.tobytes())
    if len(ranges) > MOST_RANGES:
        return np.frombuffer(data.tobytes().translate(wanted.tobytes()), np.bool_)
    found = np.zeros(len(data), np.bool_)
    for first, last in ranges:
        # Bytes before the first one wrap round to great numbers.
        found |= data - first <= last - first
    return found


@lru_cache
def _ranges(wanted: bytes) -> list[tuple[np.uint8, np.uint8]]:
    """Return the first and the last byte of each range of bytes that belong."""
    edges = np.diff(np.frombuffer(b"\0" + wanted + b"\0", np.int8))
    ends = zip(np.flatnonzero(edges == 1), np.flatnonzero(edges == -1) - 1, strict=True)
    return [(np.uint8(first), np.uint8(last)) for first, last in ends]


def totals(values: NDArray[Any], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the sum of whole numbers, one a byte, over each cell; shape (n_cells,).

    Examples
    --------
    >>> totals(np.array([1, 2, 3]), np.array([0, 2, 2, 3])).tolist()
    [3, 0, 3]
    """
    begins = offsets[:-1]
    filled = offsets[1:] > begins
    found = np.zeros(len(begins), np.int64)
    if filled.any():
        found[filled] = np.add.reduceat(values, begins[filled], dtype=np.int64)
    return found


def pieces(text: pl.Series, places: Mapping[str, Places]) -> pl.DataFrame:
    """Return the named pieces of each string, null where it is missing; characters must stay whole.

    Examples
    --------
    >>> first, two = np.array([0]), np.array([2])
    >>> pieces(pl.Series(["abcd"]), {"head": (first, two), "tail": (two, two)}).row(0)
    ('ab', 'cd')
    """
    if len(text) <= FEW:
        types = dict.fromkeys(places, pl.String)
        return pl.DataFrame(pieces_of_few(text.to_list(), places), schema=types)
    arrays = {f"{name} {i}": at[i] for name, at in places.items() for i in (0, 1)}
    raw_column = pl.col("the text").bin
    return pl.DataFrame({"the text": text.cast(pl.Binary), **arrays}).select(
        raw_column.slice(f"{name} 0", f"{name} 1").cast(pl.String).alias(name) for name in places
    )


def pieces_of_few(
    cells: list[str | None], places: Mapping[str, Places]
) -> dict[str, list[str | None]]:
    """Return the same of a few strings."""
    raw = [None if cell is None else cell.encode() for cell in cells]
    return {name: _piece(raw, *at) for name, at in places.items()}


def _piece(
    raw: list[bytes | None], begin: NDArray[np.int64], size: NDArray[np.int64]
) -> list[str | None]:
    at = zip(raw, begin.tolist(), size.tolist(), strict=True)
    return [None if cell is None else cell[first : first + n].decode() for cell, first, n in at]
