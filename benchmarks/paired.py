"""Whether two systems differ on the same rows: a paired bootstrap of the primary figure.

Source: Efron & Tibshirani, "An Introduction to the Bootstrap", 1993, chapter 13 (percentiles).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from benchmarks.results import Kept
from benchmarks.score import average_precision, losses, normalised

RESAMPLES = 500
LEVEL = 0.95
Figure = Callable[[np.ndarray], float]


def interval(ours: Sequence[Kept], theirs: Sequence[Kept]) -> tuple[float, float]:
    """Return the 95 % interval of (mean figure of ours) - (mean figure of theirs).

    Parameters
    ----------
    ours, theirs : sequence of Kept
        One a seed, all of the same rows; each resample of the rows serves them all.
    """
    first = [_weighted(kept) for kept in ours]
    second = [_weighted(kept) for kept in theirs]
    n = len(ours[0].truth)
    rng = np.random.default_rng(0)
    differences = []
    for _ in range(RESAMPLES):
        counts = np.bincount(rng.integers(0, n, n), minlength=n)
        differences.append(
            np.mean([f(counts) for f in first]) - np.mean([f(counts) for f in second])
        )
    tail = 100 * (1 - LEVEL) / 2
    low, high = np.nanpercentile(differences, [tail, 100 - tail])
    return float(low), float(high)


def _weighted(kept: Kept) -> Figure:
    """Return the primary figure of a prediction as a function of how often each row is drawn."""
    if kept.task == "binary":
        return _ranking(kept)
    if kept.task == "regression":
        squares = (kept.truth - kept.prediction) ** 2
        return lambda counts: float(np.sqrt(np.average(squares, weights=counts)))
    known = kept.truth >= 0
    each = losses(kept.truth[known], normalised(kept.prediction)[known])
    return lambda counts: float(np.average(each, weights=counts[known]))


def _ranking(kept: Kept) -> Figure:
    # Sorted once: sorting what is sorted takes next to no time in each resample.
    score = normalised(kept.prediction)[:, 1]
    order = np.argsort(-score, kind="stable")
    truth, ranked = (kept.truth[order] == 1).astype(np.int64), score[order]
    return lambda counts: average_precision(truth, ranked, counts[order])
