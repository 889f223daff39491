"""From the raw table to the workspace: encoded once, memory-mapped for every trial."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.ensemble.consensus import OWN_MEMBERS
from phantom_ml.automl.preparation.families import (
    FIRST_MODEL,
    NO_ANSWERS,
    NO_OTHERS,
    RACE_OVER,
    SHORT_BUDGET,
    SWITCHED_OFF,
    families_told,
)
from phantom_ml.automl.question.able import delay_ns
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.draft import GOLDEN_ROWS
from phantom_ml.automl.trials.workspace import Facts, Workspace
from phantom_ml.config import AutoMLConfig, FeatureSettings
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.errors import TargetUnusable
from phantom_ml.features.before import Before
from phantom_ml.features.encoder import Encoder
from phantom_ml.features.fit import fit_encoder, fit_past, keeping_steps
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.selection.judged import Judged, judged_encoder
from phantom_ml.features.selection.training import Training
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.model.families import Family
from phantom_ml.model.pipeline import USUAL
from phantom_ml.model.usual import Usual
from phantom_ml.process.deadline import Deadline

#: Columns of raw text at most: each is as many bytes a row as a learner reads of it.
MAX_STRINGS = 8
#: Of a budget's seconds, what judging features may take; shorter budgets than this judge none.
JUDGING_SHARE, JUDGING_LEAST = 0.1, 20.0


def wanted_features(config: AutoMLConfig) -> FeatureSettings:
    """Return the families that a configuration asks for; text is read in any case, it is all there is of it."""
    if config.feature_engineering:
        return config.features
    off = {"temporal": False, "statistical": False, "security": False}
    return config.features.model_copy(update=off)


def judging_seconds(config: AutoMLConfig) -> float:
    """Return for how long features may be judged; 0 where there is no time for it."""
    seconds = config.budget_seconds
    if not config.feature_engineering:
        return 0.0
    if seconds is None or config.max_trials is not None:
        return math.inf
    return JUDGING_SHARE * seconds if seconds >= JUDGING_LEAST else 0.0


def encode(
    problem: Problem,
    workspace: Workspace,
    config: AutoMLConfig,
    judging: float = 0.0,
    like: Encoder | None = None,
    *,
    past: bool = True,
) -> Samples:
    """Return the encoded rows, after they and the encoder were written to the workspace.

    The encoder is fitted on the rows that are trained on, never on rows given for validation. Rows without an
    answer count for it as they happened; of them no row is encoded.

    Parameters
    ----------
    problem : Problem
    workspace : Workspace
    config : AutoMLConfig
    judging : float
        For how many seconds families are judged by held-out rows; 0: all stay, up to the limits
        that ``config.features`` sets.
    like : Encoder, optional
        Its features were judged before; no others are made.
    past : bool
        Whether windows over what entities did before are made where they can be.
    """
    training = problem.frame.head(problem.n_rows - problem.n_validation)
    unlabelled = None if problem.unlabelled is None else problem.unlabelled.of_training
    whole = training if unlabelled is None else unlabelled.below(training)
    encoder = _fitted(problem, config, training, whole, past=past)
    encoder = encoder if like is None else _as_judged(encoder, like, training)
    if not encoder.features:
        raise TargetUnusable(
            "No column can be learned from: all are constant, empty or identifiers.",
            "Add columns, or say what a column is under features.kinds.",
        )
    question = question_of(problem, config)
    rows = np.arange(training.height, dtype=np.int64)
    asked = question.rows(rows)
    matrix = _training_matrix(problem, encoder, training, unlabelled, asked.before)
    if like is None:
        samples = Samples(matrix, problem.target.values[: training.height])
        rows_to_judge = Training(training, problem.inputs, samples, asked)
        until = Deadline.after(judging) if judging > 0 else None
        found = _judged(encoder, rows_to_judge, problem, config, until)
        encoder, matrix = found.encoder, found.matrix
        why_not = _why_not_raced(problem, config, until, past=past)
        workspace.save_families(_families(found, problem, config, why_not))
    samples = Samples(
        _with_validation(matrix, encoder, problem), problem.target.values, problem.weight
    )
    _save(samples, encoder, question, problem, workspace)
    if not problem.task.learns_from_answers:
        _save_usual(training.select(encoder.inputs), problem, config, workspace)
    return samples


def _training_matrix(
    problem: Problem,
    encoder: Encoder,
    training: pl.DataFrame,
    unlabelled: Unlabelled | None,
    before: Before,
) -> Matrix:
    """Return the matrix of the rows to learn from, before which those without an answer happened, too."""
    learns = problem.task.learns_from_answers
    if not learns and encoder.past is None:
        # Without answers a row may count itself: a detector takes the least change of what it counts for odd.
        return encoder.transform(training)
    seen = encoder.began(training, None if unlabelled is None else unlabelled.below(training))
    # Without answers the rows to learn from alone tell which cells are usual.
    return encoder.training(training, before, seen, unlabelled if learns else None)


def _judged(
    encoder: Encoder,
    training: Training,
    problem: Problem,
    config: AutoMLConfig,
    until: Deadline | None,
) -> Judged:
    """Return the encoder as held-out rows judge it; as it is where nothing is judged and nothing limited."""
    settings = wanted_features(config)
    if not problem.task.learns_from_answers or (until is None and not settings.is_limited):
        return Judged(encoder, training.matrix, ())
    return judged_encoder(encoder, training, settings, until or Deadline.after(0.0), config.seed)


def _families(judged: Judged, problem: Problem, config: AutoMLConfig, why_not: str) -> list[Family]:
    return families_told(judged, wanted_features(config), problem.target.kind, why_not)


def _why_not_raced(
    problem: Problem, config: AutoMLConfig, until: Deadline | None, *, past: bool
) -> str:
    """Return why a family that has no judgement has none; ``until`` is None where none was to have one."""
    if not problem.task.learns_from_answers:
        return NO_ANSWERS
    if not past:
        return FIRST_MODEL
    if until is None:
        return SHORT_BUDGET if config.feature_engineering else SWITCHED_OFF
    return RACE_OVER if until.passed else NO_OTHERS


def _fitted(
    problem: Problem,
    config: AutoMLConfig,
    frame: pl.DataFrame,
    whole: pl.DataFrame,
    *,
    past: bool,
) -> Encoder:
    """Return the encoder of training rows, part of a whole, with what only some of the wanted algorithms read."""
    settings, related = wanted_features(config), (config.time_column, config.group_columns)
    known = whole if problem.task.learns_from_answers else frame
    alike = known.height == whole.height
    encoder = fit_encoder(known, problem.inputs, settings, *related, past=past and alike)
    if past and settings.temporal and not alike:
        encoder = replace(encoder, past=fit_past(whole, problem.inputs, *related))
    names = config.algorithms_to_try or ()
    if not problem.task.learns_from_answers:
        names = config.algorithms_to_try or OWN_MEMBERS
        # Hashed text is told by a score that is learned from answers.
        encoder = replace(encoder, text_columns=(), prose_columns=())
    wanted = [algorithms.get(name) for name in names if past]
    if any(a.reads_entity for a in wanted):
        whose = [c for c in config.group_columns if c in frame.columns]
        encoder = replace(encoder, entity_columns=tuple(whose[:1]))
    if any(a.reads_strings for a in wanted):
        encoder = replace(encoder, string_columns=encoder.text_columns[:MAX_STRINGS])
    if any(a.reads_history for a in wanted):
        encoder = keeping_steps(encoder, whole, problem.inputs, *related)
    return encoder


def _as_judged(encoder: Encoder, like: Encoder, frame: pl.DataFrame) -> Encoder:
    """Return an encoder with the features of another that was judged, as far as the rows give them."""
    chosen = [again for t in like.tables if (again := t.refitted(frame)) is not None]
    wider = replace(encoder, tables=(*encoder.tables, *chosen))
    return wider.keeping([f.name for f in like.features])


def question_of(problem: Problem, config: AutoMLConfig) -> Question:
    """Return the problem as what is fitted on the target sees it."""
    classes = tuple(str(c) for c in problem.target.classes)
    before = Before(problem.ties.time, problem.ties.groups)
    return Question(problem.target.kind, problem.n_classes, classes, before, delay_ns(config))


def _with_validation(matrix: Matrix, encoder: Encoder, problem: Problem) -> Matrix:
    """Return the training rows' matrix with that of the rows given for validation below it."""
    if not problem.n_validation:
        return matrix
    given = problem.frame.tail(problem.n_validation)
    beside = None if problem.unlabelled is None else problem.unlabelled.of_validation
    among = encoder if beside is None else encoder.among(beside.below(given))
    return matrix.above(among.transform(given))


def _save(
    samples: Samples, encoder: Encoder, question: Question, problem: Problem, workspace: Workspace
) -> None:
    encoder.save(workspace.folder / "encoder")
    metric = _metric_in_child(problem)
    facts = Facts(question.kind, question.n_classes, metric, question.classes, question.delay)
    workspace.save_facts(facts)
    workspace.save_before(question.before)
    workspace.save_samples(samples)
    _save_golden(problem, encoder, workspace)


def _save_usual(
    rows: pl.DataFrame, problem: Problem, config: AutoMLConfig, workspace: Workspace
) -> None:
    """Keep what the rows that are learned from held, to tell an anomaly by it."""
    usual = Usual.fit(rows, problem.inputs, config.task_settings.sample_rows, config.seed)
    usual.save(workspace.folder / USUAL)


def _metric_in_child(problem: Problem) -> str:
    """Return the metric by which folds are raced; a user's own function stays in the parent."""
    if problem.custom_metric:
        return problem.task.default_metric(problem.target.kind).name
    return problem.metric.name


def _save_golden(problem: Problem, encoder: Encoder, workspace: Workspace) -> None:
    """Keep a few rows whose predictions are checked each time that the model is loaded."""
    n = min(GOLDEN_ROWS, problem.n_rows)
    rows: NDArray[np.int64] = np.unique(np.linspace(0, problem.n_rows - 1, n).astype(np.int64))
    frame = problem.frame.select(encoder.inputs)[rows]
    matrix = encoder.transform(frame)
    target = problem.target.values[rows]
    workspace.save_samples(Samples(matrix, target), "golden")
    frame.write_parquet(workspace.folder / "golden" / "rows.parquet", compression="lz4")


def near(matrix: Matrix, workspace: Workspace) -> Matrix:
    """Return the features by which rows are nearly the same, whenever and after whomever they came."""
    return matrix.columns(Encoder.load(workspace.folder / "encoder").timeless)
