"""Exact contributions of a model's members, joined as the model joins their predictions.

A learner's contributions add up to its log-odds or to its probability. Of two classes, those of all
learners are put into the scale in which the model adds predictions, and their sum into log-odds, so
that they add up to the log-odds of the model's probability before it is calibrated. From one scale
to another all contributions to a row are multiplied by one number, which is above 0: their order,
signs and proportions stay (the rescale rule of Shrikumar et al., "Learning Important Features
Through Propagating Activation Differences", 2017). Of many classes, log-probabilities are averaged.
Source for trees: Lundberg et al., "From Local Explanations to Global Understanding with Explainable
AI for Trees", 2020, doi:10.1038/s42256-019-0138-9.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import ALL_TEXT, Feature, Matrix
from phantom_ml.features.encoder import Encoder
from phantom_ml.model.combine import from_logit, logit
from phantom_ml.model.pipeline import LoadedPart, Pipeline
from phantom_ml.model.spec import Member

Array = NDArray[np.float64]
#: The feature of the words that a learner reads itself.
WORDS = "text.words"
#: A smaller share of one of many classes counts as this: some hundred trees can tell no smaller one.
LEAST_SHARE = 1e-3
#: Where a row's contributions cancel, the change of scale is that of so small a step.
LEAST_STEP = 1e-9


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
    return encoder.text_columns[0] if len(encoder.text_columns) == 1 else ALL_TEXT


def member_label(member: Member) -> str:
    """Return a member as the leaderboard calls it: ``LightGBM #3``."""
    return f"{member.algorithm} #{member.name.lstrip('0') or '0'}"


def exact_contributions(pipeline: Pipeline, matrix: Matrix) -> Shares | None:
    """Return the exact contributions to the rows of an encoded table; None where no member has any.

    Members without them are left out, and the others' weights raised in proportion. With many
    classes a class is compared with the mean of all, because only differences of their raw scores
    mean anything.
    """
    spec = pipeline.spec
    members = list(zip(spec.members, pipeline.members, strict=True))
    found = [(m, _of_member(pipeline, parts, matrix)) for m, parts in members]
    told = [(m.weight, values) for m, values in found if values is not None]
    if not told:
        return None
    whole = sum(m.weight for m in spec.members)
    scale = whole / sum(weight for weight, _ in told)
    joined = np.zeros_like(told[0][1])
    for weight, values in told:
        joined = joined + scale * weight * values
    missing = {member_label(m): m.weight / whole for m, values in found if values is None}
    features = _features(pipeline.encoder, matrix, pipeline.members[0][0])
    return _shares(_in_unit(joined, pipeline), features, missing)


def _in_unit(joined: Array, pipeline: Pipeline) -> Array:
    """Return the joined contributions in log-odds, or as they are for numbers."""
    spec = pipeline.spec
    if spec.kind is ProblemKind.MULTICLASS:
        centred: Array = joined - joined.mean(axis=2, keepdims=True)
        return centred
    if spec.combination == "logit":
        joined[:, -1, :] += spec.intercept
        return joined
    return _rescaled(joined, logit) if spec.kind is ProblemKind.BINARY else joined


def _shares(joined: Array, features: tuple[Feature, ...], missing: dict[str, float]) -> Shares:
    """Return contributions by feature; without that of words where no learner read any."""
    values, base = joined[:, :-1, :], joined[:, -1, :]
    if features[-1:] and features[-1].name == WORDS and not values[:, -1].any():
        values, features = values[:, :-1], features[:-1]
    return Shares(values, base, features, missing)


def _of_member(pipeline: Pipeline, parts: Sequence[LoadedPart], matrix: Matrix) -> Array | None:
    """Return the contributions to a member's prediction, the mean of its parts'; None if one has none.

    They are in the scale in which the model adds members.
    """
    kind = pipeline.spec.kind
    total: Array | None = None
    for part in parts:
        values = _of_part(part, matrix, kind)
        if values is None:
            return None
        total = values if total is None else total + values
    if total is None:
        return None
    mean = total / len(parts)
    if kind is ProblemKind.MULTICLASS and parts[0].learner.contribution_scale == "probability":
        return _rescaled(mean, _log_share)
    to_odds = kind is ProblemKind.BINARY and pipeline.spec.combination == "logit"
    return _rescaled(mean, logit) if to_odds else mean


def _of_part(part: LoadedPart, matrix: Matrix, kind: ProblemKind) -> Array | None:
    """Return a learner's contributions, of two classes to the probability, with a place for words."""
    wide = part.side.widen(matrix)
    values = part.learner.contributions(wide)
    if values is None:
        return None
    if wide.text is not None and values.shape[1] == len(wide.features) + 1:
        values = np.insert(values, -1, 0.0, axis=1)
    to_shares = kind is ProblemKind.BINARY and part.learner.contribution_scale == "log-odds"
    return _rescaled(values, from_logit) if to_shares else values


def _rescaled(values: Array, scale: Callable[[Array], Array]) -> Array:
    """Return contributions to ``scale`` of what they add up to, in their proportions.

    Parameters
    ----------
    values : float64 array of shape (n_rows, n_features + 1, n_outputs)
    scale : callable
        Rising; takes and returns shape (n_rows, n_outputs).
    """
    base, step = values[:, -1, :], values[:, :-1, :].sum(axis=1)
    step = np.where(np.abs(step) < LEAST_STEP, LEAST_STEP, step)
    start = scale(base)
    factor = (scale(base + step) - start) / step
    found: Array = values * factor[:, None, :]
    found[:, -1, :] = start
    return found


def _log_share(share: Array) -> Array:
    logarithm: Array = np.log(np.maximum(share, LEAST_SHARE))
    return logarithm


def _features(encoder: Encoder, matrix: Matrix, part: LoadedPart) -> tuple[Feature, ...]:
    source = text_source(encoder)
    words = () if matrix.text is None else (Feature(WORDS, source),)
    return matrix.features + part.side.sourced(source) + words
