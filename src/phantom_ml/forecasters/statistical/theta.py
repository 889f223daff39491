"""Theta: the average of a straight line and of exponential smoothing of a bent series, optimised.

Source: Fiorucci, Pellegrini, Louzada, Petropoulos & Koehler, "Models for optimising the theta method and
their relationship to state space models", Int. J. of Forecasting 32 (2016),
doi:10.1016/j.ijforecast.2016.02.005.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from phantom_ml.config.bounds import choice
from phantom_ml.forecasters.base import FittedForecaster, forecasters
from phantom_ml.forecasters.statistical.base import FittedStatistical, Model, StatisticalSettings
from phantom_ml.forecasters.statistical.smoothing_spread import WithSpread, theta_spread


class FittedTheta(FittedStatistical):
    """Forecasts of the theta family."""

    forecaster: ClassVar[str] = "Theta"


@forecasters.add("Theta")
class Theta(StatisticalSettings):
    """A straight line and exponential smoothing, averaged; fast, and hard to beat on short series."""

    name: ClassVar[str] = "Theta"
    fitted: ClassVar[type[FittedForecaster]] = FittedTheta

    variant: Literal["STM", "OTM", "DSTM", "DOTM"] = choice(
        "DOTM",
        ("STM", "OTM", "DSTM", "DOTM"),
        description="Standard or optimised weight of the line, static or dynamic line.",
    )
    decomposition: Literal["multiplicative", "additive"] = choice(
        "multiplicative", ("multiplicative", "additive"), description="How the season is taken out."
    )

    def model(self, season: int) -> Model:
        """Return the library's model, its quantiles told by formula."""
        from statsforecast.models import AutoTheta as Library

        library = Library(
            season_length=season, model=self.variant, decomposition_type=self.decomposition
        )
        return WithSpread(library, theta_spread)
