"""The contribution of a joint score of several text columns, divided among them.

The score is linear in hashed n-grams, and each column has n-grams of its own: what a column adds to the
score is known exactly. What the score added to a prediction goes to the columns that make it high, or low, as
it is, in proportion to their pull (after the rescale rule of Shrikumar et al., 2017, arXiv:1704.02685).
"""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import ALL_TEXT
from phantom_ml.explain.contributions import Shares
from phantom_ml.features.fitted.text_score import TextScore
from phantom_ml.model.align import align
from phantom_ml.model.pipeline import Pipeline

Array = NDArray[np.float64]


def by_text_column(shares: Shares, pipeline: Pipeline, rows: pl.DataFrame) -> Shares:
    """Return the contributions of features of several text columns as one a column; their sum stays.

    Parameters
    ----------
    shares : Shares
        Of ``rows``.
    pipeline : Pipeline
    rows : DataFrame
        At least the columns that the model reads.
    """
    columns = pipeline.encoder.text_columns
    joint = [i for i, f in enumerate(shares.features) if f.source == ALL_TEXT]
    if len(columns) < 2 or not joint:
        return shares
    pulls = _pulls(pipeline, rows)
    own = [i for i in range(len(shares.features)) if i not in joint]
    values, features = [shares.values[:, own]], [shares.features[i] for i in own]
    for i in joint:
        values.append(_divided(shares.values[:, i], pulls))
        told = shares.features[i]
        features += [replace(told, name=f"{c}.{told.name}", source=c) for c in columns]
    return replace(shares, values=np.concatenate(values, axis=1), features=tuple(features))


def shares_by_column(pipeline: Pipeline, rows: pl.DataFrame) -> dict[str, float]:
    """Return how much of the joint score's variation over rows each text column makes, summing to 1.

    A column's share is the covariance of what it adds with the whole score, which for a sum is its Shapley
    effect (Owen & Prieur, 2017, doi:10.1137/16M1097717); one that works against the others has none.
    Empty where there are not several text columns, or nothing varies.

    Parameters
    ----------
    pipeline : Pipeline
    rows : DataFrame
        At least the columns that the model reads.

    Raises
    ------
    ColumnMissing, TypeUnsafe
        The rows are not what the model was trained on.
    """
    columns = pipeline.encoder.text_columns
    if len(columns) < 2 or not _scores(pipeline) or rows.height < 2:
        return {}
    pulls = _pulls(pipeline, _aligned(pipeline, rows))
    pulls = pulls - pulls.mean(axis=0, keepdims=True)
    together = np.einsum("rco,ro->c", pulls, pulls.sum(axis=1))
    found = np.maximum(together, 0.0)
    whole = float(found.sum())
    return dict(zip(columns, (found / whole).tolist(), strict=True)) if whole > 0 else {}


def hashed_alone(pipeline: Pipeline, rows: pl.DataFrame) -> dict[str, Any]:
    """Return the hashed text of each of several text columns, which add up to that of all; else none."""
    columns = pipeline.encoder.text_columns
    if len(columns) < 2:
        return {}
    aligned = _aligned(pipeline, rows)
    return {column: _alone(pipeline, aligned, column) for column in columns}


def _pulls(pipeline: Pipeline, rows: pl.DataFrame) -> Array:
    """Return what each text column adds to the score, shape (n_rows, n_columns, n_outputs).

    Where no part has a score (linear learners read words themselves), columns that hold text pull alike.
    """
    scores = _scores(pipeline)
    texts = [_alone(pipeline, rows, column) for column in pipeline.encoder.text_columns]
    if not scores:
        held = [np.diff(text.indptr)[:, None] > 0 for text in texts]
        return np.stack(held, axis=1).astype(np.float64)
    weights = np.mean([score.weights for score in scores], axis=0)
    return np.stack([np.asarray(text @ weights, np.float64) for text in texts], axis=1)


def _scores(pipeline: Pipeline) -> list[TextScore]:
    found = (part.side.text_score for parts in pipeline.members for part in parts)
    return [score for score in found if score is not None]


def _aligned(pipeline: Pipeline, rows: pl.DataFrame) -> pl.DataFrame:
    return align(rows, pipeline.spec.inputs, pipeline.encoder.inputs)


def _alone(pipeline: Pipeline, rows: pl.DataFrame, column: str) -> Any:
    """Return the hashed text of one column, the others missing."""
    others = [c for c in pipeline.encoder.text_columns if c != column]
    return pipeline.encoder.text(
        rows.with_columns(pl.lit(None, pl.String).alias(c) for c in others)
    )


def _divided(amount: Array, pulls: Array) -> Array:
    """Return amounts of shape (n_rows, n_outputs) divided among columns, (n_rows, n_columns, n_outputs)."""
    pull = np.maximum(pulls * np.sign(pulls.sum(axis=1, keepdims=True)), 0.0)
    whole = pull.sum(axis=1, keepdims=True)
    share = np.where(whole > 0, pull / np.where(whole > 0, whole, 1.0), 1.0 / pulls.shape[1])
    divided: Array = amount[:, None] * share
    return divided
