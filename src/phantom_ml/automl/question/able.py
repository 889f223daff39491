"""What is asked of algorithms and of rows that they cannot do, refused before any work."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.splits import RowTies, require_forward
from phantom_ml.data.target.column import Target
from phantom_ml.data.times.parse import DAY_NS, NO_TIME, mostly_untimed
from phantom_ml.data.times.stray import days_of, usual_times_of
from phantom_ml.errors import BadSetting, DataError
from phantom_ml.tasks.base import Task
from phantom_ml.wording import counted


def check_spaces(config: AutoMLConfig, task: Task, kind: ProblemKind) -> None:
    """Return if each search space is one of an algorithm that can solve the problem.

    Raises
    ------
    BadSetting
        It cannot, or its settings cannot have the values.
    UnknownName
        There is no such algorithm or setting.
    """
    # First: of an algorithm that is of no use, no setting is worth mending.
    for name in map(algorithms.name_of, config.tuning.spaces):
        if kind not in algorithms.get(name).kinds:
            known = ", ".join(a.name for a in algorithms if kind in a.kinds)
            raise BadSetting(
                f"config.tuning.spaces has one of {name}, which is of no use for {task.task_type.value}: it "
                f"solves no {kind.value} problem.",
                f"Name some of {known}, or leave its space out.",
            )
    given_spaces(config.tuning)


def delay_ns(config: AutoMLConfig) -> int:
    """Return the nanoseconds until a label is known; 0 where they are known at once."""
    return int((config.task_settings.label_delay or 0.0) * DAY_NS)


def time_of_rows(
    frame: pl.DataFrame, config: AutoMLConfig, sizes: Sequence[int], n_made: int = 0
) -> tuple[NDArray[np.int64] | None, tuple[str, ...]]:
    """Return when rows were, as ``usual_times_of`` does, and what to say of it; None where no column is named.

    Parameters
    ----------
    frame : DataFrame
    config : AutoMLConfig
    sizes : sequence of int
        Rows of the parts that were gathered together.
    n_made : int
        Rows at the end that nobody gave: what is refused does not count them.

    Raises
    ------
    BadSetting
        The times order no row, or alerts a day are asked for and no days can be counted.
    DataError
        The times count in two units.
    """
    if config.time_column is None:
        return None, ()
    n_given, values = frame.height - n_made, frame[config.time_column]
    try:
        time, told = usual_times_of(values, sizes)
    except (BadSetting, DataError):
        usual_times_of(values.head(n_given), sizes)
        raise
    check_days(config, time[:n_given])
    return time, told


def check_days(config: AutoMLConfig, time: NDArray[np.int64]) -> None:
    """Return if the days of rows can be counted, where alerts a day are asked for.

    Parameters
    ----------
    config : AutoMLConfig
    time : int64 array of shape (n_rows,)
        Nanoseconds; NO_TIME where not known.

    Raises
    ------
    BadSetting
        More than half of the rows have no time, or all have the same.
    """
    asked = None if config.threshold is None else config.threshold.alerts_per_day
    untimed = int(np.count_nonzero(time == NO_TIME))
    if asked is None or (not mostly_untimed(time) and days_of(time) is not None):
        return
    why = f"{untimed:,} of {counted(len(time), 'row')} have no time in"
    if not mostly_untimed(time):
        why = "all rows have the same time in"
    raise BadSetting(
        f"The threshold allows {counted(asked, 'alert')} a day, but {why} {config.time_column!r}, so that no days "
        "can be counted.",
        "Name a time column that tells when most rows were, or set the threshold by another rule: max_fpr, top_k.",
    )


def check_delay(target: Target, ties: RowTies, n_rows: int) -> None:
    """Return if some rows can be measured by what others, so much older, had taught.

    Parameters
    ----------
    target : Target
    ties : RowTies
        Of the same rows, with the delay.
    n_rows : int
        How many rows, the first ones, are learned from.

    Raises
    ------
    BadSetting
        The label delay is too long for these rows.
    """
    first = np.arange(min(n_rows, target.n_rows), dtype=np.int64)
    require_forward(target.values[first], target.kind, ties.rows(first))
