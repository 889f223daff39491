"""By what models are judged: the metric that ranks them, the line of alert, which alerts are suppressed."""

from __future__ import annotations

from collections.abc import Sequence

import polars as pl

from phantom_ml.config import AutoMLConfig
from phantom_ml.data.target.column import Target
from phantom_ml.data.times.form import time_form
from phantom_ml.errors import BadSetting
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.model.suppression import Suppression
from phantom_ml.tasks.base import Task
from phantom_ml.wording import counted


def metric_of(config: AutoMLConfig, task: Task, target: Target) -> Metric:
    """Return what counts; raises BadSetting where it is not defined for the target's values."""
    if config.optimization_metric is None:
        return task.default_metric(target.kind, config.threshold)
    metric = get_metric(config.optimization_metric, target.kind)
    lowest = float(target.values.min())
    if not target.classes and lowest < metric.least:
        raise BadSetting(
            f"The metric {metric.name!r} needs values of at least {metric.least:g}, and "
            f"{target.name!r} goes down to {lowest:g}.",
            "Choose another metric, rmse or mae for one.",
        )
    return metric


def check_threshold(
    config: AutoMLConfig, task: Task, target: Target, *, has_answers: bool = False
) -> None:
    """Return if the line of alert can be set as it is asked for.

    Parameters
    ----------
    config : AutoMLConfig
    task : Task
    target : Target
    has_answers : bool
        Answers are known of rows whose task learns without them.

    Raises
    ------
    BadSetting
        It needs answers, or a time column.
    """
    policy = config.threshold
    if policy is None:
        return
    if not has_answers and not task.accepts(policy, target.kind):
        raise BadSetting(
            f"A threshold by {policy.rule} needs rows with answers.",
            "Without them, set it by max_fpr, alerts_per_day or top_k, or leave it out.",
        )
    if policy.alerts_per_day is not None and config.time_column is None:
        raise BadSetting(
            f"The threshold allows {counted(policy.alerts_per_day, 'alert')} a day, but no time_column is named.",
            "Name the time column, or set the threshold by another rule: max_fpr, top_k.",
        )


def suppression_of(
    config: AutoMLConfig, columns: Sequence[str], frame: pl.DataFrame
) -> Suppression | None:
    """Return what a configuration asks for, with how the times of training are written."""
    rule = Suppression.asked(config, columns)
    if rule is None:
        return None
    return rule.model_copy(update={"time_form": time_form(frame[rule.time_column])})
