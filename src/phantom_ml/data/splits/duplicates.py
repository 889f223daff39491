"""Rows that are nearly the same: found by one hash of each row's rounded values."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

Hashes = NDArray[np.uint64]

#: Mantissa bits of a float32 that are dropped: ten of 23 stay, three significant digits.
_DROPPED_BITS = 13
_CHUNK_CELLS = 1 << 18
# Odd constants of the finaliser of splitmix64 (Steele, Lea and Flood, 2014).
_MIX = np.uint64(0xBF58476D1CE4E5B9)
_ORDER = np.uint64(0x9E3779B97F4A7C15)


def near_duplicate_codes(
    values: NDArray[np.float32],
    text: sparse.csr_array | None = None,
    exact: Sequence[int] = (),
) -> NDArray[np.int64]:
    """Return a code a row; rows with the same code are nearly the same.

    Parameters
    ----------
    values : float32 array of shape (n_rows, n_features)
        Compared to about three significant digits; NaN equals NaN.
    text : csr_array of shape (n_rows, n_buckets), optional
        Compared exactly.
    exact : sequence of int
        Columns of ``values`` that are compared exactly, such as codes of categories.

    Returns
    -------
    int64 array of shape (n_rows,)
        Codes 0..k-1. Two different rows share one with a probability below 2**-40.

    Examples
    --------
    >>> rows = np.array([[1000.0, np.nan], [1000.1, np.nan], [1010.0, 0.0]], dtype=np.float32)
    >>> codes = near_duplicate_codes(rows)
    >>> bool(codes[0] == codes[1]), bool(codes[0] == codes[2])
    (True, False)
    """
    hashes = _hash_values(values, exact)
    if text is not None:
        hashes = hashes * _ORDER + _hash_text(text)
    return np.unique(hashes, return_inverse=True)[1].astype(np.int64)


def _hash_values(values: NDArray[np.float32], exact: Sequence[int]) -> Hashes:
    """Return one hash a row, a slice of rows at a time."""
    n_rows, n_features = values.shape
    drop = np.full(n_features, _DROPPED_BITS, dtype=np.uint32)
    drop[list(exact)] = 0
    factors = _factors(n_features)
    hashes = np.zeros(n_rows, dtype=np.uint64)
    step = max(1, _CHUNK_CELLS // max(1, n_features))
    for start in range(0, n_rows, step):
        rounded = _rounded(values[start : start + step], drop)
        hashes[start : start + step] = _mixed(rounded * factors).sum(axis=1, dtype=np.uint64)
    return hashes


def _rounded(part: NDArray[np.float32], drop: NDArray[np.uint32]) -> NDArray[np.uint32]:
    """Return the leading bits of each number, rounded; one pattern for NaN and one for zero."""
    # Adding zero turns minus zero into zero.
    bits = (part + np.float32(0.0)).view(np.uint32)
    half = np.where(drop > 0, np.uint32(1) << (np.maximum(drop, 1) - 1), 0).astype(np.uint32)
    rounded = (bits + half) >> drop
    rounded[np.isnan(part)] = np.uint32(0xFFFFFFFF)
    return rounded


def _factors(n: int) -> Hashes:
    """Return one odd 64-bit factor a column, always the same."""
    return _mixed(_ORDER * np.arange(1, n + 1, dtype=np.uint64)) | np.uint64(1)


def _mixed(values: Hashes) -> Hashes:
    """Return values whose high bits depend on all bits of what they were; changes in place."""
    values ^= values >> np.uint64(32)
    values *= _MIX
    values ^= values >> np.uint64(29)
    return values


def _hash_text(text: sparse.csr_array) -> Hashes:
    """Return one hash a row of the buckets and their values, in any order."""
    starts = np.asarray(text.indptr, dtype=np.int64)
    hashes = np.zeros(text.shape[0], dtype=np.uint64)
    rows = np.searchsorted(starts, np.arange(_CHUNK_CELLS, starts[-1], _CHUNK_CELLS))
    limits = np.unique(np.concatenate([[0], rows, [text.shape[0]]]))
    for first, last in pairwise(limits):
        cells = slice(starts[first], starts[last])
        bits = text.data[cells].astype(np.float32).view(np.uint32).astype(np.uint64)
        bucket = _ORDER * (text.indices[cells].astype(np.uint64) + np.uint64(1))
        total = np.concatenate([[np.uint64(0)], np.cumsum(_mixed(_mixed(bucket) + bits * _MIX))])
        ends = starts[first : last + 1] - starts[first]
        hashes[first:last] = total[ends[1:]] - total[ends[:-1]]
    return hashes
