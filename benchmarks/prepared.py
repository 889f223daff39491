"""A set encoded and split once, for trials outside of a training."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from benchmarks.datasets import DataSet
from phantom_ml.algorithms.base import load_learner
from phantom_ml.automl.preparation.encode import encode, near
from phantom_ml.automl.preparation.folds import fit_sides, plan_splits, save_folds
from phantom_ml.automl.question.pose import pose
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.search.race import Room
from phantom_ml.automl.trials.children import Candidate, Finished, Order, collect, start
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.reading.read import read
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.process.deadline import Deadline

FOLD = "0"


@dataclass(frozen=True)
class Prepared:
    """Rows of a training part, encoded, with one split as a training makes it.

    Attributes
    ----------
    data : DataSet
    workspace : Workspace
    problem : Problem
    target : array of shape (n_held_out,)
    """

    data: DataSet
    workspace: Workspace
    problem: Problem
    target: np.ndarray

    @classmethod
    def of(
        cls, data: DataSet, n_rows: int, scratch: Path, algorithms: Sequence[str] = ()
    ) -> Prepared:
        """Return at most ``n_rows`` rows, with what the algorithms read beside the features."""
        workspace, config = Workspace(scratch), _config(data, algorithms)
        frame = pl.DataFrame(pl.from_arrow(data.train))
        chosen = np.random.default_rng(0).permutation(frame.height)[:n_rows]
        problem = pose(read(frame[np.sort(chosen)], scratch=scratch / "read"), config)
        samples = encode(problem, workspace, config)
        split = plan_splits(problem, near(samples.matrix, workspace), 1, config.seed).splits[0]
        save_folds(problem, workspace, {FOLD: (split.train, split.valid)}, config.seed)
        room = Room.of(None, None)
        fit_sides(samples, workspace, [FOLD], room, config.seed, Deadline.never())
        return cls(data, workspace, problem, samples.target[split.valid])

    @property
    def kind(self) -> ProblemKind:
        """Return the kind of problem."""
        return self.problem.target.kind

    def order(self, number: int, candidate: Candidate, seconds: float) -> Order:
        """Return a trial of one fold and one thread."""
        return Order(number, candidate, (FOLD,), 0, Deadline.after(seconds))

    def fitted(self, number: int, candidate: Candidate, seconds: float) -> Finished:
        """Return a trial that has ended."""
        running = start(self.order(number, candidate, seconds), self.workspace)
        outcome = None
        while outcome is None:
            outcome = running.child.wait(1.0)
        return collect(running, outcome)

    def predicted(self, finished: Finished) -> tuple[np.ndarray, float]:
        """Return what a trial's learner says of the test part, as ``score.figures`` takes it, and the seconds.

        Encoding, the same for all learners, and loading are not in the seconds.
        """
        learner = load_learner(finished.folder / FOLD)
        encoder = Encoder.load(self.workspace.folder / "encoder")
        side = FoldFitted.load(self.workspace.side_folder(FOLD))
        matrix = side.widen(encoder.transform(pl.DataFrame(pl.from_arrow(self.data.test))))
        learner.predict(matrix.rows(np.arange(1)), 1)
        started = time.monotonic()
        found = learner.predict(matrix, 1)
        seconds = time.monotonic() - started
        if self.kind is ProblemKind.REGRESSION:
            return found[:, 0], seconds
        both = np.hstack([1.0 - found, found]) if found.shape[1] == 1 else found
        return both[:, np.argsort([int(c) for c in self.problem.target.classes])], seconds


def _config(data: DataSet, algorithms: Sequence[str]) -> AutoMLConfig:
    config = {
        "target_column": data.target,
        "task_type": "classification" if data.classes else "regression",
        "algorithms_to_try": list(algorithms) or None,
        "time_column": data.time_column,
    }
    positive = {"positive_class": 1} if data.task == "binary" else {}
    return AutoMLConfig.of({n: v for n, v in {**config, **positive}.items() if v is not None})
