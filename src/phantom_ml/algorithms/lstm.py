"""LSTM: a recurrent network over the last events of each row's entity, joined with the row itself.

Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9, 1997,
doi:10.1162/neco.1997.9.8.1735.
"""

from __future__ import annotations

from typing import ClassVar

from pydantic import Field

from phantom_ml.algorithms._deep.lstm_learner import LSTMLearner
from phantom_ml.algorithms._deep.settings import NetworkSettings
from phantom_ml.algorithms.base import FitContext, Learner, Setting, algorithms, bounded
from phantom_ml.data.matrix import Samples


@algorithms.add("LSTM")
class LSTM(NetworkSettings):
    """A recurrent network over the last events of each row's entity, whose order it sees, beside the row itself.

    Trained in torch from scratch; scores without it. Where a table has no time or no entity, it is a network
    over the row alone, and a warning of the training says so: name ``time_column`` and ``group_columns``. Of
    its defaults, a step of 256 rows with 20 events before each takes about a fiftieth of a second on one core.
    """

    name: ClassVar[str] = "LSTM"
    learner: ClassVar[type[Learner]] = LSTMLearner
    quick: ClassVar[dict[str, Setting]] = {"n_epochs": 15, "width": 16, "batch_size": 64}
    reads_history: ClassVar[bool] = True

    width: int = bounded(64, 16, 256, log=True, description="Units of a layer's state.")
    n_layers: int = bounded(1, 1, 2, description="LSTM layers over the events.")
    learning_rate: float = bounded(
        0.01,
        5e-4,
        0.05,
        log=True,
        description="Largest step: it rises for a twentieth of the time, then falls.",
    )
    dropout: float = bounded(0.1, 0.0, 0.5, description="Share of units that a step leaves out.")
    weight_decay: float = bounded(0.02, 1e-4, 0.5, log=True, description="Of a step's rate.")
    n_epochs: int = Field(40, ge=1, le=10_000, description="Passes over the rows, at most.")
    batch_size: int = Field(
        256, ge=8, le=65_536, description="Rows of a step, at most: a small table takes fewer."
    )

    def fit(self, train: Samples, valid: Samples | None, context: FitContext) -> LSTMLearner:
        """Return the network of the best epoch on ``valid``, or of the last one without it."""
        from phantom_ml.algorithms._deep.fit_lstm import Choices, fit_lstm
        from phantom_ml.algorithms._deep.lstm_net import Sizes

        choices = Choices(
            sizes=Sizes(self.width, self.n_layers),
            learning_rate=self.learning_rate,
            dropout=self.dropout,
            weight_decay=self.weight_decay,
            label_smoothing=self.label_smoothing,
            n_epochs=self.n_epochs,
            batch_size=self.batch_size,
            device=self.device,
        )
        return fit_lstm(choices, train, valid, context)
