"""ForecastSpec: a blend of forecasters as data; every word of it is checked before a part is opened."""

from __future__ import annotations

import itertools
import math
from typing import Literal

from pydantic import Field, ValidationInfo, field_validator

from phantom_ml.config import AutoMLTaskType, ProblemKind, Settings


class SeriesFacts(Settings):
    """What a forecast is made of: how many series, their step, their season, and how far ahead it goes."""

    n_series: int
    frequency: str = Field(description="The step that was declared or found: 1h, 1d, 1mo, ...")
    season: int = Field(description="Steps of the season that was declared or found; 1: none.")
    horizon: int = Field(description="Steps ahead.")

    @property
    def text(self) -> str:
        """Return the series, their step and their season, in words.

        Examples
        --------
        >>> SeriesFacts(n_series=2, frequency="5m", season=288, horizon=12).text
        '2 series, a step of 5m, a season of 288 steps'
        """
        season = f"a season of {self.season:,} steps" if self.season > 1 else "no season"
        return f"{self.n_series:,} series, a step of {self.frequency}, {season}"


class ForecastMember(Settings):
    """One forecaster of a blend, and the folder of the bundle that it lies in."""

    forecaster: str
    weight: float = Field(gt=0, le=1)
    folder: str


class ForecastSpec(Settings):
    """All that is needed to turn the history in the bundle into a forecast."""

    task_type: Literal[AutoMLTaskType.TIME_SERIES] = AutoMLTaskType.TIME_SERIES
    kind: Literal[ProblemKind.FORECAST] = ProblemKind.FORECAST
    target: str
    horizon: int = Field(ge=1, description="Steps ahead that were asked for.")
    levels: tuple[float, ...] = Field(min_length=1, description="Of the quantiles, ascending.")
    members: tuple[ForecastMember, ...] = Field(min_length=1)
    stretch: tuple[float, ...] = Field(
        (), description="By level, how much farther out its quantile lies than the members say."
    )
    threshold: None = None

    @field_validator("levels")
    @classmethod
    def _levels_rise(cls, levels: tuple[float, ...]) -> tuple[float, ...]:
        ends = (0.0, *levels, 1.0)
        if any(a >= b for a, b in itertools.pairwise(ends)):
            raise ValueError(f"levels must ascend between 0 and 1, not {levels}")
        return levels

    @field_validator("stretch")
    @classmethod
    def _one_a_level(cls, stretch: tuple[float, ...], info: ValidationInfo) -> tuple[float, ...]:
        if stretch and len(stretch) != len(info.data.get("levels", ())):
            raise ValueError(f"stretch must have one number a level, not {len(stretch)}")
        if not all(1.0 <= factor < math.inf for factor in stretch):
            raise ValueError(f"stretch must be at least 1, not {stretch}")
        return stretch
