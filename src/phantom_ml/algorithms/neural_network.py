"""NeuralNetwork: a multilayer perceptron for tables (RealMLP, Holzmüller et al., 2024, arXiv:2407.04491)."""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from phantom_ml.algorithms._deep.mlp import NeuralNetworkLearner
from phantom_ml.algorithms._deep.settings import NetworkSettings
from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Samples

#: How much faster values are learned than classes. Source: RealMLP.
VALUES_FACTOR = 5.0


@algorithms.add("NeuralNetwork")
class NeuralNetwork(NetworkSettings):
    """A multilayer perceptron with embedded numbers and categories, trained in torch; scores without it.

    The settings are the tuned defaults of RealMLP; values are learned five times as fast as classes.
    """

    name: ClassVar[str] = "NeuralNetwork"
    learner: ClassVar[type[Learner]] = NeuralNetworkLearner
    quick: ClassVar[dict[str, Setting]] = {"n_epochs": 30, "width": 64}

    width: int = bounded(256, 32, 512, log=True, description="Units of a hidden layer.")
    n_hidden: int = bounded(3, 1, 4, description="Hidden layers.")
    learning_rate: float = bounded(
        0.04, 0.005, 0.3, log=True, description="Step of classes; values take five times as much."
    )
    dropout: float = bounded(0.15, 0.0, 0.5, description="Share of units that a step leaves out.")
    weight_decay: float = bounded(0.02, 1e-4, 0.2, log=True, description="Of a step's rate.")
    frequency: float = bounded(
        0.1, 0.02, 1.0, log=True, description="How fast the waves of a number turn, at first."
    )
    n_epochs: int = Field(256, ge=1, le=10_000, description="Passes over the rows, at most.")
    batch_size: int = Field(
        256,
        ge=8,
        le=65_536,
        description="Rows of a step, at most: few epochs of few rows take fewer.",
    )

    def fit(
        self, train: Samples, valid: Samples | None, context: FitContext
    ) -> NeuralNetworkLearner:
        """Return the network of the best epoch on ``valid``, or of the last one without it."""
        from phantom_ml.algorithms._deep.tabular import Choices, fit_tabular

        faster = VALUES_FACTOR if context.kind is ProblemKind.REGRESSION else 1.0
        choices = Choices(
            hidden=(self.width,) * self.n_hidden,
            learning_rate=self.learning_rate * faster,
            dropout=self.dropout,
            weight_decay=self.weight_decay,
            frequency=self.frequency,
            label_smoothing=self.label_smoothing,
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            device=self.device,
        )
        return fit_tabular(choices, train, valid, context)
