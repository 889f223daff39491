"""What runs in a trial's own process: fit the folds, measure them, save what came of it.

It knows the workspace and one algorithm; which trial comes next, and what it is worth, is decided above.
"""

from __future__ import annotations

import contextlib
import importlib
import math
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    algorithms,
    save_learner,
)
from phantom_ml.algorithms.looks import Looks
from phantom_ml.automl.trials.enough import FIT_SHARE, learned
from phantom_ml.automl.trials.preload import DEEP, TORCH
from phantom_ml.automl.trials.waiting import Waiting
from phantom_ml.automl.trials.workspace import Facts, Fold, Workspace
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Samples
from phantom_ml.features.fold_fitted import FoldFitted, fit_fold
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.process.deadline import Deadline

Array = NDArray[np.float64]


@dataclass(frozen=True)
class Work:
    """One trial's orders, read from its payload."""

    workspace: Workspace
    out: Path
    settings: AlgorithmSettings
    folds: tuple[str, ...]
    seed: int
    n_threads: int
    deadline: Deadline
    n_rounds: int | None
    max_rows: int | None
    #: Loss after 1, 2, ... folds that must be beaten to go on; empty: never give up.
    race: tuple[float, ...]
    #: Of the time that is left, what its folds may take at first; a fit that learns nothing in it may take more.
    share: float
    #: What is shown on the way of a single fold.
    waiting: Waiting

    @classmethod
    def of(cls, payload: dict[str, Any]) -> Work:
        """Return the orders of a payload."""
        algorithm = algorithms.get(payload["algorithm"])
        at, out = payload["deadline"], Path(payload["out"])
        waiting = Waiting(out, payload.get("looks", ()))
        clock = waiting.clock if waiting.amounts else time.monotonic
        return cls(
            Workspace(Path(payload["workspace"])),
            out,
            algorithm.model_validate(payload["settings"]),
            tuple(payload["folds"]),
            payload["seed"],
            payload["n_threads"],
            Deadline(math.inf if at is None else at, clock=clock),
            payload.get("n_rounds"),
            payload.get("max_rows"),
            tuple(payload.get("race", ())),
            payload.get("share", 1.0),
            waiting,
        )


@dataclass(frozen=True)
class FoldResult:
    """What came of one fold."""

    learner: Learner
    prediction: Array
    loss: float
    golden: Array
    fit_seconds: float
    predict_seconds: float
    n_rows: int


def fit_trial(payload: dict[str, Any]) -> dict[str, Any]:
    """Fit one trial on its folds; called by the supervised child."""
    work = Work.of(payload)
    if work.waiting.amounts:
        # It may be ended while it waits: what it leaves behind goes with the folder of its trial.
        tempfile.tempdir = str(work.out)
    _import_library(work.settings)
    facts, samples = work.workspace.facts(), work.workspace.samples()
    golden = work.workspace.samples("golden").matrix
    results: list[FoldResult] = []
    for name in work.folds:
        fold = work.workspace.fold(name)
        result = _fit_fold(work, facts, samples, fold, golden)
        save_learner(result.learner, work.out / name)
        results.append(result)
        if _falls_behind(work.race, results):
            break
    return _report(work, results)


def _import_library(settings: AlgorithmSettings) -> None:
    """Import what takes seconds before time is shared out: the first fold would learn nothing in its share."""
    if settings.extra == DEEP:
        with contextlib.suppress(ImportError):  # the fit tells what is missing
            importlib.import_module(TORCH)


def _share(work: Work, i: int) -> Deadline:
    """Return the deadline of fold i: what is left, shared evenly among the folds to come.

    Predicting the held-out rows and saving need their part of it, a large forest the most.
    """
    share = work.share * work.deadline.left() / (len(work.folds) - i)
    return work.deadline.within(FIT_SHARE * share)


def _falls_behind(race: tuple[float, ...], results: list[FoldResult]) -> bool:
    n = len(results)
    if n > len(race):
        return False
    return float(np.mean([r.loss for r in results])) > race[n - 1]


def _fit_fold(work: Work, facts: Facts, samples: Samples, fold: Fold, golden: Matrix) -> FoldResult:
    fitted = FoldFitted.load(work.workspace.side_folder(fold.name))
    train = _subset(samples, fold, fitted.features, work)
    valid = _some(samples, fold, fold.valid, fitted.features)
    judges = valid
    if fold.stopping is not None:
        judges = _some(samples, fold, fold.stopping, fitted.features)
    looks = _looks(work, valid)

    def fit(stop: Deadline) -> Learner:
        context = FitContext(
            facts.kind, facts.n_classes, work.seed, work.n_threads, stop, work.n_rounds, looks
        )
        return work.settings.fit(train, judges, context)

    place = work.folds.index(fold.name)
    n_folds = len(work.folds) - place
    learner, fit_seconds = learned(fit, _share(work, place), work.deadline, n_folds)
    golden_prediction = learner.predict(fitted.widen(golden), 1)
    if valid is None:
        nothing = np.empty((0, 0))
        return FoldResult(
            learner, nothing, np.nan, golden_prediction, fit_seconds, 0.0, train.matrix.n_rows
        )
    start = time.monotonic()
    prediction = learner.predict(valid.matrix, work.n_threads)
    seconds = time.monotonic() - start
    loss = get_metric(facts.metric, facts.kind).loss(valid.target, prediction, valid.weight)
    return FoldResult(
        learner, prediction, loss, golden_prediction, fit_seconds, seconds, train.matrix.n_rows
    )


def _some(
    samples: Samples, fold: Fold, rows: NDArray[np.int64], features: tuple[Feature, ...]
) -> Samples | None:
    """Return some rows with the fold-fitted columns; None where there are none."""
    return _wide(samples.rows(rows), fold, rows, features) if len(rows) else None


def _looks(work: Work, valid: Samples | None) -> Looks[Learner]:
    """Return when a fit shows what it predicts of the held-out rows."""
    if valid is None:
        return Looks.none()
    return work.waiting.looks(lambda found: found.predict(valid.matrix, work.n_threads))


def _subset(samples: Samples, fold: Fold, features: tuple[Feature, ...], work: Work) -> Samples:
    """Return the training rows of a fold, at most ``max_rows`` of them, with their weights."""
    rows, weight = fold.train, fold.weight
    if work.max_rows is not None and len(rows) > work.max_rows:
        chosen = np.random.default_rng(work.seed).choice(len(rows), work.max_rows, replace=False)
        chosen.sort()
        rows, weight = rows[chosen], None if weight is None else weight[chosen]
    if work.workspace.facts().kind is ProblemKind.ANOMALY and not work.settings.reads_known:
        # A known anomaly would teach a detector that it is usual.
        kept = samples.target[rows] == 0
        rows, weight = rows[kept], None if weight is None else weight[kept]
    train = _wide(samples.rows(rows), fold, rows, features)
    if weight is None:
        return train
    own = weight if train.weight is None else weight * train.weight
    return Samples(train.matrix, train.target, own)


def _wide(
    part: Samples, fold: Fold, rows: NDArray[np.int64], features: tuple[Feature, ...]
) -> Samples:
    if fold.side is None:
        return part
    matrix = part.matrix.beside(np.asarray(fold.side[rows]), features)
    return Samples(matrix, part.target, part.weight)


def _report(work: Work, results: list[FoldResult]) -> dict[str, Any]:
    if results[0].prediction.size:
        np.save(work.out / "prediction.npy", np.concatenate([r.prediction for r in results]))
    np.save(work.out / "golden.npy", np.stack([r.golden for r in results]))
    shares = [_shares(r.learner) for r in results]
    known = [s for s in shares if s is not None]
    if known:
        np.save(work.out / "importance.npy", np.mean(known, axis=0))
    rows = sum(len(r.prediction) for r in results)
    return {
        "folds": len(results),
        "losses": [float(r.loss) for r in results],
        "n_rounds": [r.learner.n_rounds for r in results],
        "is_cut_short": any(r.learner.is_cut_short for r in results),
        "n_trees": sum(r.learner.n_trees for r in results),
        "fit_seconds": sum(r.fit_seconds * (1.0 - r.learner.waited) for r in results),
        "n_rows": max(r.n_rows for r in results),
        "n_fitted": sum(r.n_rows for r in results),
        "predict_us": 1e6 * sum(r.predict_seconds for r in results) / rows if rows else None,
    }


def _shares(learner: Learner) -> Array | None:
    """Return the learner's own importance, summing to 1; None if it has none."""
    importance = learner.importance()
    if importance is None or not importance.sum() > 0:
        return None
    shares: Array = importance / importance.sum()
    return shares


def fit_side(payload: dict[str, Any]) -> dict[str, Any]:
    """Fit what needs the target on one fold's training rows; called by the supervised child."""
    workspace = Workspace(Path(payload["workspace"]))
    fold = workspace.fold(payload["fold"])
    fitted, values = fit_fold(
        workspace.samples(), fold.train, workspace.question(), payload["seed"]
    )
    workspace.save_side(fold.name, fitted, values)
    return {"n_added": int(values.shape[1])}
