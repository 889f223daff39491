"""From held-out predictions to a scored trial, its threshold and its draft."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.draft import Draft, Fit, Recipe, Voice, stage
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import ProblemKind, ThresholdPolicy
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.metrics.thresholds import Threshold, threshold_for
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.families import FAMILIES
from phantom_ml.model.trial import Trial, TrialStatus

Array = NDArray[np.float64]
Rows = NDArray[np.int64]


def held_out_rows(workspace: Workspace, folds: Sequence[str]) -> Rows:
    """Return the rows of the folds' valid parts, in the order of a trial's predictions."""
    return np.concatenate([workspace.fold(name).valid for name in folds])


def score_trial(problem: Problem, finished: Finished, workspace: Workspace) -> Trial:
    """Return the trial with its scores on the rows that it did not see."""
    if finished.prediction is None:
        return finished.trial
    rows = held_out_rows(workspace, finished.folds_done)
    truth = problem.target.values[rows]
    weight = None if problem.weight is None else problem.weight[rows]
    score = problem.metric.score(truth, finished.prediction, weight)
    if not np.isfinite(score):
        return finished.trial.model_copy(update=_undefined(problem, score))
    return finished.trial.model_copy(
        update={
            "score": score,
            "fold_scores": _fold_scores(problem, finished, workspace),
            "other_scores": other_scores(problem, rows, finished.prediction)
            | stability(rows, finished.prediction),
        }
    )


def _undefined(problem: Problem, score: float) -> dict[str, object]:
    """Return what becomes of a trial whose score is no number."""
    reason = f"Its {problem.metric.name} on held-out rows is {score}, which ranks nothing."
    return {"status": TrialStatus.FAILED, "reason": reason}


def _fold_scores(problem: Problem, finished: Finished, workspace: Workspace) -> tuple[float, ...]:
    scores, at = [], 0
    for name in finished.folds_done:
        rows = workspace.fold(name).valid
        part = finished.prediction[at : at + len(rows)] if finished.prediction is not None else None
        at += len(rows)
        if part is not None:
            scores.append(problem.metric.score(problem.target.values[rows], part))
    return tuple(s for s in scores if np.isfinite(s))


def other_scores(problem: Problem, rows: Rows, prediction: Array) -> dict[str, float]:
    """Return the figures that the leaderboard shows beside the metric; undefined ones are left out."""
    kind, truth = problem.target.kind, problem.target.values[rows]
    found = {
        name: get_metric(name, kind).score(truth, prediction)
        for name in problem.task.other_metrics(kind)
        if name != problem.metric.name
    }
    return {name: value for name, value in found.items() if np.isfinite(value)}


def stability(rows: Rows, prediction: Array) -> dict[str, float]:
    """Return how alike two fits on rows that never met rank the same rows (Spearman).

    Nothing is returned where they did not score the same rows, or one of them ranks none above another.
    """
    from scipy.stats import spearmanr

    half = len(rows) // 2
    first, second = prediction[:half, 0], prediction[half : 2 * half, 0]
    if half < 2 or not np.array_equal(rows[:half], rows[half:]):
        return {}
    if np.ptp(first) == 0.0 or np.ptp(second) == 0.0:
        return {}
    found = spearmanr(first, second).statistic
    return {"stability": float(found)} if np.isfinite(found) else {}


def validation_of(problem: Problem, rows: Rows, prediction: Array) -> ValidationScores | None:
    """Return the held-out scores from which thresholds are cut; None unless there are two classes."""
    if problem.target.kind is ProblemKind.ANOMALY:
        return _of_each_row(problem, rows, prediction)
    if problem.target.kind is not ProblemKind.BINARY:
        return None
    truth = problem.target.values[rows].astype(np.int64)
    weight = None if problem.weight is None else problem.weight[rows]
    days = problem.days(rows)
    n_unanswered = 0 if days is None else len(unanswered_rows(problem, rows))
    return ValidationScores(truth, prediction[:, 0], weight, days, n_unanswered=n_unanswered)


def unanswered_rows(problem: Problem, rows: Rows) -> Rows:
    """Return which rows without an answer lie between the first and the last time of held-out rows.

    They are positions among those of validation, where rows were given for it, or else among all of them.
    """
    beside = unanswered_of(problem)
    if beside is None or beside.before.time is None or problem.ties.time is None:
        return np.empty(0, np.int64)
    known = problem.ties.time[rows]
    known = known[known != NO_TIME]
    time = beside.before.time
    return np.flatnonzero((time >= known.min()) & (time <= known.max()) & (time != NO_TIME))


def unanswered_of(problem: Problem) -> Unlabelled | None:
    """Return the rows without an answer that stand beside those that measure; None where there are none."""
    beside = problem.unlabelled
    if beside is not None and problem.n_validation and problem.kind is not ProblemKind.ANOMALY:
        return beside.of_validation
    return beside


def _of_each_row(problem: Problem, rows: Rows, prediction: Array) -> ValidationScores:
    """Return the scores of real rows, each once: the mean of the fits that scored it.

    A known anomaly counts less than another row, as more of them are held out.
    """
    real = (problem.target.values[rows] == 0) | problem.is_labelled
    chosen, place = np.unique(rows[real], return_inverse=True)
    score = np.bincount(place, prediction[real, 0]) / np.bincount(place)
    truth = problem.target.values[chosen].astype(np.int64)
    weight = _share_of_known(problem, truth) if problem.is_labelled else None
    # Known anomalies may be of any time: what is held out of the others tells how long that is.
    usual = chosen[truth == 0]
    days = problem.days(usual)
    n_unanswered = 0 if days is None else len(unanswered_rows(problem, usual))
    return ValidationScores(
        truth, score, weight, days, of_anomalies=True, n_unanswered=n_unanswered
    )


def _share_of_known(problem: Problem, truth: NDArray[np.int64]) -> Array:
    """Return weights by which held-out anomalies have the share that they have in the table."""
    n_known, n_measured = problem.n_validation, int((truth == 1).sum())
    usual = float((truth == 0).sum()) / (problem.n_rows - n_known)
    known = n_measured / n_known
    return np.where(truth == 1, usual / known if n_measured else 1.0, 1.0)


def cut(policy: ThresholdPolicy | None, validation: ValidationScores | None) -> Threshold | None:
    """Return the threshold of a policy on held-out scores."""
    return None if validation is None else threshold_for(policy, validation)


def trial_draft(
    problem: Problem,
    finished: Finished,
    trial: Trial,
    workspace: Workspace,
    policy: ThresholdPolicy | None,
) -> Draft:
    """Return the draft of one trial's own model: the mean of its folds' learners."""
    name = f"{trial.number:05d}"
    fits = tuple(Fit(finished.folder / fold, fold) for fold in finished.serving)
    validation = None
    if finished.prediction is not None:
        rows = held_out_rows(workspace, finished.folds_done)
        validation = validation_of(problem, rows, finished.prediction)
    recipe = Recipe(
        voices=(Voice(name, trial.algorithm, 1.0, fits),),
        combination="mean",
        intercept=0.0,
        calibrator=Calibrator(),
        threshold=cut(policy, validation),
        golden=finished.golden(),
        validation=validation,
    )
    facts = {
        "members": {
            name: {"settings": dict(trial.settings), "n_rounds": trial.n_rounds, "seed": trial.seed}
        },
        FAMILIES: workspace.families(),
    }
    return stage(recipe, problem, workspace, trial, facts)
