"""What the bytes of command lines say: entropy, shares of classes, brackets open at once.

Source: D. Bohannon and L. Holmes, Revoke-Obfuscation (2017), which measures scripts the same way.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import accumulate
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.cells.bytes import (
    DIGITS,
    SPACE,
    SPECIAL,
    UPPER,
    CellBytes,
    Members,
    members,
)
from phantom_ml.features.cells.classes import class_counts, runs, spread
from phantom_ml.features.cells.queries import Column

_SHARES: dict[str, tuple[Members, str]] = {
    "digit_share": (DIGITS, "digits"),
    "upper_share": (UPPER, "capitals"),
    "special_share": (SPECIAL, "signs"),
}
#: Bits of one running total among several in a number: a cell has fewer than 2^21 bytes.
_BITS = 21
#: What each byte adds to the total.
_WEIGHTS = np.zeros(256, np.uint64)
for _i, (_which, _) in enumerate(_SHARES.values()):
    _WEIGHTS += _which.astype(np.uint64) << np.uint64(_BITS * _i)
#: Cells that are measured at a time: their running totals stay in the cache.
_CELLS = 4096
_OPEN, _CLOSE = members("([{"), members(")]}")
_NO_BRACKET = bytes(np.flatnonzero(~(_OPEN | _CLOSE)).tolist())
#: Part -> what its values are.
BYTES = {
    "longest_token": "bytes of the longest token",
    "entropy": "entropy of the bytes in bits, 0 to 8",
    "bracket_depth": "brackets open at once, the most",
    **{part: f"share of {words}, 0 to 1" for part, (_, words) in _SHARES.items()},
}


def byte_parts(text: Column, asked: set[str]) -> dict[str, NDArray[Any]]:
    """Return those of BYTES that are asked for, row for row.

    Examples
    --------
    >>> byte_parts(["a1 b2", "2024"], {"digit_share"})["digit_share"].tolist()
    [0.4, 1.0]
    """
    if not asked:
        return {}
    cells = CellBytes.of(text)
    if cells.few is not None:
        return _measured(cells, asked)
    measured = [_measured(block, asked) for block in _blocks(cells)]
    return {part: np.concatenate([block[part] for block in measured]) for part in asked}


def _blocks(cells: CellBytes) -> Iterator[CellBytes]:
    for first in range(0, max(len(cells.sizes), 1), _CELLS):
        offsets = cells.offsets[first : first + _CELLS + 1]
        yield CellBytes(cells.data[offsets[0] : offsets[-1]], offsets - offsets[0])


def _measured(cells: CellBytes, asked: set[str]) -> dict[str, NDArray[Any]]:
    found: dict[str, NDArray[Any]] = {}
    if asked & set(_SHARES):
        found |= _shares(cells)
    if "longest_token" in asked:
        found["longest_token"] = runs(cells, ~SPACE)[1]
    if "entropy" in asked:
        found["entropy"] = spread(cells)[0]
    if "bracket_depth" in asked:
        found["bracket_depth"] = bracket_depth(cells)
    return found


def _shares(cells: CellBytes) -> dict[str, NDArray[np.float64]]:
    """Return the share of each class in every cell, of many from one running total for all classes.

    What one total overflows into the next is gone in the difference of two (see parts.MAX_CHARACTERS).
    """
    if cells.few is not None:
        counts = class_counts(cells, {part: known for part, (known, _) in _SHARES.items()})
        return {
            part: n.astype(np.float64) / np.maximum(cells.sizes, 1) for part, n in counts.items()
        }
    total = np.zeros(len(cells.data) + 1, np.uint64)
    np.take(_WEIGHTS, cells.data, out=total[1:])
    np.cumsum(total, out=total)
    packed = np.diff(total[cells.offsets])
    size = np.maximum(cells.sizes, 1)
    return {
        part: (packed >> np.uint64(_BITS * i) & np.uint64(2**_BITS - 1)) / size
        for i, part in enumerate(_SHARES)
    }


def bracket_depth(cells: CellBytes) -> NDArray[np.int64]:
    """Return how many brackets are open at once at most, whichever they are.

    Examples
    --------
    >>> bracket_depth(CellBytes.of(["f(g[1]) {", "))(("])).tolist()
    [2, 0]
    """
    if cells.few is not None:
        return np.array(
            [_deepest(cell.translate(None, _NO_BRACKET)) for cell in cells.few], np.int64
        )
    steps = _OPEN[cells.data].astype(np.int8) - _CLOSE[cells.data].astype(np.int8)
    level = np.zeros(len(steps) + 1, np.int64)
    np.cumsum(steps, out=level[1:])
    full = cells.sizes > 0
    starts = cells.offsets[:-1][full]
    deepest = np.zeros(len(cells.sizes), np.int64)
    if len(starts):
        most = np.maximum.reduceat(level[1:], starts) - level[starts]
        deepest[full] = np.maximum(most, 0)
    return deepest


def _deepest(brackets: bytes) -> int:
    """Return how many of a line's brackets are open at once at most."""
    steps = (1 if bracket in b"([{" else -1 for bracket in brackets)
    return max(accumulate(steps, initial=0))
