"""LogisticRegression: linear log-odds with an L2 penalty, on numbers, levels and hashed text."""

from __future__ import annotations

from typing import ClassVar

import numpy as np
from pydantic import Field

from phantom_ml.algorithms._linear.design import SCALING_WORDS, SCALINGS, Scaling
from phantom_ml.algorithms._linear.learner import LinearLearner, fit_linear
from phantom_ml.algorithms._linear.losses import Penalty
from phantom_ml.algorithms.base import (
    AlgorithmSettings,
    FitContext,
    Learner,
    Setting,
    algorithms,
    bounded,
    choice,
)
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples


class LogisticRegressionLearner(LinearLearner):
    """Weights whose sum is the log-odds of a class."""

    algorithm: ClassVar[str] = "LogisticRegression"


@algorithms.add("LogisticRegression")
class LogisticRegression(AlgorithmSettings):
    """Linear log-odds with an L2 penalty, fitted by L-BFGS.

    Numbers are made robust to heavy tails, or by ``scaling`` become normal scores; categories become
    one column a level, and hashed text is read as it is. Fast.
    """

    name: ClassVar[str] = "LogisticRegression"
    learner: ClassVar[type[Learner]] = LogisticRegressionLearner
    kinds: ClassVar[frozenset[ProblemKind]] = frozenset(
        {ProblemKind.BINARY, ProblemKind.MULTICLASS}
    )
    quick: ClassVar[dict[str, Setting]] = {"max_iterations": 50}
    reads_text: ClassVar[bool] = True
    can_stop: ClassVar[bool] = True

    C: float = bounded(1.0, 1e-4, 1e4, log=True, description="Inverse of the L2 penalty.")
    scaling: Scaling = choice("robust", SCALINGS, description=SCALING_WORDS)
    max_iterations: int = Field(300, ge=1, le=10_000, description="Steps of L-BFGS, at most.")

    def fit(
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> LogisticRegressionLearner:
        """Return the weights of least penalised log loss on ``train``."""
        design, answer, weights = fit_linear(
            train,
            context,
            lambda rows: Penalty(0.0, 1.0 / (self.C * rows)),
            self.max_iterations,
            self.scaling,
        )
        learner = LogisticRegressionLearner(
            context.kind,
            design,
            weights.coefficients.astype(np.float32),
            weights.intercept,
            answer.unit,
        )
        learner.is_cut_short = weights.is_cut_short
        return learner
