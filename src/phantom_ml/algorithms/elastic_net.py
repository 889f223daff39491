"""ElasticNet: linear models with L1 and L2 penalties (Zou & Hastie, 2005)."""

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
from phantom_ml.data.matrix import Samples


class ElasticNetLearner(LinearLearner):
    """Weights of which many are 0."""

    algorithm: ClassVar[str] = "ElasticNet"


@algorithms.add("ElasticNet")
class ElasticNet(AlgorithmSettings):
    """A linear model whose L1 penalty leaves out columns, for values and for log-odds of classes.

    It takes the same columns as LogisticRegression. The target of a regression is standardised, so
    that the penalty means the same for every unit.
    """

    name: ClassVar[str] = "ElasticNet"
    learner: ClassVar[type[Learner]] = ElasticNetLearner
    quick: ClassVar[dict[str, Setting]] = {"max_iterations": 50}
    reads_text: ClassVar[bool] = True
    can_stop: ClassVar[bool] = True

    alpha: float = bounded(1e-4, 1e-7, 1.0, log=True, description="Weight of both penalties.")
    l1_ratio: float = bounded(0.5, 0.0, 1.0, description="Share of the L1 penalty.")
    scaling: Scaling = choice("robust", SCALINGS, description=SCALING_WORDS)
    max_iterations: int = Field(400, ge=1, le=10_000, description="Steps of L-BFGS, at most.")

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> ElasticNetLearner:
        """Return the weights of least penalised loss on ``train``."""
        penalty = Penalty(self.alpha * self.l1_ratio, self.alpha * (1.0 - self.l1_ratio))
        design, answer, weights = fit_linear(
            train, context, lambda _: penalty, self.max_iterations, self.scaling
        )
        learner = ElasticNetLearner(
            context.kind,
            design,
            weights.coefficients.astype(np.float32),
            weights.intercept,
            answer.unit,
        )
        learner.is_cut_short = weights.is_cut_short
        return learner
