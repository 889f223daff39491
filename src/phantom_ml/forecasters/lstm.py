"""LSTM: a recurrent network over patches of the past, one for all series, that tells all steps ahead at once.

Source: Hochreiter & Schmidhuber, "Long Short-Term Memory", Neural Computation 9, 1997,
doi:10.1162/neco.1997.9.8.1735; quantiles of all steps at once: Wen, Torkkola, Narayanaswamy & Madeka, "A
Multi-Horizon Quantile Recurrent Forecaster", 2017, arXiv:1711.11053.
"""

from __future__ import annotations

from typing import ClassVar

from phantom_ml.config.bounds import Setting, bounded
from phantom_ml.forecasters._networks.base import FittedNetwork, NetworkForecasterSettings
from phantom_ml.forecasters._networks.forward import Sizes
from phantom_ml.forecasters.base import ForecastContext, forecasters
from phantom_ml.forecasters.series.grid import SeriesSet


class FittedLSTM(FittedNetwork):
    """A fitted LSTM."""

    forecaster: ClassVar[str] = "LSTM"


@forecasters.add("LSTM")
class LSTM(NetworkForecasterSettings):
    """A recurrent network over patches of the past, one for all series; for minutes, not seconds."""

    name: ClassVar[str] = "LSTM"
    quick: ClassVar[dict[str, Setting]] = {"n_epochs": 5, "width": 16, "max_windows": 500}
    fitted: ClassVar[type[FittedNetwork]] = FittedLSTM

    width: int = bounded(64, 16, 256, log=True, description="Units of a layer's state.")
    n_layers: int = bounded(1, 1, 2, description="LSTM layers over the patches.")
    learning_rate: float = bounded(
        0.005, 5e-4, 0.05, log=True,
        description="Largest step: it rises for a twentieth of the time, then falls.",
    )  # fmt: skip

    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedNetwork:
        """Return one network for all series; raises nothing for short or constant ones."""
        return self.fit_sizes(Sizes(self.width, self.n_layers), self.learning_rate, series, context)
