"""Which training rows teach which others what is fitted on the target: none is taught by its own answer.

With a time, rows are taught by what was known before their stretch began, as every row that is scored
later: a score taught by answers of the future is surer than the one that is served, and trees would trust
it too much. Each stretch is as long as all before it, so all fits together read the rows once.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.features.fitted.question import Question

#: Rows that teach, and rows that are taught.
InnerFold = tuple[Rows, Rows]
Mask = NDArray[np.bool_]
N_PARTS = 3
#: Where stretches begin, as shares of the rows in the order of time; nobody teaches those before the first.
BEGINNINGS = (1 / 8, 1 / 4, 1 / 2)
#: With fewer times than this a stretch would part rows of one time by the order of the file.
LEAST_TIMES = 4


def inner_folds(question: Question, n_rows: int, seed: int) -> list[InnerFold]:
    """Return the folds; rows of one group never teach each other.

    Parameters
    ----------
    question : Question
        Of all ``n_rows`` rows: their times and groups, and the delay until an answer is known.
    n_rows : int
    seed : int
        Of the parts that rows or groups are dealt to.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> from phantom_ml.features.before import Before
    >>> late = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(16)))
    >>> [(len(teach), len(taught)) for teach, taught in inner_folds(late, 16, seed=0)]
    [(2, 2), (4, 4), (8, 8)]
    >>> groups = Question(ProblemKind.BINARY, 2, before=Before(groups=np.array([4, 4, 9, 9, 1, 1])))
    >>> [len({*teach // 2} & {*taught // 2}) for teach, taught in inner_folds(groups, 6, seed=0)]
    [0, 0, 0]
    """
    time, groups = question.before.time, question.before.groups
    folds = [(np.ones(n_rows, np.bool_), np.ones(n_rows, np.bool_))]
    in_time = time is not None and len(np.unique(time[time != NO_TIME])) >= LEAST_TIMES
    if time is not None and in_time:
        folds = _stretches(time, question.delay)
    if groups is not None or not in_time:
        part = _parts(groups, n_rows, np.random.default_rng(seed))
        folds = [(a & (part != i), b & (part == i)) for a, b in folds for i in range(N_PARTS)]
    return [(np.flatnonzero(a), np.flatnonzero(b)) for a, b in folds if a.any() and b.any()]


def _stretches(time: NDArray[np.int64], delay: int) -> list[tuple[Mask, Mask]]:
    """Return, for each stretch of time, the rows whose answers were known when it began, and its own.

    Rows without a time teach none, and none teaches them.
    """
    timed = time != NO_TIME
    line = np.sort(time[timed])
    begins = np.unique(line[[int(len(line) * share) for share in BEGINNINGS]])
    ends = [*begins[1:], line[-1] + 1]
    return [
        (timed & (time < begin - delay), timed & (time >= begin) & (time < end))
        for begin, end in zip(begins, ends, strict=True)
    ]


def _parts(
    groups: NDArray[np.int64] | None, n_rows: int, rng: np.random.Generator
) -> NDArray[np.int64]:
    """Return a part a row; where there are groups enough, rows of one share theirs."""
    if groups is None:
        return rng.permutation(n_rows) % N_PARTS
    known, group = np.unique(groups, return_inverse=True)
    if len(known) < N_PARTS:
        return rng.permutation(n_rows) % N_PARTS
    return (rng.permutation(len(known)) % N_PARTS)[group]
