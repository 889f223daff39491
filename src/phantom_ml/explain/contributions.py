"""Exact contributions of a model's members, joined as the model joins their predictions.

A member's contributions add up to its own raw prediction (log-odds for classes); the model's are
their mean by weight, so they add up to the mean raw prediction. Source for trees: Lundberg et al.,
"From Local Explanations to Global Understanding with Explainable AI for Trees", 2020,
doi:10.1038/s42256-019-0138-9.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, Matrix
from phantom_ml.features.encoder import Encoder
from phantom_ml.model.pipeline import LoadedPart, Pipeline
from phantom_ml.model.spec import Member

Array = NDArray[np.float64]
#: What the score of all text columns together is called where there are several.
TEXT = "text"


@dataclass(frozen=True)
class Shares:
    """Who moved the score of which row by how much.

    Attributes
    ----------
    values : float64 array of shape (n_rows, n_features, n_outputs)
    base : float64 array of shape (n_rows, n_outputs)
        The raw prediction of a row that nothing is known of.
    features : tuple of Feature, of length n_features
        Sources are raw columns; that of a score of several text columns is ``text``.
    missing : dict of str to float
        Members without exact contributions, and their share of the weight.
    """

    values: Array
    base: Array
    features: tuple[Feature, ...]
    missing: dict[str, float]

    @property
    def covered(self) -> float:
        """Return the share of the weight that is explained."""
        return 1.0 - sum(self.missing.values())

    @property
    def total(self) -> Array:
        """Return the raw prediction that is explained, shape (n_rows, n_outputs)."""
        total: Array = self.values.sum(axis=1) + self.base
        return total

    def by_column(self) -> tuple[list[str], Array]:
        """Return the raw columns, and the contributions of each, (n_rows, n_columns, n_outputs)."""
        columns = list(dict.fromkeys(f.source for f in self.features))
        belongs = np.array([[f.source == c for c in columns] for f in self.features], np.float64)
        return columns, np.einsum("rfo,fc->rco", self.values, belongs.reshape(-1, len(columns)))


def text_source(encoder: Encoder) -> str:
    """Return what the joint score of all text columns is filed under."""
    return encoder.text_columns[0] if len(encoder.text_columns) == 1 else TEXT


def member_label(member: Member) -> str:
    """Return a member as the leaderboard calls it: ``LightGBM #3``."""
    return f"{member.algorithm} #{member.name.lstrip('0') or '0'}"


def exact_contributions(pipeline: Pipeline, matrix: Matrix) -> Shares | None:
    """Return the exact contributions to the rows of an encoded table; None where no member has any.

    Members without them are left out, and the others' weights raised in proportion. With many
    classes a class is compared with the mean of all, because only differences of their raw scores
    mean anything.
    """
    members = list(zip(pipeline.spec.members, pipeline.members, strict=True))
    found = [(m, parts, _of_member(parts, matrix)) for m, parts in members]
    told = [(m.weight, values) for m, _, values in found if values is not None]
    if not told:
        return None
    whole = sum(m.weight for m in pipeline.spec.members)
    scale = whole / sum(weight for weight, _ in told)
    joined = np.zeros_like(told[0][1])
    for weight, values in told:
        joined = joined + scale * weight * values
    if pipeline.spec.combination == "logit":
        joined[:, -1, :] += pipeline.spec.intercept
    if joined.shape[2] > 1:
        joined = joined - joined.mean(axis=2, keepdims=True)
    missing = {member_label(m): m.weight / whole for m, _, values in found if values is None}
    features = _features(pipeline.encoder, matrix, pipeline.members[0][0])
    return Shares(joined[:, :-1, :], joined[:, -1, :], features, missing)


def _of_member(parts: Sequence[LoadedPart], matrix: Matrix) -> Array | None:
    """Return the mean contributions of a member's parts; None if one of them has none."""
    total: Array | None = None
    for part in parts:
        values = part.learner.contributions(part.side.widen(matrix))
        if values is None:
            return None
        total = values if total is None else total + values
    return None if total is None else total / len(parts)


def _features(encoder: Encoder, matrix: Matrix, part: LoadedPart) -> tuple[Feature, ...]:
    source = text_source(encoder)
    return matrix.features + tuple(Feature(f.name, source) for f in part.side.features)
