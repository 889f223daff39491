"""Occlusion: what a prediction would have been had one raw column held its typical value.

It works for every model, and is not exact: effects of columns that act together do not add up.
Source: Zeiler & Fergus, "Visualizing and Understanding Convolutional Networks", ECCV 2014.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.past import Seen
from phantom_ml.model.combine import EDGE
from phantom_ml.model.pipeline import Pipeline

Array = NDArray[np.float64]
Typical = Mapping[str, bool | int | float | str | None]
#: A value that fewer rows share than this is not typical of its column.
LEAST_SHARE = 0.02


def typical_row(frame: pl.DataFrame) -> dict[str, bool | int | float | str | None]:
    """Return the median of each number column and the most frequent value of each other one.

    None stands for "missing": where no value is shared by at least 2 % of the rows.

    Examples
    --------
    >>> typical_row(pl.DataFrame({"bytes": [1, 5, 9], "proto": ["tcp", "tcp", "udp"]}))
    {'bytes': 5.0, 'proto': 'tcp'}
    """
    return {series.name: _typical(series) for series in frame.iter_columns()}


def _typical(series: pl.Series) -> bool | int | float | str | None:
    known = series.drop_nulls()
    if series.dtype.is_float():
        known = known.filter(known.is_finite())
    if series.dtype.is_numeric():
        middle = known.median()
        return float(middle) if isinstance(middle, int | float) else None
    if series.dtype not in (pl.Boolean, pl.String) or known.len() == 0:
        return None
    counts = known.alias("value").value_counts(name="rows")
    counts = counts.sort(["rows", "value"], descending=[True, False])
    value: bool | str = counts["value"][0]
    return value if counts["rows"][0] >= LEAST_SHARE * series.len() else None


def occlude(pipeline: Pipeline, frame: pl.DataFrame, typical: Typical) -> tuple[list[str], Array]:
    """Return the raw columns, and by how much each moved the prediction of each row.

    Parameters
    ----------
    pipeline : Pipeline
    frame : DataFrame
        At least the columns that the model reads.
    typical : mapping of column to value
        A column that is not named is made missing.

    Returns
    -------
    columns : list of str
    changes : float64 array of shape (n_rows, n_columns, n_outputs)
        The prediction (log-odds of classes) less what it is with the typical value.
    """
    columns = pipeline.encoder.inputs
    rows = frame.select(columns)
    if rows.height == 0 or not columns:
        return columns, np.zeros((rows.height, len(columns), pipeline.spec.n_outputs))
    # What is hidden in one row must not be seen in another's past.
    if not pipeline.is_among:
        pipeline = pipeline.among(rows)
    hidden = pl.concat([_without(rows, c, typical.get(c)) for c in columns])
    seen = _seen_without(pipeline, rows, hidden)
    scores = score_in_unit(pipeline, hidden, seen).reshape(len(columns), rows.height, -1)
    changes: Array = score_in_unit(pipeline, rows)[:, None, :] - scores.transpose(1, 0, 2)
    return columns, changes


def _seen_without(pipeline: Pipeline, rows: pl.DataFrame, hidden: pl.DataFrame) -> Seen:
    """Return what the past tells of rows whose columns are hidden in turn.

    A window counts for the column of its entity: with that, it has its median over remembered events. Without
    its time nothing would be told of any row's past, so what happened before would count for the time alone.
    """
    past, seen = pipeline.encoder.past, pipeline.seen(hidden)
    if past is None:
        return seen
    columns = pipeline.encoder.inputs
    windows = seen.windows.reshape(len(columns), rows.height, -1).copy()
    windows[columns.index(past.plan.time)] = pipeline.seen(rows).windows
    for i, (feature, usual) in enumerate(zip(past.features, past.usual, strict=True)):
        middle = np.median(usual) if len(usual) else np.nan
        windows[columns.index(feature.source), :, i] = middle
    return replace(seen, windows=windows.reshape(hidden.height, -1))


def score_in_unit(pipeline: Pipeline, frame: pl.DataFrame, seen: Seen | None = None) -> Array:
    """Return predictions, for classes as log-odds of each: near 0 and 1 probabilities hardly move.

    ``seen`` is what the past tells of the rows, where it is known already.
    """
    score: Array = pipeline.score(frame, seen=seen)
    if not pipeline.spec.kind.is_classification:
        return score
    inside = np.clip(score, EDGE, 1.0 - EDGE)
    odds: Array = np.log(inside) - np.log1p(-inside)
    return odds


def typical_score(pipeline: Pipeline, frame: pl.DataFrame, typical: Typical) -> Array:
    """Return the prediction of the typical row in the unit of ``occlude``, shape (n_outputs,)."""
    row = frame.select(pipeline.encoder.inputs).head(1)
    for column in row.columns:
        row = _without(row, column, typical.get(column))
    score: Array = score_in_unit(pipeline, row)[0]
    return score


def _without(
    rows: pl.DataFrame, column: str, value: bool | int | float | str | None
) -> pl.DataFrame:
    replaced = pl.lit(value).cast(rows.schema[column], strict=False)
    return rows.with_columns(replaced.alias(column))
