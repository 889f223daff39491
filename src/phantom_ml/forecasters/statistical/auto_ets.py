"""Exponential smoothing in state space form, its kinds of error, trend and season chosen by AICc.

Source: Hyndman, Koehler, Snyder & Grose, "A state space framework for automatic forecasting using
exponential smoothing methods", Int. J. of Forecasting 18 (2002), doi:10.1016/S0169-2070(01)00110-8.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from phantom_ml.config.bounds import choice
from phantom_ml.forecasters.base import FittedForecaster, forecasters
from phantom_ml.forecasters.statistical.base import FittedStatistical, Model, StatisticalSettings
from phantom_ml.forecasters.statistical.smoothing_spread import WithSpread, smoothing_spread


class FittedAutoETS(FittedStatistical):
    """Forecasts of exponential smoothing."""

    forecaster: ClassVar[str] = "AutoETS"


@forecasters.add("AutoETS")
class AutoETS(StatisticalSettings):
    """Exponential smoothing whose kind is chosen for each series; strong on short and monthly ones."""

    name: ClassVar[str] = "AutoETS"
    fitted: ClassVar[type[FittedForecaster]] = FittedAutoETS
    #: Longer ones would need a state for each of their steps; the library ignores them.
    max_season: ClassVar[int] = 24

    damped: Literal[True, False] = choice(
        False, (True, False), description="Let every trend fade, not only where AICc prefers it."
    )

    def model(self, season: int) -> Model:
        """Return the library's model, its quantiles told by formula."""
        from statsforecast.models import AutoETS as Library

        library = Library(
            season_length=season,
            model="ZZZ",
            damped=True if self.damped else None,
        )
        return WithSpread(library, smoothing_spread)
