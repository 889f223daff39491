"""The normal rows that are the most alike to a row: what it would have had to be.

Alike is Gower's coefficient over raw columns: a number is as far off as the share of the middle nine tenths of
its column that lies between, any other value, a word among numbers too, is the same or another. Source: Gower,
"A General Coefficient of Similarity and Some of Its Properties", Biometrics 27, 1971, doi:10.2307/2528823.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.explain.forms import Neighbour
from phantom_ml.explain.origins import origins_of
from phantom_ml.explain.sentences import Scalar, neighbour_sentence, plain_value
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.features.columns.number import finite_numbers
from phantom_ml.model.pipeline import Pipeline
from phantom_ml.model.usual import Usual, word_hashes
from phantom_ml.parts.tails import Tails

Array = NDArray[np.float64]
#: Kept rows that score higher than this share of them are no example of what is normal.
NORMAL_SHARE = 0.9
#: Numbers differ that are farther apart than this share of the middle nine tenths.
DIFFERS = 0.1
#: Rows that are compared with all kept ones at once.
CHUNK_ROWS = 64


@dataclass(frozen=True)
class _Compared:
    """The columns that are compared, and how their cells are told.

    Attributes
    ----------
    columns : list of str
    origins : mapping of column to float
    mixed : frozenset of str
        Those that hold numbers as text.
    """

    columns: list[str]
    origins: Mapping[str, float]
    mixed: frozenset[str]

    def told(self, column: str, value: Any) -> Scalar | None:
        """Return a cell for a sentence: a number that is written as text as one."""
        if column not in self.mixed or value is None:
            return plain_value(value)
        number = float(finite_numbers(pl.Series([str(value)]))[0])
        return plain_value(value) if np.isnan(number) else number


def nearest_rows(
    pipeline: Pipeline, usual: Usual, frame: pl.DataFrame, n_nearest: int
) -> list[tuple[Neighbour, ...]]:
    """Return the ``n_nearest`` kept rows that are the most alike to each row, the nearest first.

    Parameters
    ----------
    pipeline : Pipeline
        Says which of the kept rows are normal.
    usual : Usual
    frame : DataFrame
        The raw rows, with the columns of training.
    n_nearest : int
        At least 1.
    """
    score = _together(pipeline).score(usual.rows)[:, 0]
    normal = np.flatnonzero(score <= np.quantile(score, NORMAL_SHARE))
    kept, score = usual.rows[normal], score[normal]
    compared = _Compared(_columns(usual), origins_of(pipeline.encoder), usual.mixed)
    if not compared.columns:
        # Where every row has a value of its own no other row is near.
        return [()] * frame.height
    found: list[tuple[Neighbour, ...]] = []
    for first in range(0, frame.height, CHUNK_ROWS):
        rows = frame[first : first + CHUNK_ROWS]
        apart = np.stack([_apart(usual, c, rows, kept) for c in compared.columns], axis=2)
        order = np.argsort(apart.mean(axis=2), axis=1, kind="stable")[:, :n_nearest]
        for here, own, nearest in zip(rows.iter_rows(named=True), apart, order, strict=True):
            near = [(kept.row(int(j), named=True), own[j], float(score[j])) for j in nearest]
            found.append(tuple(_neighbour(compared, here, *one) for one in near))
    return found


def _together(pipeline: Pipeline) -> Pipeline:
    """Return the model for rows that are looked at all at once: one by one would take too long."""
    past = pipeline.encoder.past
    if past is None:
        return pipeline
    encoder = replace(pipeline.encoder, past=replace(past, others=None))
    return replace(pipeline, encoder=encoder)


def _columns(usual: Usual) -> list[str]:
    """Return the columns that tell rows apart: not those of which nearly every row has its own value."""
    single = [c for c in usual.counts if len(c.columns) == 1]
    words = [c.columns[0] for c in single if len(c.hashes) <= usual.n_rows / 2 and not c.most_lost]
    return [*usual.numbers, *(name for name in words if name not in usual.numbers)]


def _apart(usual: Usual, column: str, rows: pl.DataFrame, kept: pl.DataFrame) -> Array:
    """Return how far apart rows and kept rows are in one column, 0 to 1, shape (n_rows, n_kept)."""
    if column not in usual.numbers:
        value, other = row_hashes(rows, (column,)), row_hashes(kept, (column,))
        return np.asarray(value[:, None] != other[None, :], np.float64)
    mixed = column in usual.mixed
    here, there = (finite_numbers(f[column], None if mixed else column) for f in (rows, kept))
    # Halves, because two finite numbers may lie further apart than the largest float64.
    with np.errstate(over="ignore"):
        between = np.abs(here[:, None] / 2 - there[None, :] / 2) / _reach(usual.numbers[column])
    sides = ((rows, here), (kept, there))
    value, other = (word_hashes(f[column]) if mixed else np.isnan(n) for f, n in sides)
    return np.where(
        value[:, None] != other[None, :], 1.0, np.minimum(np.nan_to_num(between, nan=0.0), 1.0)
    )


def _reach(tails: Tails) -> float:
    """Return half the width of the middle nine tenths of a column, at least a step of float64 there."""
    low, high = tails.value[np.searchsorted(tails.at_most, [0.05, 0.95])]
    return max(float(high / 2 - low / 2), float(np.spacing(max(abs(low), abs(high)))))


def _neighbour(
    compared: _Compared, here: dict[str, Any], row: dict[str, Any], apart: Array, score: float
) -> Neighbour:
    columns, told = compared.columns, compared.told
    order = np.argsort(-apart, kind="stable")
    differs = tuple(columns[k] for k in order if apart[k] > DIFFERS)
    pairs = [(name, told(name, row[name]), told(name, here[name])) for name in differs]
    return Neighbour(
        score=score,
        distance=float(apart.mean()),
        values={name: plain_value(value) for name, value in row.items()},
        differs=differs,
        sentence=neighbour_sentence(pairs, len(columns) - len(differs), compared.origins),
    )
