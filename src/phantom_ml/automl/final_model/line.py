"""The line of alert of a finished model: cut once, when all that it is cut on has been scored."""

from __future__ import annotations

from dataclasses import dataclass, replace

from phantom_ml.automl.final_model.unanswered import with_unanswered
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.scoring import cut
from phantom_ml.config import ThresholdPolicy
from phantom_ml.data.matrix import Rows
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.checks import HELD_OUT


@dataclass(frozen=True)
class Line:
    """A line of alert, and the held-out scores that it was cut on; None where there are no two classes."""

    threshold: Threshold | None
    validation: ValidationScores | None


def line_of(
    draft: Draft,
    problem: Problem,
    rows: Rows,
    policy: ThresholdPolicy | None,
    validation: ValidationScores | None,
) -> Line:
    """Return the line of a policy on held-out scores, and on those of rows without an answer beside them.

    Parameters
    ----------
    draft : Draft
        What scores rows without an answer; it has no line yet.
    problem : Problem
    rows : int64 array of shape (n_held_out,)
        Held-out rows of the problem.
    policy : ThresholdPolicy or None
    validation : ValidationScores or None
        What the model says of them.

    Raises
    ------
    BadSetting
        Alerts per day are asked for, and the rows span no known time.
    """
    whole = None if validation is None else with_unanswered(draft, problem, rows, validation)
    return Line(cut(policy, whole), whole)


def with_line(draft: Draft, line: Line) -> Draft:
    """Return a draft with a line of alert; what this was cut on is kept beside the model."""
    if line.validation is not None:
        line.validation.save(draft.folder / HELD_OUT)
    return replace(draft, spec=draft.spec.model_copy(update={"threshold": line.threshold}))
