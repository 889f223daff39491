"""What one answer for all rows scores: a model that is not beyond it has learned nothing that the metric sees."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.baseline import Baseline
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.scoring import held_out_rows
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import ProblemKind

#: Scores that are closer than this share of the floor are the same, be the target's unit great or small.
ALIKE = 1e-9


def beyond_floor(
    problem: Problem, workspace: Workspace, scored: Sequence[tuple[Finished, float]]
) -> list[Finished]:
    """Return the trials that say more than one answer for all rows, in their order.

    Parameters
    ----------
    problem : Problem
    workspace : Workspace
        Where the trials' folds lie.
    scored : sequence of (Finished, float)
        Complete trials of the same folds, and their scores on the held-out rows.
    """
    if not scored or not problem.task.learns_from_answers:
        return [f for f, _ in scored]
    floor = floor_of(problem, workspace, scored[0][0].order.folds)
    sign = 1.0 if problem.metric.greater_is_better else -1.0
    if not np.isfinite(floor):
        return [f for f, _ in scored]
    least = ALIKE * abs(floor)
    return [f for f, s in scored if sign * (s - floor) > least and not _is_alike(f, workspace)]


def floor_of(problem: Problem, workspace: Workspace, folds: Sequence[str]) -> float:
    """Return the score, on the held-out rows, of the answer that fits all training rows of some folds alike."""
    taught = np.unique(np.concatenate([workspace.fold(name).train for name in folds]))
    rows = held_out_rows(workspace, folds)
    weight = None if problem.weight is None else problem.weight[rows]
    answers = np.tile(_answer(problem, taught), (len(rows), 1))
    return problem.metric.score(problem.target.values[rows], answers, weight)


def not_beyond(problem: Problem) -> str:
    """Return what to say of a model that is served though it is not beyond one answer for all rows."""
    return (
        f"By {problem.metric.name} on held-out rows the model is no better than one answer for all rows: do "
        "not rely on it. Give more time, more rows, or columns that tell more."
    )


def asks_for_floor(names: Sequence[str] | None) -> bool:
    """Return whether nothing but one answer for all rows was asked for.

    Examples
    --------
    >>> asks_for_floor(["Baseline"]), asks_for_floor(["Baseline", "SVM"]), asks_for_floor(None)
    (True, False, False)
    """
    return names is not None and set(names) == {Baseline.name}


def _answer(problem: Problem, rows: NDArray[np.int64]) -> NDArray[np.float64]:
    """Return the share of each class among some rows, of two the second one's, or their mean."""
    values = problem.target.values[rows]
    weight = None if problem.weight is None else problem.weight[rows]
    kind = problem.target.kind
    if kind is ProblemKind.REGRESSION:
        return np.array([np.average(values, weights=weight)])
    count = np.bincount(values.astype(np.int64), weight, minlength=problem.n_classes)
    shares: NDArray[np.float64] = count / count.sum()
    return shares[1:] if kind is ProblemKind.BINARY else shares


def _is_alike(finished: Finished, workspace: Workspace) -> bool:
    """Return whether a trial gave all held-out rows of a fold the same answer, in each of its folds."""
    if finished.prediction is None:
        return True
    ends = np.cumsum([len(workspace.fold(name).valid) for name in finished.folds_done])
    parts = np.split(finished.prediction, ends[:-1])
    return all(bool((np.ptp(part, axis=0) == 0.0).all()) for part in parts if len(part))
