"""Bytes of many strings at once: counts of classes, runs, entropy; no loop over rows.

Cells lie end to end in one array of bytes, so that a count is the difference of two running totals.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

#: Of the 256 bytes, those that belong.
Members = NDArray[np.bool_]
#: Cells whose histogram is made at a time: 4096 * 256 counts stay in the cache.
HISTOGRAM_CELLS = 4096


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
    """

    data: NDArray[np.uint8]
    offsets: NDArray[np.int64]

    @classmethod
    def of(cls, text: pl.Series) -> CellBytes:
        """Return the bytes of strings; a missing cell is an empty one.

        Examples
        --------
        >>> CellBytes.of(pl.Series(["ab", None, "c"])).sizes.tolist()
        [2, 0, 1]
        """
        array = pa.array(text.fill_null("").rechunk().to_arrow()).cast(pa.large_binary())
        _, offsets, data = array.buffers()
        known = np.frombuffer(offsets, np.int64)[array.offset : array.offset + len(array) + 1]
        raw = np.frombuffer(data or b"", np.uint8)[int(known[0]) : int(known[-1])]
        return cls(raw, known - known[0])

    @property
    def sizes(self) -> NDArray[np.int64]:
        """Return the bytes of each cell, shape (n_cells,)."""
        return np.diff(self.offsets)

    def count(self, wanted: Members) -> NDArray[np.int64]:
        """Return how many bytes of each cell belong, shape (n_cells,).

        Examples
        --------
        >>> CellBytes.of(pl.Series(["a1b22", "", "9"])).count(DIGITS).tolist()
        [3, 0, 1]
        """
        total = np.zeros(len(self.data) + 1, np.int64)
        np.cumsum(wanted[self.data], out=total[1:])
        found: NDArray[np.int64] = total[self.offsets[1:]] - total[self.offsets[:-1]]
        return found

    def share(self, wanted: Members) -> NDArray[np.float32]:
        """Return the share of each cell's bytes that belong, 0 for an empty cell."""
        return (self.count(wanted) / np.maximum(self.sizes, 1)).astype(np.float32)

    def longest_run(self, wanted: Members) -> NDArray[np.int64]:
        """Return the most bytes in a row that belong, shape (n_cells,).

        Examples
        --------
        >>> CellBytes.of(pl.Series(["a1b22", "", "999"])).longest_run(DIGITS).tolist()
        [2, 0, 3]
        """
        at = np.arange(len(self.data), dtype=np.int64)
        last_other = np.where(wanted[self.data], -1, at)
        full = self.sizes > 0
        starts = self.offsets[:-1][full]
        last_other[starts] = np.maximum(last_other[starts], starts - 1)
        np.maximum.accumulate(last_other, out=last_other)
        longest = np.zeros(len(self.sizes), np.int64)
        if len(starts):
            longest[full] = np.maximum.reduceat(at - last_other, starts)
        return longest

    @cached_property
    def _spread(self) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return entropy and number of distinct bytes of each cell."""
        n_cells = len(self.sizes)
        entropy, distinct = np.zeros(n_cells, np.float32), np.zeros(n_cells, np.float32)
        for first in range(0, n_cells, HISTOGRAM_CELLS):
            last = min(first + HISTOGRAM_CELLS, n_cells)
            sizes = self.sizes[first:last]
            cell = np.repeat(np.arange(last - first, dtype=np.int64) * 256, sizes)
            key = cell + self.data[self.offsets[first] : self.offsets[last]]
            counts = np.bincount(key, minlength=(last - first) * 256).reshape(-1, 256)
            distinct[first:last] = (counts > 0).sum(axis=1)
            known = np.maximum(sizes, 1)
            weighted = _n_log_n(int(known.max(initial=1)))[counts].sum(axis=1)
            entropy[first:last] = np.maximum(np.log2(known) - weighted / known, 0.0)
        return entropy, distinct

    def entropy(self) -> NDArray[np.float32]:
        """Return Shannon's entropy of each cell's bytes in bits, 0 to 8, shape (n_cells,).

        Examples
        --------
        >>> CellBytes.of(pl.Series(["aaaa", "abab", ""])).entropy().tolist()
        [0.0, 1.0, 0.0]
        """
        return self._spread[0]

    def distinct(self) -> NDArray[np.float32]:
        """Return how many different bytes each cell has, shape (n_cells,)."""
        return self._spread[1]


def _n_log_n(greatest: int) -> NDArray[np.float32]:
    n = np.arange(greatest + 1, dtype=np.float64)
    return (n * np.log2(np.maximum(n, 1.0))).astype(np.float32)
