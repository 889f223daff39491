"""Anomalies that are made, to compare detectors where nobody knows the real ones.

A made row is a real one of which some columns hold what they seldom hold: the values of another row, so that
what belongs together does not; or a number far out on its own tail. Source: Steinbuss & Boehm, "Benchmarking
Unsupervised Outlier Detection with Realistic Synthetic Data", TKDD 2021, doi:10.1145/3441453.
"""

from __future__ import annotations

import numpy as np
import polars as pl

from phantom_ml.data.schema import ColumnKind, TableSchema

#: Made rows: a share of the real ones, between these numbers.
SHARE, LEAST, MOST = 0.05, 30, 1_000
#: Share of the columns that are disturbed in a row.
DISTURBED = 0.4
#: How far out a number is moved, in ranges between the 5th and the 95th percentile.
NEAREST, FARTHEST = 0.5, 3.0
NUMBERS = (ColumnKind.NUMBER, ColumnKind.BYTES, ColumnKind.DURATION)


def injected(frame: pl.DataFrame, inputs: TableSchema, seed: int) -> pl.DataFrame:
    """Return made rows, with the columns and types of ``frame``.

    Parameters
    ----------
    frame : DataFrame
        Real rows, taken to be mostly normal.
    inputs : TableSchema
        The columns that may be disturbed, and what they are.
    seed : int
    """
    rng = np.random.default_rng([seed, 5])
    n_made = int(np.clip(round(SHARE * frame.height), LEAST, MOST))
    made = frame[rng.integers(0, frame.height, n_made)]
    names = [name for name in inputs.names() if name in frame.columns]
    numbers = {c.name for c in inputs.columns if c.kind in NUMBERS}
    # Every row is disturbed somewhere.
    chosen = rng.random((n_made, len(names))) < DISTURBED
    chosen[np.arange(n_made), rng.integers(0, len(names), n_made)] = True
    columns = []
    for where, name in zip(chosen.T, names, strict=True):
        other = frame[name][rng.integers(0, frame.height, n_made)]
        if name in numbers and frame[name].dtype.is_numeric():
            other = _moved(other, frame[name], rng)
        columns.append(made[name].zip_with(pl.Series(~where), other))
    return made.with_columns(columns)


def _moved(values: pl.Series, column: pl.Series, rng: np.random.Generator) -> pl.Series:
    """Return numbers of which half are moved far out, to either side."""
    low, high = column.quantile(0.05), column.quantile(0.95)
    if low is None or high is None:
        return values
    reach = max(float(high - low), abs(float(high)) * 0.1, 1e-9)
    far = rng.uniform(NEAREST, FARTHEST, len(values)) * reach
    sides = np.where(rng.random(len(values)) < 0.5, high + far, low - far)
    out = pl.Series(values.name, np.where(rng.random(len(values)) < 0.5, sides, np.nan))
    moved = out.fill_nan(None).cast(values.dtype, strict=False)
    return moved.fill_null(values)
