"""Whether the algorithms that are named, and the spaces to be searched, are of use for the problem."""

from __future__ import annotations

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.able import check_spaces
from phantom_ml.automl.question.usable import named_algorithm
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.errors import BadSetting
from phantom_ml.tasks.base import Task


def check_named(config: AutoMLConfig, task: Task, kind: ProblemKind) -> None:
    """Return if each algorithm that is named, or has a search space, can solve the problem.

    Raises
    ------
    UnknownName
        There is no such algorithm, or a space has a setting that it has not.
    BadSetting
        One solves another kind of problem, or reads entities that no column names; or a space has values
        that its settings cannot have.
    """
    for name in config.algorithms_to_try or ():
        _check_one(name, config, task, kind)
    check_spaces(config, task, kind)


def _check_one(name: str, config: AutoMLConfig, task: Task, kind: ProblemKind) -> None:
    if kind not in named_algorithm(name, kind).kinds:
        known = ", ".join(a.name for a in algorithms if kind in a.kinds)
        raise BadSetting(
            f"{algorithms.name_of(name)} is of no use for {task.task_type.value}: it solves no "
            f"{kind.value} problem.",
            f"Name some of {known}, or leave algorithms_to_try out.",
        )
    if algorithms.get(name).reads_entity and not config.group_columns:
        raise BadSetting(
            f"{algorithms.name_of(name)} judges a row by its entity, but no group_columns are named.",
            "Name the column that says whom a row belongs to, or leave the algorithm out.",
        )
