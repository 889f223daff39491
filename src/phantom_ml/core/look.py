"""A quick look at the two parts: how far a random split flatters, and whether the rows are of another kind.

Source of the second: Lopez-Paz & Oquab, "Revisiting Classifier Two-Sample Tests", ICLR 2017.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import FitContext, algorithms
from phantom_ml.automl.holdout import Holdout
from phantom_ml.automl.problem import Problem
from phantom_ml.config import ProblemKind, Settings
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.metrics.average_precision import average_precision
from phantom_ml.metrics.base import Metric
from phantom_ml.metrics.roc_auc import roc_auc
from phantom_ml.model.pipeline import Pipeline

#: A quick model answers the question: so many rounds on so many rows of each part.
ROUNDS, ROWS = 60, 8_000
#: Fewer benign rows of a part than this tell nothing of drift.
LEAST_ROWS = 100
SETTINGS = {"learning_rate": 0.15, "num_leaves": 31, "min_data_in_leaf": 20}


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
    drift : float or None
        ROC AUC with which benign rows of the test part are told from those of the development part, by what
        does not look at the clock.
    """

    optimism: Optimism | None
    drift: float | None


def look(holdout: Holdout, pipeline: Pipeline) -> Look:
    """Return how far a random split flatters, and how far the test part is of another kind."""
    if holdout.test is None:
        return Look(None, None)
    rng = np.random.default_rng(0)
    old, new = (_samples(p, pipeline, rng) for p in (holdout.development, holdout.test))
    return Look(_optimism(old, new, rng), drift(old, new, pipeline.encoder.timeless, rng))


def _samples(problem: Problem, pipeline: Pipeline, rng: np.random.Generator) -> Samples:
    rows = _some(problem.frame.height, rng)
    matrix = pipeline.encode(problem.frame[rows])
    plain = Matrix(matrix.values, matrix.features)
    return Samples(plain, problem.target.values[rows].astype(np.int64))


def _optimism(old: Samples, new: Samples, rng: np.random.Generator) -> Optimism | None:
    whole = Samples(_below(old.matrix, new.matrix), np.concatenate([old.target, new.target]))
    mixed = rng.permutation(len(whole.target))
    seen, rest = (np.sort(part) for part in np.split(mixed, [len(old.target)]))
    on_test = _score(old, new, average_precision)
    at_random = _score(whole.rows(seen), whole.rows(rest), average_precision)
    if not np.isfinite([on_test, at_random]).all():
        return None
    return Optimism(on_test=on_test, at_random=at_random)


def drift(
    old: Samples, new: Samples, timeless: list[int], rng: np.random.Generator
) -> float | None:
    """Return the ROC AUC with which new benign rows are told from old ones; None where they are too few.

    Parameters
    ----------
    old, new : Samples
        Encoded alike; class 0 is benign.
    timeless : list of int
        The columns that do not look at the clock.
    rng : numpy.random.Generator
    """
    benign = [part.rows(np.flatnonzero(part.target == 0)) for part in (old, new)]
    matrix = _below(*(part.matrix.columns(timeless) for part in benign))
    which = np.repeat([0, 1], [len(part.target) for part in benign])
    if not timeless or min(np.bincount(which, minlength=2)) < LEAST_ROWS:
        return None
    rows = Samples(matrix, which)
    halves = np.split(rng.permutation(len(which))[: len(which) // 2 * 2], 2)
    one, two = (rows.rows(np.sort(half)) for half in halves)
    found = (_score(one, two, roc_auc) + _score(two, one, roc_auc)) / 2.0
    return float(found) if np.isfinite(found) else None


def _some(n_rows: int, rng: np.random.Generator) -> NDArray[np.int64]:
    if n_rows <= ROWS:
        return np.arange(n_rows)
    return np.sort(rng.choice(n_rows, ROWS, replace=False))


def _below(one: Matrix, other: Matrix) -> Matrix:
    """Return both matrices as one, numbers and categories alone."""
    return Matrix(np.concatenate([one.values, other.values]), one.features)


def _score(train: Samples, test: Samples, metric: Metric) -> float:
    if len(np.unique(train.target)) < 2:
        return float("nan")
    context = FitContext(ProblemKind.BINARY, 2, 0, 1, n_rounds=ROUNDS)
    learner = algorithms.get("LightGBM").model_validate(SETTINGS).fit(train, None, context)
    return metric.score(test.target, learner.predict(test.matrix))
