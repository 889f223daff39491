"""ARIMA whose orders are found step by step, seasonal ones included.

Source: Hyndman & Khandakar, "Automatic time series forecasting: the forecast package for R", J. of
Statistical Software 27 (2008), doi:10.18637/jss.v027.i03.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from phantom_ml.config.bounds import Setting, bounded, choice
from phantom_ml.forecasters.base import FittedForecaster, forecasters
from phantom_ml.forecasters.statistical.base import FittedStatistical, Model, StatisticalSettings

#: From this season on the orders are compared by the conditional likelihood, a tenth of the time.
APPROXIMATE_SEASON = 13


class FittedAutoARIMA(FittedStatistical):
    """Forecasts of ARIMA."""

    forecaster: ClassVar[str] = "AutoARIMA"


@forecasters.add("AutoARIMA")
class AutoARIMA(StatisticalSettings):
    """ARIMA with orders by AICc; strong on correlated series, slow on long seasons."""

    name: ClassVar[str] = "AutoARIMA"
    fitted: ClassVar[type[FittedForecaster]] = FittedAutoARIMA
    #: More steps make the state so large that one series takes minutes.
    max_season: ClassVar[int] = 60
    quick: ClassVar[dict[str, Setting]] = {
        "max_length": 40,
        "max_models": 5,
        "max_order": 1,
        "approximate": True,
    }

    approximate: Literal[True, False] = choice(
        False,
        (True, False),
        description="Compare orders by the conditional likelihood; long seasons always are.",
    )
    max_order: int = bounded(5, 1, 8, description="Sum of all orders, at most.")
    max_models: int = bounded(30, 5, 94, log=True, description="Models tried for a series.")

    def model(self, season: int) -> Model:
        """Return the library's model."""
        from statsforecast.models import AutoARIMA as Library

        model: Model = Library(
            season_length=season,
            max_order=self.max_order,
            nmodels=self.max_models,
            approximation=self.approximate or season >= APPROXIMATE_SEASON,
        )
        return model
