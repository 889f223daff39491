"""The leak report: columns and splits that make a score look better than the field will.

The checks follow the leaks that recur in security data sets: a column that is the answer in
disguise, a cell that is only filled in after the verdict, row order, rows or entities seen before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.leaks.columns import (
    filled_for_one_class,
    named_like_target,
    tells_alone,
    told_in_text,
)
from phantom_ml.data.leaks.rows import Split, shared_entities, shared_rows, told_by_order
from phantom_ml.data.leaks.warning import LeakWarning
from phantom_ml.data.schema import UNUSED_KINDS, ColumnKind, TableSchema
from phantom_ml.data.target.column import Target
from phantom_ml.errors import ColumnMissing

#: Rows that columns are judged on; fewer of a class than its part of them are all taken.
SAMPLE_ROWS = 50_000
SEED = 0
SEVERITIES = ("high", "medium", "low")


def leak_report(
    frame: pl.DataFrame,
    schema: TableSchema,
    target: Target,
    *,
    time_column: str | None = None,
    group_columns: Sequence[str] = (),
    splits: Sequence[Split] = (),
) -> tuple[LeakWarning, ...]:
    """Return what is suspicious, the worst first.

    Parameters
    ----------
    frame : polars.DataFrame of n_rows
        The inputs; the target's own column is not looked at.
    schema : TableSchema
        What its columns are; only these are looked at.
    target : Target
        ``values`` belongs to the rows of ``frame``, one for one.
    time_column : str, optional
        It orders the rows, so that its own order is no news.
    group_columns : sequence of str
        Columns whose values must not be on both sides of a split.
    splits : sequence of (train, valid), each int64 arrays of row positions
        How the rows are validated; empty leaves these checks out.

    Raises
    ------
    ColumnMissing
        A column of the schema is not in the frame.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> from phantom_ml.data.recognise import recognise
    >>> codes = np.arange(200) * 7 % 10 // 5
    >>> frame = pl.DataFrame({"verdict": codes * 2.5, "noise": np.arange(200) * 7919 % 100 / 9})
    >>> target = Target("y", ProblemKind.BINARY, (0, 1), codes, np.arange(200))
    >>> [(w.column, w.check) for w in leak_report(frame, recognise(frame), target)]
    [('verdict', 'single_column')]
    """
    names = [name for name in schema.names() if name != target.name]
    missing = [name for name in [*names, *group_columns] if name not in frame.columns]
    if missing:
        raise ColumnMissing(missing, frame.columns)
    inputs = TableSchema(columns=tuple(c for c in schema.columns if c.name != target.name))
    found = _of_columns(frame, inputs, target, time_column)
    order = told_by_order(target) if time_column is None else None
    found += [order] if order is not None else []
    found += shared_rows(
        frame, inputs, target, splits, forward=time_column is not None, groups=group_columns
    )
    found += shared_entities(frame, inputs, group_columns, splits)
    return tuple(sorted(found, key=lambda w: (SEVERITIES.index(w.severity), -w.value)))


def _of_columns(
    frame: pl.DataFrame, schema: TableSchema, target: Target, time_column: str | None
) -> list[LeakWarning]:
    rows = _sample(target)
    sample, known = frame[rows], replace(target, values=target.values[rows], keep=target.keep[rows])
    half = np.random.default_rng(SEED).random(len(rows)) < 0.5
    found: list[LeakWarning | None] = []
    for column in schema.columns:
        found.append(named_like_target(column.name, target.name))
        found.append(filled_for_one_class(frame[column.name], target))
        if column.kind in UNUSED_KINDS - {ColumnKind.IDENTIFIER} or len(rows) < 2:
            continue
        if column.name != time_column:
            found.append(tells_alone(sample[column.name], column, known, half))
        found.append(told_in_text(sample[column.name], known))
    return [warning for warning in found if warning is not None]


def _sample(target: Target) -> NDArray[np.int64]:
    """Return row positions in random order, of large classes no more than their equal part."""
    n_rows = len(target.values)
    order = np.random.default_rng(SEED).permutation(n_rows).astype(np.int64)
    if n_rows <= SAMPLE_ROWS or not target.kind.is_classification:
        return order[:SAMPLE_ROWS]
    codes = target.values.astype(np.int64)[order]
    part = SAMPLE_ROWS // max(1, len(target.classes))
    return np.concatenate([order[codes == c][:part] for c in range(len(target.classes))])
