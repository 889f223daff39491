"""What is asked of algorithms and of rows that they cannot do, refused before any work."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.spaces import given_spaces
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.splits.plan import NO_TIME
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


def check_delay(config: AutoMLConfig, time: NDArray[np.int64] | None, n_rows: int) -> None:
    """Return if some label is known while rows are still to come.

    Parameters
    ----------
    config : AutoMLConfig
    time : int64 array of shape (at least n_rows,) or None
        Nanoseconds.
    n_rows : int
        How many rows, the first ones, are learned from.

    Raises
    ------
    BadSetting
        The label delay is as long as these rows span, or longer.
    """
    delay = config.task_settings.label_delay
    if time is None or not delay:
        return
    known = time[:n_rows][time[:n_rows] != NO_TIME]
    days = float(np.ptp(known)) / DAY_NS if len(known) else 0.0
    if days <= delay:
        raise BadSetting(
            f"config.task_settings.label_delay is {delay:g} days, and the rows to learn from span "
            f"{days:.3g}: no label would be known in time.",
            "Give the days until a label is known, fewer than these, or leave task_settings.label_delay out.",
        )
