"""Rows that count as past alone: no answer is known of them, and they happened all the same."""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.matrix import Rows
from phantom_ml.data.schema import ColumnKind, TableSchema
from phantom_ml.data.splits import RowTies
from phantom_ml.features.before import Before
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.wording import counted


def unlabelled_of(
    whole: pl.DataFrame, learned: Rows, inputs: TableSchema, ties: RowTies, n_validation: int
) -> Unlabelled | None:
    """Return the other rows of a table; None where there are none, or nothing looks at the past.

    Parameters
    ----------
    whole : DataFrame
        All rows, those given for validation last.
    learned : int64 array
        Positions of the rows with an answer, ascending.
    inputs : TableSchema
        The columns that a model may see.
    ties : RowTies
        Of all rows.
    n_validation : int
        How many rows were given for validation, with an answer or without.
    """
    looks_back = ties.time is not None or bool(inputs.of_kind(ColumnKind.TIMESTAMP))
    if len(learned) == whole.height or not looks_back:
        return None
    is_left = np.ones(whole.height, np.bool_)
    is_left[learned] = False
    rows = np.flatnonzero(is_left)
    before = Before(ties.time, ties.groups).rows(rows)
    n_below = int((rows >= whole.height - n_validation).sum())
    return Unlabelled(whole.select(inputs.names())[rows], before, n_below)


def told_unlabelled(unlabelled: Unlabelled | None) -> tuple[str, ...]:
    """Return what to say of rows that count as past alone; nothing where there are none.

    Examples
    --------
    >>> told_unlabelled(None)
    ()
    """
    if unlabelled is None:
        return ()
    n_rows = unlabelled.frame.height
    count = "counts" if n_rows == 1 else "count"
    return (
        f"{counted(n_rows, 'row')} without a usable answer still {count} where features look at what came before.",
    )
