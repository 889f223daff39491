"""The line of alert of a model that is fitted on other rows: cut anew, on what fits like its own have not seen.

What was true of the old rows need not be of the new ones: twice as many events a day are twice as many alerts at
the same share of rows, and a surprise is counted among the rows that a detector was fitted on. So the rule of the
line is kept, and its place is found as in a search: by folds of the new rows, of members that are given.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.final_model.fit_again import Again, fit_again
from phantom_ml.automl.final_model.line import Line, line_of
from phantom_ml.automl.final_model.same_scale import (
    NOT_COMPARED,
    compare_scales,
    on_scale_of_served,
)
from phantom_ml.automl.preparation.encode import near
from phantom_ml.automl.preparation.folds import fit_sides, n_folds_for, plan_splits, save_folds
from phantom_ml.automl.question.known import learners_from_known
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.scoring import held_out_rows, validation_of
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.errors import BadSetting, NoTrialSucceeded
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import Limits

Array = NDArray[np.float64]
KEPT = (
    "This line and its figures are of the rows of the model that was fitted again, not of those that it "
    "learned from now: {why}"
)


def line_again(
    again: Again, fitted: Sequence[Finished], draft: Draft, old: ValidationScores | None
) -> Line:
    """Return the line by the model's own rule, cut on held-out rows of the new table.

    Parameters
    ----------
    again : Again
    fitted : sequence of Finished
        The members on all rows, in the order of the model.
    draft : Draft
        What they are together: it scores rows without an answer.
    old : ValidationScores or None
        What the model's line was cut on: it is kept, and its note says so, where the new rows tell no line.
    """
    threshold = again.spec.threshold
    if threshold is None:
        return Line(None, old)
    try:
        validation, rows, doubt = _held_out(again, fitted)
        line = line_of(draft, again.problem, rows, threshold.policy, validation)
    except (BadSetting, NoTrialSucceeded) as error:
        return Line(_noted(threshold, KEPT.format(why=error.message)), old)
    found = line.threshold
    return line if found is None or not doubt else replace(line, threshold=_noted(found, doubt))


def _noted(threshold: Threshold, said: str) -> Threshold:
    note = f"{threshold.note} {said}".strip()
    return threshold.model_copy(update={"note": note, "supported": False})


def _held_out(
    again: Again, fitted: Sequence[Finished]
) -> tuple[ValidationScores | None, Rows, str]:
    """Return what the model would say of rows that it has not seen, these rows, and what to doubt of it."""
    folds = _save_folds(again)
    scores, doubt = _as_served(again, fit_again(again, folds), fitted)
    rows = held_out_rows(again.workspace, folds)
    return validation_of(again.problem, rows, scores), rows, doubt


def _save_folds(again: Again) -> tuple[str, ...]:
    """Write the folds that a training would measure by, and return their names."""
    problem, workspace = again.problem, again.workspace
    names = [member.algorithm for member in again.spec.members]
    plan = plan_splits(
        problem,
        near(again.samples.matrix, workspace),
        n_folds_for(problem, None, None),
        again.seed,
        teaches=bool(learners_from_known(names)),
    )
    folds = {str(i): (split.train, split.valid) for i, split in enumerate(plan.splits)}
    save_folds(problem, workspace, folds, again.seed)
    fit_sides(again.samples, workspace, list(folds), again.room, again.seed, Deadline.never())
    return tuple(folds)


def _as_served(
    again: Again, measured: Sequence[Finished], fitted: Sequence[Finished]
) -> tuple[Array, str]:
    """Return held-out scores as the model tells them; a surprise is counted among the rows that a fit has seen."""
    spec, room, members = again.spec, again.room, dict(enumerate(measured))
    weights = {number: member.weight for number, member in enumerate(spec.members)}
    mixture = Mixture(weights, spec.combination, spec.intercept)
    told = [np.asarray(finished.prediction) for finished in measured]
    scores = spec.calibrator.apply(mixture.apply(told))
    if spec.kind is not ProblemKind.ANOMALY:
        return scores, ""
    limits = Limits(Deadline.never(), room.memory_mb, room.n_threads)
    compared, why = compare_scales(again.workspace, members, dict(enumerate(fitted)), limits)
    if compared is None:
        return scores, NOT_COMPARED.format(why=why)
    return on_scale_of_served(again.workspace, members, mixture, compared), ""
