"""The problem of rows without answers: anomalies at their end, known or made, are to be found among them."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.automl.question.columns import (
    doubts_of_inputs,
    inputs_of,
    require_named,
    weight_of,
)
from phantom_ml.automl.question.injection import injected
from phantom_ml.automl.question.known import Known
from phantom_ml.automl.question.named import check_named
from phantom_ml.automl.question.past_alone import told_unlabelled, unlabelled_of
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.question.rules import check_threshold, metric_of, suppression_of
from phantom_ml.automl.question.ties import ties_of
from phantom_ml.automl.question.usable import names_alone
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.reading.dataset import Dataset
from phantom_ml.data.schema import TableSchema
from phantom_ml.data.splits import RowTies
from phantom_ml.data.target.column import Target
from phantom_ml.errors import BadSetting, TargetUnusable
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.tasks.base import tasks
from phantom_ml.tasks.settings import check_alerts, check_roles

#: What ranks detectors where some anomalies are known.
KNOWN_METRIC = "average_precision"
#: Fewer rows than this do not tell what is usual.
LEAST_ROWS = 50


def without_answers(dataset: Dataset, config: AutoMLConfig, validation: Dataset | None) -> Problem:
    """Return the problem of rows without answers; raises as ``pose`` does."""
    if validation is not None:
        raise BadSetting(
            "validation_data is of no use: nothing is learned from answers.",
            "Leave it out; measure the model with evaluate.",
        )
    given, known = _rows_to_learn(dataset, config)
    frame = given[known.usual]
    inputs, n_known = inputs_of(frame, config), len(known.anomalies)
    odd = given[known.anomalies] if n_known else injected(frame, inputs, config.seed)
    rest, whole = given[known.rest(given.height)], pl.concat([frame, odd])
    n_given, everything = frame.height + rest.height, pl.concat([frame, rest, odd])
    # Known anomalies may be of any time.
    ties, tied = ties_of(everything, config, inputs, (n_given,), 0 if n_known else odd.height)
    unlabelled = _past_alone(everything.head(n_given), frame.height, inputs, ties)
    task, values = tasks.get(config.task_type), np.repeat([0, 1], [frame.height, odd.height])
    name = config.target_column or "anomaly"
    by_known = n_known > 0 and config.optimization_metric is None
    target = Target(name, ProblemKind.ANOMALY, (), values, np.arange(whole.height))
    check_alerts(config, target.kind)
    check_named(config, task, target.kind)
    check_threshold(config, task, target, has_answers=n_known > 0)
    notes = (*known.notes, *told_unlabelled(unlabelled), *tied, *names_alone(frame, inputs))
    return Problem(
        whole.select(inputs.names()),
        target,
        inputs,
        weight_of(whole, config.weight_column),
        ties.rows(np.r_[: frame.height, n_given : everything.height]),
        task,
        get_metric(KNOWN_METRIC, target.kind) if by_known else metric_of(config, task, target),
        callable(config.optimization_metric),
        odd.height,
        (*notes, *doubts_of_inputs(frame, inputs, config)),
        config.threshold,
        n_known,
        suppression_of(config, dataset.columns, frame),
        known.odd_class,
        unlabelled,
    )


def _past_alone(
    given: pl.DataFrame, n_learned: int, inputs: TableSchema, ties: RowTies
) -> Unlabelled | None:
    """Return the rows of which so many, the first ones, are learned from and the others only happened."""
    of_given = ties.rows(np.arange(given.height))
    return unlabelled_of(given, np.arange(n_learned), inputs, of_given, 0)


def _rows_to_learn(dataset: Dataset, config: AutoMLConfig) -> tuple[pl.DataFrame, Known]:
    """Return the rows, and which of them tell what is usual; raises where these are too few."""
    check_roles(config)
    require_named(dataset.columns, config)
    frame = dataset.frame()
    known = Known.of(frame, config)
    if len(known.usual) < LEAST_ROWS:
        raise TargetUnusable(
            f"{known.rows_left(frame.height)}: too few to tell what is usual.",
            f"Give at least {LEAST_ROWS}{'' if known.n_odd == 0 else ' that are no anomalies'}.",
        )
    return frame, known
