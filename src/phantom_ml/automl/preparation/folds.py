"""The folds of a run: chosen, written to the workspace, and what needs the target fitted on each."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np

from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import FIT_SIDE
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Fold, Workspace
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Rows, Samples
from phantom_ml.data.splits import SplitPlan, choose_folds, given_split, halves, make_splits
from phantom_ml.data.splits.duplicates import near_duplicate_codes
from phantom_ml.data.target.negatives import sample_negatives
from phantom_ml.features.fold_fitted import FoldFitted, needs_fit
from phantom_ml.process.child import Child, start_child, wait_any
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import Limits, OutcomeStatus, error_of

#: Forward in time every member is fitted once more on all rows, so fewer folds leave time for that.
FORWARD_FOLDS = 3


def plan_splits(
    problem: Problem, matrix: Matrix, n_folds: int, seed: int, *, teaches: bool = True
) -> SplitPlan:
    """Return which rows are fitted on and which are measured on.

    ``matrix`` holds the features by which rows are nearly the same; ``teaches`` says whether anything learns
    from known anomalies.
    """
    if problem.target.kind is ProblemKind.ANOMALY:
        n_real = problem.n_rows - problem.n_validation
        time = None if problem.ties.time is None else problem.ties.time[:n_real]
        n_taught = None if problem.n_known == 0 else problem.n_validation // 2 if teaches else 0
        return halves(n_real, problem.n_validation, time, seed, n_taught=n_taught)
    if problem.n_validation:
        return given_split(problem.n_rows - problem.n_validation, problem.n_validation)
    duplicates = near_duplicate_codes(matrix.values, matrix.text, exact=matrix.categorical)
    ties = replace(problem.ties, duplicates=duplicates)
    return make_splits(
        problem.target.values, problem.target.kind, n_folds=n_folds, seed=seed, ties=ties
    )


def n_folds_for(problem: Problem, seconds_per_fit: float | None, seconds_left: float | None) -> int:
    """Return how many folds the rows and the time allow; forward in time three tell enough."""
    counts = problem.target.class_counts
    fewest = int(counts.min()) if len(counts) else 0
    n_folds = choose_folds(
        problem.n_rows, fewest, problem.target.kind, seconds_per_fit, seconds_left
    )
    return n_folds if problem.ties.time is None else min(n_folds, FORWARD_FOLDS)


def save_folds(
    problem: Problem, workspace: Workspace, folds: dict[str, tuple[Rows, Rows]], seed: int
) -> None:
    """Write folds, with weights where only some of many negatives are fitted on."""
    for name, (train, valid) in folds.items():
        rows, weight = train, None
        if problem.target.kind is ProblemKind.BINARY:
            codes = problem.target.values[train].astype(np.int64)
            kept, weight = sample_negatives(codes, 2, seed)
            rows = train if weight is None else train[kept]
        workspace.save_fold(Fold(name, rows, valid, weight, None))


def fit_sides(
    samples: Samples, workspace: Workspace, names: list[str], room: Room, seed: int, end: Deadline
) -> None:
    """Fit what needs the target on each fold's training rows, in children side by side."""
    if workspace.facts().kind is ProblemKind.ANOMALY or not needs_fit(samples.matrix):
        for name in names:
            workspace.save_side(name, FoldFitted(), np.empty((0, 0), np.float32))
        return
    waiting = list(names)
    running: list[Child] = []
    while waiting or running:
        while waiting and len(running) < room.slots:
            name = waiting.pop(0)
            running.append(start_child(*_side_call(workspace, name, seed, room, end)))
        for child in wait_any(running, 0.25):
            running.remove(child)
            outcome = child.poll()
            if outcome is not None and outcome.status is not OutcomeStatus.OK:
                raise error_of(outcome)


def _side_call(
    workspace: Workspace, name: str, seed: int, room: Room, end: Deadline
) -> tuple[str, dict[str, object], Path, Limits]:
    payload: dict[str, object] = {
        "workspace": str(workspace.folder),
        "fold": name,
        "seed": seed,
    }
    folder = workspace.folder / "sides" / name
    folder.mkdir(parents=True, exist_ok=True)
    return FIT_SIDE, payload, folder, Limits(end, room.memory_mb, room.n_threads)
