"""Baseline: the shares of the classes, or the mean; what every other algorithm has to beat."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.algorithms.base import AlgorithmSettings, FitContext, Learner, algorithms
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.parts.arrays import load_arrays, require, save_arrays
from phantom_ml.parts.spreads import mean_and_deviation


@dataclass
class BaselineLearner(Learner):
    """The same answer for every row.

    Attributes
    ----------
    answer : float64 array of shape (n_outputs,)
    """

    algorithm: ClassVar[str] = "Baseline"
    answer: NDArray[np.float64]

    def predict(self, matrix: Matrix, n_threads: int = 1) -> NDArray[np.float64]:
        """Return the answer once a row."""
        return np.tile(self.answer, (matrix.n_rows, 1))

    def save(self, folder: Path) -> None:
        """Write the answer."""
        save_arrays(folder, {"answer": self.answer})

    @classmethod
    def load(cls, folder: Path) -> BaselineLearner:
        """Return the saved learner; raises BundleDamaged."""
        arrays, _ = load_arrays(folder, {"answer": (np.float64, 1)})
        answer = arrays["answer"]
        require(answer.size > 0 and bool(np.isfinite(answer).all()), "the answer is not finite")
        return cls(answer)


@algorithms.add("Baseline")
class Baseline(AlgorithmSettings):
    """Answers every row with the share of each class, or with the mean of the target.

    It looks at no feature. It is the floor of a leaderboard: an algorithm that does not beat it has
    found nothing.
    """

    name: ClassVar[str] = "Baseline"
    learner: ClassVar[type[Learner]] = BaselineLearner
    known_failures: ClassVar[dict[str, str]] = {
        "learns_a_simple_rule": "It looks at no feature, on purpose."
    }

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> BaselineLearner:
        """Return the learner that knows the shares or the mean of ``train``."""
        return BaselineLearner(_answer(train, context))


def _answer(train: Samples, context: FitContext) -> NDArray[np.float64]:
    weight = np.ones(len(train.target)) if train.weight is None else train.weight
    if context.kind is ProblemKind.REGRESSION:
        return np.array([mean_and_deviation(train.target.astype(np.float64), weight)[0]])
    total = max(float(weight.sum()), np.finfo(np.float64).tiny)
    codes = train.target.astype(np.int64)
    shares = np.bincount(codes, weights=weight, minlength=context.n_classes) / total
    return shares[1:2] if context.kind is ProblemKind.BINARY else shares
