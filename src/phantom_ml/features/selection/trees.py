"""Small boosted trees that judge features: fitted on some folds, measured on the others."""

from __future__ import annotations

import os
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples
from phantom_ml.features.fitted.question import Question

Array = NDArray[np.float64]
#: Training rows and held-out rows.
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
N_FOLDS = 3
ROUNDS, PATIENCE = 80, 8
#: Two threads on a busy machine wait for each other: measured 20 times slower than one.
N_THREADS = 1
BINNING = {"verbose": -1, "max_bin": 63, "feature_pre_filter": False, "num_threads": N_THREADS}
_OBJECTIVES = {
    ProblemKind.BINARY: "binary",
    ProblemKind.MULTICLASS: "multiclass",
    ProblemKind.REGRESSION: "regression",
}


@dataclass(frozen=True)
class Judgement:
    """What one fold's trees say.

    Attributes
    ----------
    loss : float
        Of the held-out rows: log loss, or squared error.
    gain : float64 array of shape (n_features,)
        What the splits on each feature gained in training, up to the best round.
    """

    loss: float
    gain: Array


def drawn(samples: Samples, question: Question, n_rows: int, seed: int) -> tuple[Samples, Question]:
    """Return at most so many rows, in their order; rare classes keep all of theirs as far as half goes."""
    total = samples.matrix.n_rows
    if total <= n_rows:
        return samples, question
    rng = np.random.default_rng(seed)
    order = rng.permutation(total)
    if question.kind is not ProblemKind.REGRESSION:
        codes = samples.target.astype(np.int64)
        sizes = np.bincount(codes, minlength=question.n_classes)
        fair = n_rows // (2 * max(1, question.n_classes))
        place = np.empty(total, np.int64)
        ranked = order[np.argsort(codes[order], kind="stable")]
        place[ranked] = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        order = np.concatenate([order[place[order] < fair], order[place[order] >= fair]])
    rows = np.sort(order[:n_rows])
    return samples.rows(rows), question.rows(rows)


def folds(target: NDArray[Any], question: Question, seed: int) -> list[Fold]:
    """Return training and held-out rows of each fold: forward in time, by group, or at random.

    Examples
    --------
    >>> from phantom_ml.features.before import Before
    >>> late = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(8)))
    >>> [(int(t.max()), int(v.min())) for t, v in folds(np.arange(8) % 2, late, 0)]
    [(1, 2), (3, 4), (5, 6)]
    """
    rng = np.random.default_rng(seed)
    if question.before.time is not None:
        blocks = np.array_split(np.argsort(question.before.time, kind="stable"), N_FOLDS + 1)
        return [(np.concatenate(blocks[: i + 1]), blocks[i + 1]) for i in range(N_FOLDS)]
    fold = _dealt(target, rng)
    if question.before.groups is not None:
        known, group = np.unique(question.before.groups, return_inverse=True)
        if len(known) >= N_FOLDS:
            fold = (rng.permutation(len(known)) % N_FOLDS)[group]
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(N_FOLDS)]


def _dealt(target: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a fold a row; each class (or range of values) is dealt out evenly."""
    order = rng.permutation(len(target))
    order = order[np.argsort(target[order], kind="stable")]
    fold = np.empty(len(target), np.int64)
    fold[order] = np.arange(len(target)) % N_FOLDS
    return fold


def judge(
    samples: Samples, fold: Fold, question: Question, seed: int, patience: int = PATIENCE
) -> Judgement:
    """Return the held-out loss and the gains of trees that stop when held-out rows no longer gain.

    ``patience`` is for how many rounds they may gain nothing.
    """
    import lightgbm

    train, valid = fold
    values, target = samples.matrix.values, samples.target
    options: dict[str, Any] = {"categorical_feature": samples.matrix.categorical}
    known = lightgbm.Dataset(values[train], target[train], params=BINNING, **options)
    unseen = lightgbm.Dataset(values[valid], target[valid], reference=known, **options)
    booster = lightgbm.train(
        _parameters(question, seed, len(train)),
        known,
        ROUNDS,
        valid_sets=[unseen],
        callbacks=[lightgbm.early_stopping(patience, verbose=False)],
    )
    best = booster.best_iteration or None
    gain = np.asarray(booster.feature_importance("gain", iteration=best), np.float64)
    return Judgement(float(next(iter(booster.best_score["valid_0"].values()))), gain)


def judged(
    samples: Samples, parted: Sequence[Fold], question: Question, seed: int
) -> list[Judgement]:
    """Return what the trees of each fold say; folds are fitted side by side."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as side_by_side:
        work = [
            side_by_side.submit(judge, samples, fold, question, seed + i)
            for i, fold in enumerate(parted)
        ]
        return [each.result() for each in work]


def _parameters(question: Question, seed: int, n_rows: int) -> dict[str, Any]:
    parameters: dict[str, Any] = {
        **BINNING,
        "objective": _OBJECTIVES[question.kind],
        "num_leaves": 15,
        "learning_rate": 0.15,
        "min_data_in_leaf": int(np.clip(n_rows // 50, 2, 20)),
        "feature_fraction": 0.5,
        "cat_smooth": 20.0,
        "seed": seed,
        "deterministic": True,
    }
    many = question.kind is ProblemKind.MULTICLASS
    return parameters | ({"num_class": question.n_classes} if many else {})
