"""Where the settings of one algorithm are measured: encoded once, each fit in a child that can be ended."""

from __future__ import annotations

import itertools
import shutil
import tempfile
import weakref
from collections.abc import Mapping
from dataclasses import replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.preparation.folds import fit_sides, save_folds
from phantom_ml.automl.question.in_order import without_history
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import GRACE_SECONDS, Candidate, Order, start
from phantom_ml.automl.trials.preload import DEEP, PLUGINS, TORCH
from phantom_ml.automl.trials.ready import wait_for
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, AutoMLTaskType
from phantom_ml.data.reading.read import read
from phantom_ml.errors import TargetUnusable
from phantom_ml.features.given_rows import GivenRows
from phantom_ml.process import DEFAULT_PRELOAD, Deadline, Limits, warm_up
from phantom_ml.sklearn_api.algorithm import (
    OWN,
    AlgorithmClassifier,
    AlgorithmEstimator,
    grows,
)
from phantom_ml.sklearn_api.fit_under_way import FitUnderWay
from phantom_ml.sklearn_api.ladder import GrowingLadder, Ladder, Turn
from phantom_ml.sklearn_api.rows import free_name
from phantom_ml.sklearn_api.said import SaidClasses, SaidValues
from phantom_ml.sklearn_api.stopping_rows import parted
from phantom_ml.tuning.bench import Bench, Climb
from phantom_ml.wording import counted

TARGET = "target"
NOT_LEARNED = "{} of a class that no other row has: scored, and not learned from."
#: What the fits of networks import beside torch.
NETWORKS = tuple(
    f"phantom_ml.algorithms._deep.{name}" for name in ("tabular", "fit_lstm", "fit_transformer")
)
#: A fit's child reads rows, scores and saves beside what one takes that does nothing; that may take no more than
#: a share of the time that is left. One that takes longer (seconds) waited for an import, as later ones will not:
#: measured on a busy machine, it takes 0.03 to 0.18 s.
BESIDE, MOST_BESIDE, LONGEST_START = 2.0, 0.5, 0.25


class AlgorithmBench:
    """The rows encoded, the folds and what is fitted on them in a folder; trials are children that read it.

    Parameters
    ----------
    bench : Bench
        What is measured; its estimator is one of an algorithm.
    """

    def __init__(self, bench: Bench) -> None:
        self.bench = bench
        self.estimator: AlgorithmEstimator = bench.estimator
        self.n_rungs, self.told = bench.n_rungs, bench.told
        self.basis = replace(bench.basis, estimator=self.estimator.algorithm)
        self._numbers = itertools.count()
        self._modules = _modules(algorithms.get(self.estimator.algorithm))
        #: Seconds of a fit's child in which it does not fit.
        self.beside = 0.0
        # A network needs none of the others' libraries, and would wait while they are imported.
        others = () if TORCH in self._modules else DEFAULT_PRELOAD
        warm_up((*self._modules, *others))
        folder = tempfile.mkdtemp(prefix="phantom-tuning-")
        self._folder = Path(folder)
        weakref.finalize(self, shutil.rmtree, folder, ignore_errors=True)

    @property
    def notes(self) -> tuple[str, ...]:
        """Return what a person should know of the scores and of what was learned from."""
        matrix = self.workspace.samples().matrix
        return (
            *self.bench.notes,
            *without_history(self.estimator.algorithm, matrix),
            *([NOT_LEARNED.format(counted(len(self.lone), "row"))] if len(self.lone) else []),
        )

    @cached_property
    def workspace(self) -> Workspace:
        """Return the folder with the encoded rows and the folds."""
        workspace, seed = Workspace(self._folder), self.bench.seed
        samples = encode(self.problem, workspace, self._config(self.problem.target.name))
        folds, stopping = {}, {}
        for i, (train, test) in enumerate(self.bench.folds):
            seen, stopping[str(i)] = self._parted(train[~np.isin(train, self.lone)])
            folds[str(i)] = (seen, test)
        save_folds(self.problem, workspace, folds, seed)
        for name, rows in stopping.items():
            if rows is not None:
                workspace.save_stopping(name, rows)
        room = Room.of(self.estimator.n_threads, None)
        fit_sides(samples, workspace, list(folds), room, seed, Deadline.never())
        return workspace

    def _parted(self, train: NDArray[np.int64]) -> tuple[NDArray[np.int64], Any]:
        """Return the rows of a fold to fit on, and those that tell when to stop, as the estimator parts them.

        The rows that score a trial must decide nothing of its fit. None: nothing is asked when to stop.
        """
        if not grows(self.estimator.validated()):
            return train, None
        codes = None
        if isinstance(self.estimator, AlgorithmClassifier):
            codes = np.unique(self.codes[train], return_inverse=True)[1]
        seen, held_out = parted(len(train), codes, int(self.estimator.seed))
        return train[seen], train[held_out]

    @cached_property
    def problem(self) -> Problem:
        """Return the rows and their answers."""
        frame = GivenRows.of(self.bench.X).frame
        target = free_name(TARGET, frame.columns)
        answers = pl.Series(target, np.asarray(self.bench.y))
        if isinstance(self.estimator, AlgorithmClassifier):
            answers = pl.Series(target, self._taught()).cast(pl.String)
        table = frame.with_columns(answers)
        return pose(read(table, scratch=self._folder / "read"), self._config(target))

    @cached_property
    def codes(self) -> NDArray[np.int64]:
        """Return the classes by their order."""
        return np.unique(np.asarray(self.bench.y), return_inverse=True)[1].astype(np.int64)

    @cached_property
    def lone(self) -> NDArray[np.int64]:
        """Return the rows of classes that no other row has: they are scored, and cannot be learned from."""
        if not isinstance(self.estimator, AlgorithmClassifier):
            return np.empty(0, np.int64)
        return np.flatnonzero(np.bincount(self.codes)[self.codes] == 1)

    def _taught(self) -> NDArray[np.int64]:
        """Return the classes by their order; where only one row has it, the commonest, which no fit learns."""
        counts = np.bincount(self.codes)
        if np.count_nonzero(counts > 1) < 2:
            common = np.unique(np.asarray(self.bench.y)).tolist()[counts.argmax()]
            others = f" but {len(self.lone)}" if len(self.lone) else ""
            raise TargetUnusable(
                f"y is {common!r} in all {len(self.codes):,} rows{others}: no two classes are to be told apart.",
                "Give rows of two classes, two rows of each at least.",
            )
        taught = self.codes.copy()
        taught[self.lone] = counts.argmax()
        return taught

    def _config(self, target: str) -> AutoMLConfig:
        classes = isinstance(self.estimator, AlgorithmClassifier)
        kind = AutoMLTaskType.CLASSIFICATION if classes else AutoMLTaskType.REGRESSION
        settings: dict[str, Any] = {"target_column": target, "task_type": kind}
        if classes and self.codes.max() == 1:
            settings["positive_class"] = "1"
        names = [self.estimator.algorithm]
        return AutoMLConfig.of({**settings, "algorithms_to_try": names, "seed": self.bench.seed})

    def prepare(self) -> None:
        """Encode the rows and wait for what fits import, before the first trial's time begins."""
        folder = self.workspace.folder / "ready"
        self.beside = BESIDE * min(LONGEST_START, wait_for(self._modules, folder))

    def begin(self, params: Mapping[str, Any], limits: Limits) -> Climb:
        """Return a trial's way up its rungs: what grows goes on from rung to rung, all else is fitted anew."""
        own = {n: v for n, v in self.estimator.get_params().items() if n not in OWN}
        grows = algorithms.get(self.estimator.algorithm).grows
        kind = GrowingLadder if self.bench.resource == grows else Ladder
        return kind(self, {**own, **params}, limits)

    def score(self, settings: Mapping[str, Any], fold: int, limits: Limits, turn: Turn) -> float:
        """Return the score on a fold, fitted with a share of its rows; raises ProcessError."""
        with self.fit(settings, fold, limits, turn) as fit:
            return self.scored(fit.predicted(), fold)

    def fit(
        self, settings: Mapping[str, Any], fold: int, limits: Limits, turn: Turn
    ) -> FitUnderWay:
        """Begin a fit on a share of a fold's rows.

        What grows stops itself after its part of the time that is left, and keeps what it has, or goes on
        where that is nothing yet; the limits end what does not. Fits leave the time in which their children
        start, read, score and save.
        """
        spare = self.spare(turn.n_left, limits)
        train, _ = self.bench.folds[fold]
        most = None if turn.share == 1.0 else max(2, round(turn.share * len(train)))
        order = Order(
            next(self._numbers),
            Candidate(self.estimator.algorithm, settings, most),
            (str(fold),),
            self.estimator.seed,
            limits.deadline.sooner(spare),
            self.estimator.n_threads,
            limits.memory_mb,
            share=turn.part,
            beside_start=True,
            looks=turn.looks,
        )
        running = start(order, self.workspace, GRACE_SECONDS + spare)
        return FitUnderWay(running.child, len(turn.looks))

    def spare(self, n_fits: int, limits: Limits) -> float:
        """Return the seconds that so many fits leave of those that are left."""
        return min(n_fits * self.beside, MOST_BESIDE * limits.deadline.left())

    def scored(self, predicted: NDArray[np.float64], fold: int) -> float:
        """Return scikit-learn's score of what a fit predicted of a fold's held-out rows."""
        y, test = np.asarray(self.bench.y), np.asarray(self.bench.folds[fold][1])
        found = self._in_order(predicted)
        classes = isinstance(self.estimator, AlgorithmClassifier)
        said = SaidClasses(found, np.unique(y)) if classes else SaidValues(found)
        return float(self.bench.scoring.scorer(said, test[:, None], y[test]))

    def _in_order(self, predicted: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return the outputs by the order of the classes in ``y``, one a class."""
        if not isinstance(self.estimator, AlgorithmClassifier):
            return predicted[:, 0]
        both = np.hstack([1.0 - predicted, predicted]) if predicted.shape[1] == 1 else predicted
        places = [int(str(c)) for c in self.problem.target.classes]
        found = np.zeros((len(both), int(self.codes.max()) + 1))
        found[:, places] = both
        return found


def _modules(kind: type[AlgorithmSettings]) -> tuple[str, ...]:
    """Return what each fit of an algorithm imports, and is imported once for all of them."""
    own = (kind.__module__, PLUGINS)
    fits = ("numpy", "phantom_ml.automl.trials.fit_child", *own)
    # The slowest first: a child that is started before it is there would import it beside the others.
    return (TORCH, *fits, *NETWORKS) if kind.extra == DEEP else fits
