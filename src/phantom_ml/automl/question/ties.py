"""What ties rows together: their time, the entity that they belong to, or the site that they are about."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.automl.question.able import delay_ns, time_of_rows
from phantom_ml.automl.question.sites import sites_of
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.schema import TableSchema
from phantom_ml.data.splits import RowTies, join_entities


def ties_of(
    rows: pl.DataFrame, config: AutoMLConfig, inputs: TableSchema, sizes: Sequence[int], made: int
) -> tuple[RowTies, tuple[str, ...]]:
    """Return what ties rows of some parts together, and what to say of it; nobody gave the last ``made`` ones."""
    if config.time_column is None and not config.group_columns:
        return _tied_by_site(rows, inputs)
    time, told = time_of_rows(rows, config, sizes, made)
    # An answer not yet known when a block of held-out rows begins teaches nothing of it.
    ties = RowTies(time=time, embargo_ns=delay_ns(config))
    if not config.group_columns:
        return ties, told
    codes = [_codes(rows[c]) for c in config.group_columns]
    groups, reason = join_entities(codes, config.group_columns)
    return replace(ties, groups=groups), (*told, reason)


def _tied_by_site(frame: pl.DataFrame, inputs: TableSchema) -> tuple[RowTies, tuple[str, ...]]:
    found = sites_of(frame, inputs)
    if found is None:
        return RowTies(), ()
    codes, column = found
    told = (
        f"Rows of one site in {column!r} were kept together in validation: new sites are what a model "
        "meets. Name group_columns or a time_column for another."
    )
    return RowTies(groups=codes), (told,)


def _codes(values: pl.Series) -> NDArray[np.int64]:
    codes = values.cast(pl.String, strict=False).rank("dense").cast(pl.Int64)
    array: NDArray[np.int64] = codes.fill_null(-1).to_numpy()
    return array
