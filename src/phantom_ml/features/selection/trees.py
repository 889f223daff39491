"""Small boosted trees that judge features: fitted on some folds, measured on the others."""

from __future__ import annotations

import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import TYPE_CHECKING, Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows, Samples
from phantom_ml.data.times.parse import mostly_untimed
from phantom_ml.features.before import Before
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.delayed import delayed_folds
from phantom_ml.features.selection.order import order_of

if TYPE_CHECKING:
    from lightgbm import Booster, Dataset

T = TypeVar("T")
#: Training rows and held-out rows.
Fold = tuple[NDArray[np.int64], NDArray[np.int64]]
N_FOLDS = 3
ROUNDS, PATIENCE = 80, 8
#: How far trees that judge go for one row, times the learning rate. With classes of one size no first step is
#: longer (1 / 0.5). Of few rows of a rare class a step of Newton's is as long as 1 / share: one chance split then
#: says as much as all others, and a held-out gain to second order tells many times what the loss falls by.
LONGEST_STEP = 2.0
#: Two threads on a busy machine wait for each other: measured 20 times slower than one.
N_THREADS = 1
BINNING = {"verbose": -1, "max_bin": 63, "feature_pre_filter": False, "num_threads": N_THREADS}
_OBJECTIVES = {
    ProblemKind.BINARY: "binary",
    ProblemKind.MULTICLASS: "multiclass",
    ProblemKind.REGRESSION: "regression",
}


def drawn(samples: Samples, question: Question, n_rows: int, seed: int) -> tuple[Samples, Question]:
    """Return at most so many rows, in the order of ``order_of``; rare classes keep theirs as far as half goes."""
    order = order_of(samples, question)
    rows = order[_drawn(samples.target[order], question, n_rows, seed)]
    return samples.rows(rows), question.rows(rows)


def _drawn(target: NDArray[Any], question: Question, n_rows: int, seed: int) -> Rows:
    total = len(target)
    if total <= n_rows:
        return np.arange(total)
    order = np.random.default_rng(seed).permutation(total)
    if question.kind is not ProblemKind.REGRESSION:
        codes = target.astype(np.int64)
        sizes = np.bincount(codes, minlength=question.n_classes)
        fair = n_rows // (2 * max(1, question.n_classes))
        place = np.empty(total, np.int64)
        ranked = order[np.argsort(codes[order], kind="stable")]
        place[ranked] = np.arange(total) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        order = np.concatenate([order[place[order] < fair], order[place[order] >= fair]])
    return np.sort(order[:n_rows])


def folds(target: NDArray[Any], question: Question, seed: int) -> list[Fold]:
    """Return training and held-out rows of each fold: forward in time, by group, or at random.

    Examples
    --------
    >>> from phantom_ml.features.before import Before
    >>> late = Question(ProblemKind.BINARY, 2, before=Before(time=np.arange(8)))
    >>> [(int(t.max()), int(v.min())) for t, v in folds(np.arange(8) % 2, late, 0)]
    [(1, 2), (3, 4), (5, 6)]
    """
    if question.before.is_timed is not None:
        return of_timed(folds, target, question, seed)
    rng = np.random.default_rng(seed)
    time = question.before.time
    if time is not None and question.delay:
        return delayed_folds(time, question.delay, N_FOLDS)
    # Blocks of fewer times would part rows of one time by the order of the file.
    if time is not None and len(np.unique(time)) > N_FOLDS:
        blocks = _blocks(time)
        return [(np.concatenate(blocks[: i + 1]), blocks[i + 1]) for i in range(N_FOLDS)]
    fold = _dealt(target, rng)
    if question.before.groups is not None:
        known, group = np.unique(question.before.groups, return_inverse=True)
        if len(known) >= N_FOLDS:
            fold = (rng.permutation(len(known)) % N_FOLDS)[group]
    return [(np.flatnonzero(fold != i), np.flatnonzero(fold == i)) for i in range(N_FOLDS)]


def of_timed(
    make: Callable[[NDArray[Any], Question, int], list[Fold]],
    target: NDArray[Any],
    question: Question,
    seed: int,
) -> list[Fold]:
    """Return folds of the rows that have a time; where these are fewer than half, of all, whatever their time."""
    time, is_timed = question.before.time, question.before.is_timed
    if time is None or is_timed is None or mostly_untimed(time):
        untimed = replace(question, before=Before(groups=question.before.groups), delay=0)
        return make(target, untimed, seed)
    rows = np.flatnonzero(is_timed)
    each = make(target[rows], question.rows(rows), seed)
    return [(rows[taught], rows[held_out]) for taught, held_out in each]


def _blocks(time: NDArray[np.int64]) -> list[NDArray[np.int64]]:
    """Return rows in blocks of time about as long; rows of one time stay together, where no block is empty so."""
    order = np.argsort(time, kind="stable")
    even = np.array_split(order, N_FOLDS + 1)
    begins = np.searchsorted(time[order], [time[block[0]] for block in even[1:]])
    whole = np.split(order, begins)
    return whole if all(map(len, whole)) else even


def _dealt(target: NDArray[Any], rng: np.random.Generator) -> NDArray[np.int64]:
    """Return a fold a row; each class (or range of values) is dealt out evenly."""
    order = rng.permutation(len(target))
    order = order[np.argsort(target[order], kind="stable")]
    fold = np.empty(len(target), np.int64)
    fold[order] = np.arange(len(target)) % N_FOLDS
    return fold


def binned(samples: Samples) -> Dataset:
    """Return rows as trees read them, to be parted into folds."""
    import lightgbm

    return lightgbm.Dataset(
        samples.matrix.values,
        samples.target,
        params=BINNING,
        categorical_feature=samples.matrix.categorical,
    ).construct()


def grown(
    rows: Dataset,
    fold: Fold,
    question: Question,
    seed: int,
    rounds: int = ROUNDS,
) -> Booster:
    """Return trees of a fold's training rows that stop when its held-out rows no longer gain."""
    train, valid = (rows.subset(np.sort(part).tolist()) for part in fold)
    parameters = _parameters(question, seed, len(fold[0]))
    if question.kind is not ProblemKind.REGRESSION:
        parameters["max_delta_step"] = LONGEST_STEP
    return _trained(train, valid, parameters, rounds)


def _trained(known: Dataset, unseen: Dataset, parameters: dict[str, Any], rounds: int) -> Booster:
    import lightgbm

    return lightgbm.train(
        parameters,
        known,
        rounds,
        valid_sets=[unseen],
        callbacks=[lightgbm.early_stopping(PATIENCE, verbose=False)],
    )


def losses(samples: Samples, parted: Sequence[Fold], question: Question, seed: int) -> list[float]:
    """Return the held-out loss of each fold: log loss, or squared error."""
    return side_by_side(lambda i: _loss(samples, parted[i], question, seed + i), len(parted))


def _loss(samples: Samples, fold: Fold, question: Question, seed: int) -> float:
    import lightgbm

    train, valid = fold
    values, target = samples.matrix.values, samples.target
    options: dict[str, Any] = {"categorical_feature": samples.matrix.categorical}
    known = lightgbm.Dataset(values[train], target[train], params=BINNING, **options)
    unseen = lightgbm.Dataset(values[valid], target[valid], reference=known, **options)
    parameters = _parameters(question, seed, len(train))
    booster = _trained(known, unseen, parameters, ROUNDS)
    return float(next(iter(booster.best_score["valid_0"].values())))


def side_by_side(work: Callable[[int], T], times: int) -> list[T]:
    """Return what the work gives for 0, 1, ...; one thread a core."""
    with ThreadPoolExecutor(len(os.sched_getaffinity(0))) as threads:
        return list(threads.map(work, range(times)))


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
