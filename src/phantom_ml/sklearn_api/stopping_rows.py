"""The rows that an algorithm which grows is fitted on, and those that tell it when it has grown enough."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray
from sklearn.model_selection import train_test_split

Rows = NDArray[np.int64]
#: Share of the rows that decide when an algorithm that grows has grown enough, and the least of rows for it.
STOP_SHARE, STOP_ROWS = 0.15, 100


def parted(n_rows: int, codes: NDArray[np.int64] | None, seed: int) -> tuple[Rows, Rows]:
    """Return the places of the rows to fit on, and of those that tell when to stop.

    Parameters
    ----------
    n_rows : int
    codes : int64 array of shape (n_rows,), optional
        Classes 0..k-1, each of which some row has; of two, both sides hold rows of each. None: values.
    seed : int

    Returns
    -------
    seen, held_out : int64 arrays, ascending
        Apart from each other but for a row of one of two classes that one side would not hold. Of few rows
        all are seen and none is held out.

    Examples
    --------
    >>> seen, held_out = parted(1000, (np.arange(1000) == 7).astype(np.int64), 0)
    >>> len(seen), 7 in seen, 7 in held_out
    (850, True, True)
    """
    rows = np.arange(n_rows, dtype=np.int64)
    if n_rows < STOP_ROWS:
        return rows, rows[:0]
    seen, held_out = train_test_split(
        rows, test_size=STOP_SHARE, random_state=seed, stratify=_strata(codes)
    )
    if codes is None or codes.max() > 1:
        # Of many classes some are always rare: rows that are learned from, too, would tell to grow too long.
        return np.sort(seen), np.sort(held_out)
    return _with_all_classes(seen, held_out, codes), _with_all_classes(held_out, seen, codes)


def _strata(codes: NDArray[np.int64] | None) -> NDArray[np.int64] | None:
    """Return the classes where a split can hold their shares."""
    if codes is None:
        return None
    counts = np.bincount(codes)
    too_many = len(counts) > math.ceil(STOP_SHARE * len(codes))
    return None if too_many or counts.min() < 2 else codes


def _with_all_classes(rows: Rows, others: Rows, codes: NDArray[np.int64]) -> Rows:
    """Return rows with one of the others of each class that they lack.

    Rows without a class would tell that it grows ever less likely, up to a certainty that nothing supports.
    """
    lacks = np.setdiff1d(codes[others], codes[rows])
    lent = [others[np.flatnonzero(codes[others] == code)[0]] for code in lacks]
    return np.sort(np.concatenate([rows, np.array(lent, dtype=np.int64)]))
