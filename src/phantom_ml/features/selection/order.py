"""The order of rows by what they hold: what is drawn by chance must not hang on how a file is sorted.

Rows come by their time; those of one time, or of a table without any, by a hash of their values. Rows alike in
that too are the same, and each may stand for the other. Source of the hash: Lemire & Kaser, "Strongly universal
string hashing is fast", The Computer Journal 2014, doi:10.1093/comjnl/bxt070.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.features.fitted.question import Question

Keys = NDArray[np.uint64]
#: Rows that are hashed at once.
N_AT_ONCE = 8_192


def order_of(samples: Samples, question: Question) -> Rows:
    """Return the positions of rows by their time, then by what they hold, int64 of shape (n_rows,).

    Parameters
    ----------
    samples : Samples
        Of which the values and the answers count.
    question : Question
        Of the same rows.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> from phantom_ml.data.matrix import Feature, Matrix
    >>> values = np.array([[2.0], [1.0], [3.0]], np.float32)
    >>> rows = Samples(Matrix(values, (Feature("n", "n"),)), np.array([0, 1, 0]))
    >>> turned = rows.rows(np.array([2, 0, 1]))
    >>> asked = Question(ProblemKind.BINARY, 2)
    >>> found = [s.matrix.values[order_of(s, asked)].tolist() for s in (rows, turned)]
    >>> found[0] == found[1]
    True
    """
    before = question.before
    target = TargetUnit.where_needed(samples, question.kind).shown(samples).target
    beside = [_as_cells(target)]
    if before.groups is not None:
        beside.append(_as_cells(before.groups))
    n_columns = samples.matrix.values.shape[1]
    factors = np.random.default_rng(0).integers(0, 2**63, n_columns + 2 * len(beside), np.uint64)
    factors = 2 * factors + np.uint64(1)
    keys = _hashed(samples.matrix.values, factors[:n_columns])
    keys += _hashed(np.concatenate(beside, axis=1), factors[n_columns:])
    return np.argsort(keys) if before.time is None else np.lexsort((keys, before.time))


def _as_cells(numbers: NDArray[Any]) -> NDArray[np.float32]:
    """Return numbers as two cells each: in one, large codes would lose their last digits."""
    head = numbers.astype(np.float32)
    return np.column_stack([head, (numbers - head.astype(np.float64)).astype(np.float32)])


def _hashed(values: NDArray[np.float32], factors: Keys) -> Keys:
    keys = np.empty(len(values), np.uint64)
    for start in range(0, len(values), N_AT_ONCE):
        # 0 is added, as there are two zeros; and NaN set, as there are many.
        part = values[start : start + N_AT_ONCE] + np.float32(0.0)
        part[np.isnan(part)] = np.nan
        keys[start : start + N_AT_ONCE] = part.view(np.uint32).astype(np.uint64) @ factors
    return keys
