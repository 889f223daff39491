"""Folds forward in time where labels are late: a block is judged by what was known when it began.

Without a delay the first of four blocks is only learned from. With one, blocks are of the rows that came when the
labels of a quarter of all rows were known, or of half of those that ever are, if these are fewer.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows


def delayed_folds(time: NDArray[np.int64], delay: int, n_folds: int) -> list[tuple[Rows, Rows]]:
    """Return training and held-out rows of each fold; the same fold again where rows give but one block.

    Parameters
    ----------
    time : int64 array of shape (n_rows,)
        When rows happened.
    delay : int
        Until a label is known, in the unit of ``time``. If it leaves no row to learn from, the first time
        teaches and the last one judges.
    n_folds : int

    Examples
    --------
    >>> [(t.tolist(), v.tolist()) for t, v in delayed_folds(np.arange(12), 5, 3)]
    [([0, 1, 2], [8]), ([0, 1, 2, 3], [9]), ([0, 1, 2, 3, 4], [10, 11])]
    """
    order = np.argsort(time, kind="stable")
    line = time[order]
    known = np.searchsorted(line, line - delay)
    if not known[-1]:
        return [(order[line == line[0]], order[line == line[-1]])] * n_folds
    least = min(len(line) // (n_folds + 1), int(known[-1]) // 2)
    late = int(np.searchsorted(known, max(1, least)))
    begins = _begins(line[late:], n_folds) + late
    ends = [*begins[1:], len(line)]
    return [
        (order[: known[begin]], order[begin:end]) for begin, end in zip(begins, ends, strict=True)
    ] * (n_folds // len(begins))


def _begins(line: NDArray[np.int64], n_blocks: int) -> Rows:
    """Return where blocks of about as many rows begin, none within a time; one where they cannot be that many."""
    even = line[np.arange(n_blocks) * len(line) // n_blocks]
    begins = np.unique(np.searchsorted(line, even))
    return begins if len(begins) == n_blocks else begins[:1]
