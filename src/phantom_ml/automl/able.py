"""What is asked of algorithms and of rows that they cannot do, refused before any work."""

from __future__ import annotations

import numpy as np

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.spaces import given_spaces
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.splits import RowTies, require_forward
from phantom_ml.data.target import Target
from phantom_ml.data.times import DAY_NS
from phantom_ml.errors import BadSetting
from phantom_ml.tasks.base import Task


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
