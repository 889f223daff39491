"""Bytes of many strings written otherwise at once; no loop over rows.

Only ASCII bytes are replaced, and by ASCII alone, so that what was UTF-8 still is.
"""

from __future__ import annotations

import numpy as np
import polars as pl
import pyarrow as pa
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import LETTERS, CellBytes, Members

Places = NDArray[np.int64]
Mask = NDArray[np.bool_]
Bytes = NDArray[np.uint8]
#: The bit that tells a small letter of ASCII from its capital.
CASE = np.uint8(0x20)


def replaced(cells: CellBytes, places: Places, pieces: Bytes) -> pl.Series:
    """Return the strings with each of some bytes replaced by as many others.

    Parameters
    ----------
    cells : CellBytes
    places : int64 array of shape (n,)
        Rising.
    pieces : uint8 array of shape (n, k)
        What stands there instead.

    Examples
    --------
    >>> cells = CellBytes.of(pl.Series(["a/b", "", "/"]))
    >>> replaced(cells, np.array([1, 3]), np.tile(np.frombuffer(b"/./", np.uint8), (2, 1))).to_list()
    ['a/./b', '', '/./']
    """
    width = np.ones(len(cells.data), np.int64)
    width[places] = pieces.shape[1]
    ends = np.concatenate([[0], np.cumsum(width)])
    data = np.empty(ends[-1], np.uint8)
    kept = np.ones(len(width), np.bool_)
    kept[places] = False
    data[ends[:-1][kept]] = cells.data[kept]
    data[ends[places][:, None] + np.arange(pieces.shape[1])] = pieces
    return _strings(data, ends[cells.offsets])


def before_each(cells: CellBytes, places: Places, text: bytes) -> pl.Series:
    """Return the strings with ``text`` put before each of some bytes."""
    put = np.tile(np.frombuffer(text, np.uint8), (len(places), 1))
    return replaced(cells, places, np.column_stack([put, cells.data[places]]))


def percent_encoded(cells: CellBytes, places: Places) -> pl.Series:
    """Return the strings with some bytes as %HH (RFC 3986, 2.1)."""
    digits = np.frombuffer(b"0123456789ABCDEF", np.uint8)
    found = cells.data[places]
    sign = np.full(len(places), ord("%"), np.uint8)
    return replaced(cells, places, np.column_stack([sign, digits[found >> 4], digits[found & 15]]))


def other_case(cells: CellBytes, places: Places) -> pl.Series:
    """Return the strings with some letters in the other case."""
    return replaced(cells, places, (cells.data[places] ^ CASE)[:, None])


def within(cells: CellBytes, start: Places, end: Places) -> Mask:
    """Return which bytes stand in their cell's span, ``start`` to ``end`` counted from its beginning."""
    steps = np.zeros(len(cells.data) + 1, np.int64)
    first, last = cells.offsets[:-1], cells.offsets[1:]
    np.add.at(steps, np.minimum(first + start, last), 1)
    np.add.at(steps, np.minimum(first + np.maximum(start, end), last), -1)
    return np.cumsum(steps[:-1]) > 0


def of_rows(cells: CellBytes, rows: pl.Series | Mask) -> Mask:
    """Return which bytes belong to some of the rows."""
    return np.repeat(np.asarray(rows, np.bool_), cells.sizes)


def neighbours(cells: CellBytes, by: int) -> Bytes:
    """Return the byte so many places on (or back) in the same cell; 0 where there is none."""
    at = np.arange(len(cells.data)) + by
    begin, end = (np.repeat(edge, cells.sizes) for edge in (cells.offsets[:-1], cells.offsets[1:]))
    inside = (at >= begin) & (at < end)
    found = np.zeros(len(at), np.uint8)
    found[inside] = cells.data[at[inside]]
    return found


def after_percent(cells: CellBytes) -> Mask:
    """Return which bytes may be the digits of a %HH."""
    return np.asarray((neighbours(cells, -1) == ord("%")) | (neighbours(cells, -2) == ord("%")))


def pairs_before(cells: CellBytes, which: Members) -> NDArray[np.int64]:
    """Return how many bytes of a class stand before each byte, in its cell."""
    total = np.concatenate([[0], np.cumsum(which[cells.data])])
    return np.asarray(total[:-1] - np.repeat(total[cells.offsets[:-1]], cells.sizes))


def letters_after(cells: CellBytes, marks: Members) -> tuple[Mask, Places]:
    """Return which letters are of a run that follows one of some marks, and where that mark is."""
    letters = LETTERS[cells.data]
    mark = np.maximum.accumulate(np.where(letters, -1, np.arange(len(letters))))
    begin = np.repeat(cells.offsets[:-1], cells.sizes)
    found = letters & (mark >= begin)
    found[found] = marks[cells.data[mark[found]]]
    return found, mark


def _strings(data: Bytes, offsets: Places) -> pl.Series:
    array = pa.LargeStringArray.from_buffers(
        len(offsets) - 1, pa.py_buffer(offsets.astype(np.int64)), pa.py_buffer(data)
    )
    return pl.Series(pl.from_arrow(array))
