"""Algorithms that read the last events of an entity in their order: whether a table tells any, and of whom."""

from __future__ import annotations

import polars as pl

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.matrix import Matrix
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.errors import BadSetting
from phantom_ml.features.windows.choose import with_steps
from phantom_ml.tasks.base import tasks


def events_in_order(
    frame: pl.DataFrame, inputs: TableSchema, config: AutoMLConfig
) -> tuple[str, ...]:
    """Return what to say of named algorithms that read events in their order; nothing where all is as asked.

    Raises
    ------
    BadSetting
        A detector was named that learns from nothing else, and there is no order to learn.
    """
    wanted = [algorithms.name_of(n) for n in config.algorithms_to_try or ()]
    names = ", ".join(n for n in wanted if algorithms.get(n).reads_history)
    if not names:
        return ()
    known = inputs.names()
    time = config.time_column if config.time_column in known else None
    groups = [c for c in config.group_columns if c in known]
    plan = with_steps(None, frame, inputs, time=time, groups=groups)
    if plan is None and tasks.get(config.task_type).learns_from_answers:
        # Said before it is known whether there is time for one of them.
        return (f"{names} can only look at each row alone: {_missing(inputs, config)}.",)
    if plan is None:
        raise BadSetting(
            f"{names} foretells the next event of an entity from those before it, but "
            f"{_missing(inputs, config)}.",
            "Name time_column (dates or times) and group_columns, and give a column of categories that says "
            "what happened; or leave the algorithm out.",
        )
    if time is not None and groups:
        return ()
    return (
        f"{names} read the events of each {plan.entities[0].columns[0]!r} in the order of {plan.time!r}: name "
        "group_columns and time_column for others.",
    )


def without_history(algorithm: str, matrix: Matrix) -> tuple[str, ...]:
    """Return what to say of an algorithm that reads events in their order where encoded rows have none."""
    if matrix.history is not None or not algorithms.get(algorithm).reads_history:
        return ()
    return (
        f"{algorithm} looked at each row alone: the table has no time, no entity, or no column of categories "
        "that says what an event is.",
    )


def _missing(inputs: TableSchema, config: AutoMLConfig) -> str:
    """Return why there are no events in order, in words."""
    stamps = inputs.of_kind(ColumnKind.TIMESTAMP)
    if config.time_column is not None and config.time_column not in inputs.names():
        return f"the time column {config.time_column!r} holds no dates or times"
    if config.time_column is None and len(stamps) != 1:
        return "no time_column is named"
    if not config.group_columns:
        return "no group_columns are named"
    return "no column of categories says what an event is"
