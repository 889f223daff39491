"""Transformer: attention between patches of the past, one for all series, that tells all steps ahead at once.

Source: Nie, Nguyen, Sinthong & Kalagnanam, "A Time Series is Worth 64 Words: Long-term Forecasting with
Transformers" (PatchTST), ICLR 2023, arXiv:2211.14730.
"""

from __future__ import annotations

from typing import ClassVar

from phantom_ml.config.bounds import Setting, bounded
from phantom_ml.forecasters._networks.base import FittedNetwork, NetworkForecasterSettings
from phantom_ml.forecasters._networks.forward import Sizes
from phantom_ml.forecasters.base import ForecastContext, forecasters
from phantom_ml.forecasters.series.grid import SeriesSet


class FittedTransformer(FittedNetwork):
    """A fitted transformer."""

    forecaster: ClassVar[str] = "Transformer"


@forecasters.add("Transformer")
class Transformer(NetworkForecasterSettings):
    """Attention between patches of the past, one network for all series; for minutes, not seconds."""

    name: ClassVar[str] = "Transformer"
    quick: ClassVar[dict[str, Setting]] = {
        "n_epochs": 5, "width": 16, "n_blocks": 1, "max_windows": 500,
    }  # fmt: skip
    fitted: ClassVar[type[FittedNetwork]] = FittedTransformer

    width: int = bounded(64, 16, 192, log=True, description="Numbers of a token.")
    n_blocks: int = bounded(2, 1, 4, description="Blocks of attention between the patches.")
    n_heads: int = bounded(4, 1, 8, description="Heads of a block's attention.")
    learning_rate: float = bounded(
        0.002, 1e-4, 0.01, log=True,
        description="Largest step: it rises for a twentieth of the time, then falls.",
    )  # fmt: skip

    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedNetwork:
        """Return one network for all series; raises nothing for short or constant ones."""
        sizes = Sizes(self.width, self.n_blocks, self.n_heads)
        return self.fit_sizes(sizes, self.learning_rate, series, context)
