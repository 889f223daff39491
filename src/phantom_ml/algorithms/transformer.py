"""Transformer: attention over the features of a row and the bytes of its strings.

Source: FT-Transformer (Gorishniy et al., "Revisiting Deep Learning Models for Tabular Data", 2021,
arXiv:2106.11959).
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from phantom_ml.algorithms._deep.settings import NetworkSettings
from phantom_ml.algorithms._deep.transformer_learner import TransformerLearner
from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.data.matrix import Samples


@algorithms.add("Transformer")
class Transformer(NetworkSettings):
    """Attention over a row's numbers, categories and the bytes of its strings, which are read as they are.

    Trained in torch from scratch; scores without it. Of its defaults, a step of 256 rows with 30 features
    and a URL takes about a tenth of a second on one core: it is for minutes, not seconds.
    """

    name: ClassVar[str] = "Transformer"
    learner: ClassVar[type[Learner]] = TransformerLearner
    quick: ClassVar[dict[str, Setting]] = {
        "n_epochs": 20, "width": 16, "n_blocks": 1, "batch_size": 64, "learning_rate": 0.005,
    }  # fmt: skip
    reads_strings: ClassVar[bool] = True

    width: int = bounded(64, 16, 192, log=True, description="Numbers of a token.")
    n_blocks: int = bounded(2, 1, 4, description="Blocks of attention over a row's tokens.")
    n_heads: int = bounded(4, 1, 8, description="Heads of a block's attention.")
    n_text_blocks: int = bounded(
        1,
        1,
        3,
        description="Blocks of attention over a string's bytes; the last one pools them.",
    )
    learning_rate: float = bounded(
        0.002,
        1e-4,
        0.01,
        log=True,
        description="Largest step: it rises for a twentieth of the time, then falls.",
    )
    dropout: float = bounded(0.1, 0.0, 0.5, description="Share of units that a step leaves out.")
    weight_decay: float = bounded(0.02, 1e-4, 0.5, log=True, description="Of a step's rate.")
    frequency: float = bounded(
        0.1, 0.02, 1.0, log=True, description="How fast the waves of a number turn, at first."
    )
    n_epochs: int = Field(40, ge=1, le=10_000, description="Passes over the rows, at most.")
    batch_size: int = Field(
        256, ge=8, le=65_536, description="Rows of a step, at most: a small table takes fewer."
    )

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> TransformerLearner:
        """Return the transformer of the best epoch on ``valid``, or of the last one without it."""
        from phantom_ml.algorithms._deep.fit_transformer import Choices, fit_transformer
        from phantom_ml.algorithms._deep.transformer_net import Sizes

        choices = Choices(
            sizes=Sizes(self.width, self.n_heads, self.n_blocks, self.n_text_blocks),
            learning_rate=self.learning_rate,
            dropout=self.dropout,
            weight_decay=self.weight_decay,
            frequency=self.frequency,
            label_smoothing=self.label_smoothing,
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            device=self.device,
        )
        return fit_transformer(choices, train, valid, context)
