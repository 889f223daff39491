"""What each column of a table is for: an input that a model may see, the target, a weight, or nothing."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.automl.question.in_order import events_in_order
from phantom_ml.automl.question.usable import no_column_left
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.recognise import recognise_sampled
from phantom_ml.data.schema import UNUSED_KINDS, ColumnKind, TableSchema
from phantom_ml.data.target.column import require_columns
from phantom_ml.errors import BadSetting
from phantom_ml.features.doubts import doubts_of_numbers, doubts_of_time
from phantom_ml.tasks.settings import check_roles


def require_named(columns: Sequence[str], config: AutoMLConfig) -> None:
    """Raise ColumnMissing where a column that a setting names is not there."""
    told = [config.target_column, config.task_settings.type_column]
    named = [*config.group_columns, config.time_column, config.weight_column, *told]
    wanted = [*named, *config.ignored_columns, *config.features.kinds]
    require_columns(columns, [c for c in wanted if c is not None])


def check_target(config: AutoMLConfig) -> None:
    """Return if the target is named for nothing else; raises BadSetting."""
    check_roles(config)
    if config.target_column in config.features.kinds:
        raise BadSetting(
            f"The target {config.target_column!r} is named in features.kinds.",
            "Kinds are those of columns that features are made of: take it out.",
        )


def inputs_of(frame: pl.DataFrame, config: AutoMLConfig) -> TableSchema:
    """Return the columns that a model may see, and what they are; raises TargetUnusable where none is left."""
    told = {config.target_column, config.weight_column, config.task_settings.type_column}
    hidden = {*told, *config.ignored_columns}
    visible = [c for c in frame.columns if c not in hidden]
    overrides = {k: v for k, v in config.features.kinds.items() if k in visible}
    roles = (config.time_column, *config.group_columns)
    schema = recognise_sampled(frame.select(visible), overrides, seed=config.seed, named=roles)
    if not schema.columns:
        raise no_column_left(config)
    return _without_raw_time(schema, config)


def _without_raw_time(schema: TableSchema, config: AutoMLConfig) -> TableSchema:
    """Return the schema without a time column that is a plain number (a year, a step).

    Rows are validated forward along it: every later row lies beyond what training saw.
    """
    kept = [
        c for c in schema.columns if c.name != config.time_column or c.kind is ColumnKind.TIMESTAMP
    ]
    return TableSchema(columns=tuple(kept))


def doubts_of_inputs(
    frame: pl.DataFrame, inputs: TableSchema, config: AutoMLConfig
) -> tuple[str, ...]:
    """Return what to say of a past that nobody said how to tell, and of cells that are no numbers."""
    wanted = config.feature_engineering and config.features.temporal
    doubts = doubts_of_time(frame, inputs, config.time_column) if wanted else ()
    numbers, order = doubts_of_numbers(frame, inputs), events_in_order(frame, inputs, config)
    return (*_of_the_clock_alone(inputs, config), *doubts, *numbers, *order)


def _of_the_clock_alone(inputs: TableSchema, config: AutoMLConfig) -> tuple[str, ...]:
    """Return the sentence on a table of which nothing but the time of a row can be learned from."""
    used = [c.name for c in inputs.columns if c.kind not in UNUSED_KINDS]
    if used != [config.time_column] or len(inputs.columns) == 1:
        return ()
    return (
        f"Nothing but the time {config.time_column!r} can be learned from: all other columns are constant, "
        "empty or identifiers. Add columns, or say what a column is under features.kinds.",
    )


def weight_of(frame: pl.DataFrame, column: str | None) -> NDArray[np.float64] | None:
    """Return the weight of each row, shape (n_rows,), 1 on average; None where no column tells it.

    Raises
    ------
    BadSetting
        A weight is missing, negative or infinite, or all are 0.
    """
    if column is None:
        return None
    weight = frame[column].cast(pl.Float64, strict=False).fill_null(float("nan")).to_numpy()
    if not np.isfinite(weight).all() or (weight < 0).any() or not weight.any():
        fault = "no weight above 0" if not weight.any() else "missing, negative or infinite values"
        raise BadSetting(
            f"The weight column {column!r} holds {fault}.",
            "Give every row a weight of 0 or more, and some row one above 0.",
        )
    # A power of two changes no digit, and the sum of very great weights stays finite.
    near_one = np.ldexp(weight, -math.frexp(weight.max())[1])
    scaled: NDArray[np.float64] = near_one / near_one.mean()
    return scaled
