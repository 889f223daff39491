"""What a forecaster promises: it is its settings, and a fit returns what predicts and saves itself.

A forecaster is one file with one class of bounded settings, derived from ForecasterSettings and filed by
``@forecasters.add(name)``. Back-tests, blends and budgets of a whole run are decided elsewhere.
"""

from __future__ import annotations

import importlib.util
from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config.bounds import BoundedSettings, Setting
from phantom_ml.errors import BadSetting
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.process.deadline import Deadline
from phantom_ml.registry import Registry

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class ForecastContext:
    """All that a fit needs to know beside its series.

    Attributes
    ----------
    horizon : int
        Steps ahead that are asked for, at least 1; what is fitted predicts longer ones too.
    levels : tuple of float
        Quantiles to predict, ascending, strictly between 0 and 1.
    seed : int
    n_threads : int
        Never more threads than this.
    deadline : Deadline
        A forecaster stops here: series that were not reached are left to the seasonal naive.

    Raises
    ------
    BadSetting
        The horizon or a level cannot be.
    """

    horizon: int
    levels: tuple[float, ...] = (0.1, 0.5, 0.9)
    seed: int = 0
    n_threads: int = 1
    deadline: Deadline = field(default_factory=Deadline.never)

    def __post_init__(self) -> None:
        if self.horizon < 1:
            raise BadSetting(f"The horizon is {self.horizon}.", "Ask for 1 step at least.")
        rising = all(a < b for a, b in zip(self.levels, self.levels[1:], strict=False))
        if not rising or not all(0.0 < level < 1.0 for level in self.levels):
            raise BadSetting(
                f"The quantiles are {list(self.levels)}.", "Give ascending numbers between 0 and 1."
            )


@dataclass(frozen=True, eq=False)
class Forecast:
    """What is expected of each series.

    Attributes
    ----------
    mean : array of shape (n_series, horizon)
        The point forecast, in the value's unit; always finite.
    quantiles : array of shape (n_series, horizon, n_levels)
        Ascending along the last axis.
    levels : tuple of float
    """

    mean: Floats
    quantiles: Floats
    levels: tuple[float, ...]

    @property
    def horizon(self) -> int:
        """Return the number of steps."""
        return int(self.mean.shape[1])

    @property
    def away(self) -> Floats:
        """Return how far the quantiles lie from the point forecast, of their shape."""
        return self.quantiles - self.mean[:, :, None]

    def first(self, horizon: int) -> Forecast:
        """Return the first steps alone."""
        return Forecast(self.mean[:, :horizon], self.quantiles[:, :horizon], self.levels)

    def around(self, mean: Floats) -> Forecast:
        """Return another point forecast (n_series, horizon) with quantiles as far from it as here."""
        return Forecast(
            mean, mean[:, :, None] + self.quantiles - self.mean[:, :, None], self.levels
        )

    def where(self, own: NDArray[np.bool_], other: Forecast) -> Forecast:
        """Return this forecast for the series marked in ``own`` (n_series,), the other one for the rest."""
        mean = np.where(own[:, None], self.mean, other.mean)
        quantiles = np.where(own[:, None, None], self.quantiles, other.quantiles)
        return Forecast(mean, quantiles, self.levels)


class FittedForecaster(ABC):
    """What came of a fit: it knows its history, predicts what follows, and saves itself without pickle."""

    forecaster: ClassVar[str]
    history: SeriesSet
    #: Sentences on what a user should know: time that ran out, series that could not be fitted.
    notes: tuple[str, ...] = ()

    @abstractmethod
    def predict(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return the forecast of the steps after the history.

        Parameters
        ----------
        horizon : int
            At least 1.
        future : array of shape (n_series, horizon, n_known) or None
            The columns that are known ahead, NaN where unknown; None: nothing is known.
        """

    def looks_at(self) -> dict[str, float]:
        """Return how much it looks at each raw column, summing to 1; its own past alone, unless it learns."""
        return {self.history.target: 1.0}

    @abstractmethod
    def save(self, folder: Path) -> None:
        """Write everything but the history into an existing, empty folder; never a pickle."""

    @classmethod
    @abstractmethod
    def load(cls, folder: Path, history: SeriesSet) -> FittedForecaster:
        """Return what ``save`` wrote, upon its history; raises BundleDamaged."""


class ForecasterSettings(BoundedSettings, ABC):
    """The settings of one forecaster; the class is the family, an instance one choice.

    Class attributes
    ----------------
    name : the registered name.
    extra : the optional part it needs, or None.
    library : the module whose absence makes it unavailable, or None.
    quick : small settings for checks.
    reads_known_ahead : whether it learns from columns beside the series.
    fitted : what its fit returns.
    """

    name: ClassVar[str]
    extra: ClassVar[str | None] = None
    library: ClassVar[str | None] = None
    quick: ClassVar[Mapping[str, Setting]] = {}
    reads_known_ahead: ClassVar[bool] = False
    fitted: ClassVar[type[FittedForecaster]]

    @abstractmethod
    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedForecaster:
        """Return what forecasts these series.

        Raises
        ------
        ExtraMissing
            The library is not installed.
        """

    @classmethod
    def available(cls) -> bool:
        """Return whether its library is installed."""
        return cls.library is None or importlib.util.find_spec(cls.library) is not None


forecasters: Registry[type[ForecasterSettings]] = Registry("forecaster", "phantom_ml.forecasters")
