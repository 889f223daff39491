"""Complex exponential smoothing: level and the part beside it turn around each other as a complex number.

Source: Svetunkov, Kourentzes & Ord, "Complex exponential smoothing", Naval Research Logistics 69 (2022),
doi:10.1002/nav.22074.
"""

from __future__ import annotations

from typing import ClassVar, Literal

from phantom_ml.config.bounds import choice
from phantom_ml.forecasters.base import FittedForecaster, forecasters
from phantom_ml.forecasters.statistical.base import FittedStatistical, Model, StatisticalSettings


class FittedCES(FittedStatistical):
    """Forecasts of complex exponential smoothing."""

    forecaster: ClassVar[str] = "CES"


@forecasters.add("CES")
class CES(StatisticalSettings):
    """Complex exponential smoothing; strong on long seasonal series such as hourly ones."""

    name: ClassVar[str] = "CES"
    fitted: ClassVar[type[FittedForecaster]] = FittedCES
    #: Of more steps one series takes minutes.
    max_season: ClassVar[int] = 48

    season: Literal["chosen", "full", "partial", "none"] = choice(
        "chosen",
        ("chosen", "full", "partial", "none"),
        description="The kind of season; chosen: by AICc.",
    )

    def model(self, season: int) -> Model:
        """Return the library's model."""
        from statsforecast.models import AutoCES as Library

        kinds = {"chosen": "Z", "full": "F", "partial": "P", "none": "N"}
        model: Model = Library(
            season_length=season, model=kinds[self.season] if season > 1 else "N"
        )
        return model
