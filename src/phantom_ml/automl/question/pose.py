"""From a table and a configuration to the problem that is posed; what could only fail later is refused here."""

from __future__ import annotations

import polars as pl

from phantom_ml.automl.question.able import check_delay
from phantom_ml.automl.question.columns import (
    check_target,
    doubts_of_inputs,
    inputs_of,
    require_named,
    weight_of,
)
from phantom_ml.automl.question.joined import check_taught, count_answered, joined
from phantom_ml.automl.question.named import check_named
from phantom_ml.automl.question.past_alone import told_unlabelled, unlabelled_of
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.question.rules import check_threshold, metric_of, suppression_of
from phantom_ml.automl.question.ties import ties_of
from phantom_ml.automl.question.unanswered import without_answers
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.target.column import Target, require_target
from phantom_ml.errors import BadSetting
from phantom_ml.features.doubts import doubts_of_rows
from phantom_ml.tasks.base import tasks
from phantom_ml.tasks.settings import check_alerts


def pose(dataset: Dataset, config: AutoMLConfig, validation: Dataset | None = None) -> Problem:
    """Return the problem that a configuration poses to a table.

    Raises
    ------
    BadSetting, UnknownName, ColumnMissing, TargetMissing, TargetUnusable, HeaderWrong, TypeUnsafe
        The question does not fit the table.
    """
    if not tasks.get(config.task_type).learns_from_answers:
        return without_answers(dataset, config, validation)
    whole, target = _answered(dataset, config, validation)
    task = tasks.get(config.task_type)
    n_validation = 0 if validation is None else count_answered(target, dataset.n_rows)
    frame = whole if target.n_rows == whole.height else whole[target.keep]
    inputs = inputs_of(frame, config)
    sizes = (dataset.n_rows, whole.height - dataset.n_rows)
    all_ties, tied = ties_of(whole, config, inputs, sizes, 0)
    ties = all_ties if frame is whole else all_ties.rows(target.keep)
    unlabelled = unlabelled_of(whole, target.keep, inputs, all_ties, sizes[1])
    tied += (*doubts_of_rows(frame, config.time_column), *told_unlabelled(unlabelled))
    check_delay(target, ties, frame.height - n_validation)
    return Problem(
        frame.select(inputs.names()),
        target,
        inputs,
        weight_of(frame, config.weight_column),
        ties,
        task,
        metric_of(config, task, target),
        callable(config.optimization_metric),
        n_validation,
        (*target.warnings, *tied, *doubts_of_inputs(frame, inputs, config)),
        config.threshold or task.default_threshold(),
        suppression=suppression_of(config, dataset.columns, frame),
        unlabelled=unlabelled,
    )


def _answered(
    dataset: Dataset, config: AutoMLConfig, validation: Dataset | None
) -> tuple[pl.DataFrame, Target]:
    """Return all rows, those for validation last, and their answers, of which all is possible that was asked."""
    if config.target_column is None:
        raise BadSetting("No target_column is given.", "Name the column that is to be predicted.")
    check_target(config)
    for given in (dataset,) if validation is None else (dataset, validation):
        require_target(given.columns, config.target_column, given.report.repeated)
    require_named(dataset.columns, config)
    task = tasks.get(config.task_type)
    whole = dataset.frame() if validation is None else joined(dataset.frame(), validation)
    if validation is not None:
        check_taught(whole[config.target_column], dataset.n_rows, config.task_type)
    target = task.read_target(whole[config.target_column], config.positive_class)
    check_alerts(config, target.kind)
    check_named(config, task, target.kind)
    check_threshold(config, task, target)
    return whole, target
