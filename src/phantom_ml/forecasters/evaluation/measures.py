"""What ranks forecasts: the names of the measures, each of one window and of what was said of it.

Formulas and their sources stand in ``accuracy.py``. Less is better for all of them.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config.task_type import plain
from phantom_ml.errors import UnknownName
from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation import accuracy

Floats = NDArray[np.float64]
DEFAULT = "mase"


class Actuals(Protocol):
    """What came after an origin; a ``Window`` is one."""

    @property
    def truth(self) -> Floats:
        """Values, shape (n_series, horizon), NaN where unknown."""

    @property
    def scale(self) -> Floats:
        """The seasonal naive's error in the history of each series, shape (n_series,)."""

    @property
    def naive2(self) -> Floats:
        """The Naive2 forecast, shape (n_series, horizon)."""


#: What came, and what was said of it -> how wrong that was; NaN where it cannot be told.
Error = Callable[[Actuals, Forecast], float]


@dataclass(frozen=True)
class Measure:
    """A way to keep score of forecasts.

    Attributes
    ----------
    name : str
    error : callable of (Actuals, Forecast) -> float
        At least 0; less is better.
    """

    name: str
    error: Error
    greater_is_better: bool = False


def mase(window: Actuals, told: Forecast) -> float:
    """Return the mean absolute scaled error; 1 is the seasonal naive's in the history."""
    return accuracy.mase(window.truth, told.mean, window.scale)


def smape(window: Actuals, told: Forecast) -> float:
    """Return the symmetric absolute error in per cent, 0 to 200."""
    return accuracy.smape(window.truth, told.mean)


def wql(window: Actuals, told: Forecast) -> float:
    """Return the weighted quantile loss."""
    return accuracy.wql(window.truth, told.quantiles, told.levels)


def rmse(window: Actuals, told: Forecast) -> float:
    """Return the root of the mean squared error."""
    return accuracy.rmse(window.truth, told.mean)


def mae(window: Actuals, told: Forecast) -> float:
    """Return the mean absolute error."""
    return accuracy.mae(window.truth, told.mean)


def owa(window: Actuals, told: Forecast) -> float:
    """Return the mean of sMAPE and MASE, each over that of Naive2."""
    yardstick = Forecast(window.naive2, told.quantiles, told.levels)
    own, simple = ((smape(window, f), mase(window, f)) for f in (told, yardstick))
    return accuracy.owa(own, simple)


def coverage(window: Actuals, told: Forecast) -> float:
    """Return the share of truths between the lowest and the highest quantile; NaN where there is one alone."""
    if len(told.levels) < 2:
        return math.nan
    return accuracy.coverage(window.truth, told.quantiles[:, :, 0], told.quantiles[:, :, -1])


MEASURES = {m.__name__: Measure(m.__name__, m) for m in (mase, smape, wql, rmse, mae, owa)}
#: What is told of a forecaster beside what ranks it.
BESIDE: dict[str, Error] = {**{n: m.error for n, m in MEASURES.items()}, "coverage": coverage}


def get_measure(name: str) -> Measure:
    """Return the measure called so, whatever the case; raises UnknownName.

    Examples
    --------
    >>> get_measure("sMAPE").name
    'smape'
    """
    known = {plain(n): m for n, m in MEASURES.items()}
    if plain(name) not in known:
        raise UnknownName("measure of forecasts", name, list(MEASURES))
    return known[plain(name)]
