"""What a model says of the rows of the held-out days that have no answer: its line of alert counts them, too.

A budget of alerts a day is spent on all rows, so its line is cut on the scores of all. No fit has learned from
rows without an answer: the served model itself can say of them what it will say of rows to come. Rows with an
answer, which it learned from, are told by the fits of the folds.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import polars as pl

from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.scoring import unanswered_of, unanswered_rows
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.spec import ModelSpec

#: Rows that are scored, at most; they stand for all.
MAX_ROWS = 20_000


def with_unanswered(
    draft: Draft, problem: Problem, rows: Rows, validation: ValidationScores
) -> ValidationScores:
    """Return held-out scores, with those of the rows without an answer beside them.

    Parameters
    ----------
    draft : Draft
        The model that scores them.
    problem : Problem
    rows : int64 array of shape (n_held_out,)
        Held-out rows of the problem, which tell the time in question.
    validation : ValidationScores
        What the model says of them.

    Returns
    -------
    ValidationScores
        The same ones where there are no such rows, or the problem has no two classes.
    """
    spec = draft.spec
    if not validation.n_unanswered:
        return validation
    if not isinstance(spec, ModelSpec) or spec.kind is not ProblemKind.BINARY:
        return validation
    chosen = _some(unanswered_rows(problem, rows))
    scores = _among(Pipeline.load(draft.folder, spec), problem).score(_frame(problem, chosen))
    return replace(validation, unanswered=scores[:, 0])


def _some(rows: Rows) -> Rows:
    if len(rows) <= MAX_ROWS:
        return rows
    return np.sort(np.random.default_rng(0).choice(rows, MAX_ROWS, replace=False))


def _frame(problem: Problem, chosen: Rows) -> pl.DataFrame:
    beside = unanswered_of(problem)
    return problem.frame.head(0) if beside is None else beside.frame[chosen]


def _among(pipeline: Pipeline, problem: Problem) -> Pipeline:
    """Return the model for rows without an answer where they happened: among the others, before nothing else."""
    beside, past = unanswered_of(problem), pipeline.encoder.past
    if beside is None or past is None:
        return pipeline
    if problem.n_validation:
        return pipeline.among(beside.below(problem.frame.tail(problem.n_validation)))
    begun = replace(pipeline, encoder=replace(pipeline.encoder, past=past.forgotten()))
    return begun.among(beside.below(problem.frame))
