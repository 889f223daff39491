"""A quick look at the two parts: how far a random split flatters, and whether the rows are of another kind."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.preparation.holdout import Holdout
from phantom_ml.automl.question.problem import Problem
from phantom_ml.config import Settings
from phantom_ml.core.drift import ROWS, Drift, drift, quick_scores
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.metrics.average_precision import average_precision
from phantom_ml.model.pipeline import Pipeline


class Optimism(Settings):
    """Average precision of one quick model: on the test part, and on rows drawn at random from all."""

    on_test: float
    at_random: float

    @property
    def gap(self) -> float:
        """Return how much the random split flatters."""
        return self.at_random - self.on_test

    def line(self) -> str:
        """Return the figures in words."""
        return (
            f"Optimism gap   {self.gap:+.4f}: a quick model has an average precision of {self.on_test:.4f} "
            f"on the test part, {self.at_random:.4f} on rows drawn at random"
        )


@dataclass(frozen=True)
class Look:
    """What a quick model tells of the two parts.

    Attributes
    ----------
    optimism : Optimism or None
    drift : Drift or None
        How well benign rows of the test part are told from those of the development part, by what does not
        look at the clock.
    """

    optimism: Optimism | None
    drift: Drift | None


def look(holdout: Holdout, pipeline: Pipeline) -> Look:
    """Return how far a random split flatters, and how far the test part is of another kind."""
    if holdout.test is None:
        return Look(None, None)
    rng = np.random.default_rng(0)
    old = _samples(holdout.development, _begun(pipeline, holdout.development), rng)
    new = _samples(holdout.test, among(pipeline, holdout.test), rng)
    timeless = {pipeline.encoder.features[place].name for place in pipeline.encoder.timeless}
    return Look(_optimism(old, new, rng), drift(holdout.development, holdout.test, timeless))


def among(pipeline: Pipeline, problem: Problem) -> Pipeline:
    """Return a model for rows of a problem, where others without an answer happened beside them.

    ``pipeline`` counts as past what came before all of them.
    """
    beside = problem.unlabelled
    return pipeline if beside is None else pipeline.among(beside.below(problem.frame))


def _begun(pipeline: Pipeline, problem: Problem) -> Pipeline:
    """Return a model for the rows that it learned from, where others without an answer happened beside them."""
    past = pipeline.encoder.past
    if past is None or problem.unlabelled is None:
        return pipeline
    encoder = replace(pipeline.encoder, past=past.forgotten())
    return among(replace(pipeline, encoder=encoder), problem)


def _samples(problem: Problem, pipeline: Pipeline, rng: np.random.Generator) -> Samples:
    rows = _some(problem.frame.height, rng)
    matrix = pipeline.encode(problem.frame[rows])
    plain = Matrix(matrix.values, matrix.features)
    return Samples(plain, problem.target.values[rows].astype(np.int64))


def _optimism(old: Samples, new: Samples, rng: np.random.Generator) -> Optimism | None:
    whole = Samples(_below(old.matrix, new.matrix), np.concatenate([old.target, new.target]))
    mixed = rng.permutation(len(whole.target))
    seen, rest = (np.sort(part) for part in np.split(mixed, [len(old.target)]))
    on_test = _precision(old, new)
    at_random = _precision(whole.rows(seen), whole.rows(rest))
    if not np.isfinite([on_test, at_random]).all():
        return None
    return Optimism(on_test=on_test, at_random=at_random)


def _some(n_rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if n_rows <= ROWS:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, ROWS, replace=False))


def _below(one: Matrix, other: Matrix) -> Matrix:
    """Return both matrices as one, numbers and categories alone."""
    return Matrix(np.concatenate([one.values, other.values]), one.features)


def _precision(train: Samples, test: Samples) -> float:
    if len(np.unique(train.target)) < 2:
        return float("nan")
    return average_precision.score(test.target, quick_scores(train, test.matrix)[:, None])
