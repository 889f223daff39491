"""Folds of whole stretches of time, where forward in time too few answers would be left to judge by.

Attacks come in campaigns: of a hundred, a block of a quarter of the rows may hold four, all of one kind. Such a
block judges by chance. Then stretches, short where the rarer answers are, are dealt to folds: rows that follow one
another stay together, and every fold sees most of the campaigns. Source: blocked cross-validation, Roberts et
al., "Cross-validation strategies for data with temporal, spatial, hierarchical, or phylogenetic structure",
Ecography 2017, doi:10.1111/ecog.02881.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.shadows import N_STRETCHES
from phantom_ml.features.selection.trees import N_FOLDS, Fold, folds, of_timed

Places = NDArray[np.int64]
#: A block of time judges if it holds so many rows of the commonest class, and so many of the others.
LEAST_ANSWERS = 20


def steady_folds(target: NDArray[Any], question: Question, seed: int) -> list[Fold]:
    """Return the folds, but of stretches of time where forward in time a block holds too few answers.

    Parameters
    ----------
    target : array of shape (n_rows,)
    question : Question
        Of the same rows.
    seed : int
        Of where stretches begin, and what fold they are dealt to.
    """
    if question.before.is_timed is not None:
        return of_timed(steady_folds, target, question, seed)
    parted = folds(target, question, seed)
    time = question.before.time
    if time is None or question.kind is ProblemKind.REGRESSION or len(np.unique(time)) <= N_FOLDS:
        return parted
    # Labels that are late are never known for rows that come later.
    if question.delay:
        return parted
    rare = target != np.bincount(target.astype(np.int64)).argmax()
    blocks = [rare[parted[0][0]], *(rare[held_out] for _, held_out in parted)]
    if min(min(block.sum(), (~block).sum()) for block in blocks) >= LEAST_ANSWERS:
        return parted
    fold = _dealt(time, _weights(rare), np.random.default_rng(seed))
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(N_FOLDS)]


def _weights(rare: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Return what each row counts: half as one of all, half as one of its side, which count the same."""
    sizes = np.bincount(rare.astype(np.int64), minlength=2)
    weights: NDArray[np.float64] = 1.0 / len(rare) + 0.5 / sizes[rare.astype(np.int64)]
    return weights


def _dealt(time: Places, weights: NDArray[np.float64], rng: np.random.Generator) -> Places:
    """Return a fold a row; stretches weigh about the same, and rows of one time stay together."""
    order = np.argsort(time, kind="stable")
    total = np.cumsum(weights[order])
    ends = (np.arange(1, N_STRETCHES) + rng.uniform(-0.5, 0.5)) / N_STRETCHES * total[-1]
    at = np.minimum(np.searchsorted(total, ends), len(time) - 1)
    begins = np.unique(time[order[at]])
    stretch = np.searchsorted(begins, time, side="right")
    return (rng.permutation(len(begins) + 1) % N_FOLDS)[stretch]
