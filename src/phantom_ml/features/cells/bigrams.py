"""How usual the neighbouring characters of strings are, after a table learned from other strings.

Names that machines make up have pairs of letters that no language has.
Sources: Shannon, "A Mathematical Theory of Communication", 1948 (letters given the one before);
Schiavoni et al., "Phoenix: DGA-Based Botnet Tracking and Intelligence", DIMVA 2014.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import pairwise

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.base import cut
from phantom_ml.features.cells.bytes import CellBytes, totals

#: Letters in either case are one symbol, and all that is not here is the last one.
SYMBOLS = "abcdefghijklmnopqrstuvwxyz0123456789-./"
N_SYMBOLS = len(SYMBOLS) + 1
#: Characters of a string that are read.
MAX_CHARACTERS = 4096
#: Likelihoods are summed as whole numbers of 1/STEPS bits: a sum is then the same in any order.
STEPS = 2**20
Bigrams = NDArray[np.float32]
#: The same in whole steps, a row behind the other.
Steps = NDArray[np.int64]


def _folding() -> NDArray[np.uint16]:
    folded = np.full(256, N_SYMBOLS - 1, np.uint16)
    for code, symbol in enumerate(SYMBOLS):
        folded[[ord(symbol), ord(symbol.upper())]] = code
    # Windows separates folders with the other slash.
    folded[ord("\\")] = folded[ord("/")]
    return folded


FOLDED = _folding()


def fit_bigrams(text: pl.Series) -> Bigrams:
    """Return log2 of the share that each symbol has after each other one, Laplace-smoothed.

    Returns
    -------
    float32 array of shape (N_SYMBOLS, N_SYMBOLS)
        The row is the symbol before.
    """
    cells = _cells(text)
    pairs = _pairs(cells)[_within(cells)]
    counts = np.bincount(pairs, minlength=N_SYMBOLS**2).reshape(N_SYMBOLS, N_SYMBOLS) + 1.0
    table: Bigrams = np.log2(counts / counts.sum(axis=1, keepdims=True)).astype(np.float32)
    return table


def in_steps(table: Bigrams) -> Steps:
    """Return a table as ``score_steps`` reads it: of each pair the whole number of STEPS."""
    return np.rint(table.reshape(-1) * STEPS).astype(np.int64)


def score_bigrams(text: pl.Series, table: Bigrams) -> NDArray[np.float32]:
    """Return the mean of the table over the pairs of each string; NaN where it has no two characters.

    Examples
    --------
    >>> table = fit_bigrams(pl.Series(["banana", "bandana", "ananas"]))
    >>> usual, odd = score_bigrams(pl.Series(["bananas", "xqzkwv"]), table)
    >>> bool(usual > odd)
    True
    """
    return score_steps(text, in_steps(table))


def score_steps(text: pl.Series, table: Steps) -> NDArray[np.float32]:
    """Return the same, given the table of ``in_steps``."""
    return _means(_cells(text), lambda pairs: table[pairs])


def score_each(
    text: list[str | None], tables: Sequence[Steps], ends: Sequence[int]
) -> NDArray[np.float32]:
    """Return the same of a few strings, each table's own behind the other's; ``ends`` tells where they end."""
    cells = CellBytes.of([cell and cell[:MAX_CHARACTERS] for cell in text])
    borders = [0, *(int(cells.offsets[end]) for end in ends)]

    def looked_up(pairs: NDArray[np.int64]) -> NDArray[np.int64]:
        each = zip(tables, pairwise(borders), strict=True)
        return np.concatenate([table[pairs[first:last]] for table, (first, last) in each])

    return _means(cells, looked_up)


def _means(
    cells: CellBytes, looked_up: Callable[[NDArray[np.int64]], NDArray[np.int64]]
) -> NDArray[np.float32]:
    likelihood = looked_up(_pairs(cells))
    likelihood[~_within(cells)] = 0
    summed = totals(likelihood, cells.offsets)
    n_pairs = cells.sizes - 1
    mean = summed / (np.maximum(n_pairs, 1) * STEPS)
    return np.where(n_pairs > 0, mean, np.nan).astype(np.float32)


def _cells(text: pl.Series) -> CellBytes:
    return CellBytes.of(cut(text, MAX_CHARACTERS))


def _pairs(cells: CellBytes) -> NDArray[np.int64]:
    """Return the code of each byte and the one before it, as one number."""
    symbols = FOLDED[cells.data]
    pairs = np.zeros(len(symbols), np.int64)
    pairs[1:] = symbols[:-1] * N_SYMBOLS + symbols[1:]
    return pairs


def _within(cells: CellBytes) -> NDArray[np.bool_]:
    """Return which bytes have one before them in the same string."""
    within = np.ones(len(cells.data), np.bool_)
    within[cells.offsets[:-1][cells.sizes > 0]] = False
    return within
