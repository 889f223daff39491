"""What the models of statsforecast share: a fit a series, kept as settings, history and forecast.

The models have no form of their own on disk. What is kept are the settings, which series were fitted, and
the forecast to the asked horizon; a longer one is fitted again from the history, which gives the same
numbers because nothing in the models is left to chance. Series that are too short, that the clock did not
reach, or of which a model makes nothing sensible are left to the seasonal naive.

A season that is longer than a model bears is taken out before and put back after, as the mean of each of its
steps. Source: Hyndman & Athanasopoulos, "Forecasting: Principles and Practice", 3rd edition, sections 3.4
(classical decomposition) and 5.7 (forecasting with decomposition).
"""

from __future__ import annotations

import warnings
from abc import abstractmethod
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, ClassVar, Protocol

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, ValidationError

from phantom_ml.errors import ExtraMissing
from phantom_ml.forecasters._parts import read_levels
from phantom_ml.forecasters.base import (
    FittedForecaster,
    Forecast,
    ForecastContext,
    ForecasterSettings,
    forecasters,
)
from phantom_ml.forecasters.seasonal_naive import left_to_naive, seasonal_naive
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.series.season import LEAST_SEASONS
from phantom_ml.forecasters.series.seasonal_part import seasonal_part
from phantom_ml.forecasters.uncertainty.learnable import LEAST_VALUES
from phantom_ml.parts.arrays import Form, damaged, load_arrays, require, save_arrays
from phantom_ml.process.deadline import Deadline

Floats = NDArray[np.float64]
Told = Mapping[str, Any]
FORM: Form = {"mean": (np.float64, 2), "quantiles": (np.float64, 3), "state": (np.int64, 1)}
#: The mean time of so many last series, times this, must still fit before the deadline. The slowest one
#: would end a fit for a single hiccup of the machine.
RECENT, MARGIN = 8, 2.0
#: A forecast this many times the history's range away from it is a model that ran off.
MOST_RANGES = 3.0


class Model(Protocol):
    """One of statsforecast's models."""

    def forecast(self, y: Floats, h: int, *, level: list[float] | None) -> Told:
        """Return ``mean`` and, for each level, ``lo-<level>`` and ``hi-<level>``."""


class StatisticalSettings(ForecasterSettings):
    """A model that is fitted to one series at a time."""

    extra: ClassVar[str | None] = "forecast"
    library: ClassVar[str | None] = "statsforecast"
    quick: ClassVar[Mapping[str, Any]] = {"max_length": 100}
    #: Steps of a season that the model bears; a longer one is taken out before.
    max_season: ClassVar[int] = 400

    max_length: int = Field(
        2_000,
        ge=20,
        le=100_000,
        description="Values of a series that are looked at, the last ones.",
    )

    @abstractmethod
    def model(self, season: int) -> Model:
        """Return an unfitted model for a season of so many steps, 1 for none."""

    def bears(self, season: int) -> bool:
        """Return whether the model itself can look at a season of so many steps."""
        return season <= min(self.max_season, (self.max_length - 1) // LEAST_SEASONS)

    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedStatistical:
        """Return the forecasts of all series that were reached before the deadline."""
        if not self.available():
            raise ExtraMissing(self.name, str(self.extra))
        forecast, state = _forecast_all(self, series, context)
        return self.fitted_type()(self, series, forecast, state)

    @classmethod
    def fitted_type(cls) -> type[FittedStatistical]:
        """Return the class that its fit returns."""
        if not issubclass(cls.fitted, FittedStatistical):
            raise TypeError(f"{cls.fitted.__name__} is no FittedStatistical")
        return cls.fitted


#: Why a series has its forecast: fitted, left out because time ran out, or because no model fits.
FITTED, UNREACHED, UNFIT = 0, 1, 2


@dataclass(frozen=True, eq=False)
class FittedStatistical(FittedForecaster):
    """Forecasts to a horizon, and all that is needed for longer ones.

    Attributes
    ----------
    settings : StatisticalSettings
    history : SeriesSet
    made : Forecast
        To the horizon that the fit was asked for.
    state : int64 array of shape (n_series,)
        FITTED, UNREACHED or UNFIT.
    """

    settings: StatisticalSettings
    history: SeriesSet
    made: Forecast
    state: NDArray[np.int64]

    @property
    def notes(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return what became of a long season, and how many series are left to the seasonal naive, and why."""
        season = self.history.season
        long = (
            f"A season of {season:,} steps is more than {self.forecaster} bears: it was taken out before, as the "
            "mean of each of its steps, and put back.",
        )
        told = {UNREACHED: "The time was over", UNFIT: "No model was found"}
        counts = {why: int((self.state == why).sum()) for why in told}
        left = tuple(
            f"{told[why]}: {left_to_naive(count, self.history.n_series)}"
            for why, count in counts.items()
            if count
        )
        is_out = self.history.lengths.max() > LEAST_SEASONS * season
        return left if self.settings.bears(season) or not is_out else (*long, *left)

    def predict(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return the forecast that was made, or for more steps fit once more."""
        if horizon <= self.made.horizon:
            return self.made.first(horizon)
        context = ForecastContext(horizon, self.made.levels)
        return _forecast_some(self.settings, self.history, context, self.state == FITTED)[0]

    def save(self, folder: Path) -> None:
        """Write settings, forecasts and states."""
        facts = {"settings": self.settings.model_dump(), "levels": self.made.levels}
        arrays = {"mean": self.made.mean, "quantiles": self.made.quantiles, "state": self.state}
        save_arrays(folder, arrays, facts)

    @classmethod
    def load(cls, folder: Path, history: SeriesSet) -> FittedStatistical:
        """Return what was saved; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        levels = read_levels(facts)
        family = forecasters.get(cls.forecaster)
        if not issubclass(family, StatisticalSettings):
            damaged(f"{cls.forecaster} is another kind of forecaster")
        try:
            settings = family.model_validate(facts.get("settings"))
        except ValidationError as error:
            damaged(f"its settings cannot be ({error.errors()[0]['msg']})")
        shape = arrays["mean"].shape
        agrees = arrays["quantiles"].shape == (*shape, len(levels))
        require(agrees, "its quantiles are not those of its forecasts")
        require(arrays["state"].shape == shape[:1], "it does not say which series were fitted")
        require(len(arrays["mean"]) == history.n_series, "its history has other series")
        made = Forecast(arrays["mean"], arrays["quantiles"], levels)
        return cls(settings, history, made, arrays["state"])


def _forecast_all(
    settings: StatisticalSettings, series: SeriesSet, context: ForecastContext
) -> tuple[Forecast, NDArray[np.int64]]:
    everything = np.ones(series.n_series, np.bool_)
    return _forecast_some(settings, series, context, everything)


def _forecast_some(
    settings: StatisticalSettings,
    series: SeriesSet,
    context: ForecastContext,
    wanted: NDArray[np.bool_],
) -> tuple[Forecast, NDArray[np.int64]]:
    """Return the forecast, the seasonal naive's where not wanted or not possible, and the states."""
    naive = seasonal_naive(series, context.horizon, context.levels)
    mean, quantiles = naive.mean.copy(), naive.quantiles.copy()
    state = np.full(series.n_series, UNREACHED, np.int64)
    values = series.whole
    for i in _in_time(np.flatnonzero(wanted), context.deadline):
        history = values[series.bounds[i] : series.bounds[i + 1]]
        found = one_forecast(settings, history, series.season, context)
        state[i] = UNFIT if found is None else FITTED
        if found is not None:
            mean[i], quantiles[i] = found
    return Forecast(mean, np.sort(quantiles, axis=2), context.levels), state


def _in_time(chosen: NDArray[np.int64], deadline: Deadline) -> Iterator[int]:
    """Yield series as long as one more is likely to end in time, the evenly spread ones first."""
    took: deque[float] = deque([0.0], RECENT)
    began = deadline.clock()
    # Where time is short, every part of the set gets its share of models.
    stride = max(1, int(np.sqrt(len(chosen))))
    for i in (int(i) for start in range(stride) for i in chosen[start::stride]):
        if deadline.left() <= MARGIN * sum(took) / len(took):
            return
        yield i
        now = deadline.clock()
        took.append(now - began)
        began = now


def one_forecast(
    settings: StatisticalSettings, history: Floats, season: int, context: ForecastContext
) -> tuple[Floats, Floats] | None:
    """Return mean (horizon,) and quantiles (horizon, n_levels) of one series, None where nothing fits."""
    season = season if len(history) >= LEAST_SEASONS * season + 1 else 1
    recent = history[-settings.max_length :]
    if len(recent) < LEAST_VALUES or (recent == recent[0]).all():
        return None
    if not settings.bears(season):
        return _forecast_without(settings, history, season, context)
    history = recent
    # Models stop by absolute tolerances: numbers near 1 are what they were written for.
    size = float(np.abs(history).mean())
    central = _central(context.levels)
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"):
            warnings.simplefilter("ignore")
            told = settings.model(season).forecast(
                history / size, context.horizon, level=sorted(set(central) - {0.0}) or None
            )
    except Exception:
        # The library raises bare Exceptions where a series suits no model; one series is not the set's end.
        return None
    mean = np.asarray(told["mean"], np.float64) * size
    parts = [
        _quantile(told, mean / size, level, c)
        for level, c in zip(context.levels, central, strict=True)
    ]
    quantiles = np.stack(parts, axis=1) * size if parts else np.empty((context.horizon, 0))
    return (mean, quantiles) if _sensible(mean, quantiles, history) else None


def _forecast_without(
    settings: StatisticalSettings, history: Floats, season: int, context: ForecastContext
) -> tuple[Floats, Floats] | None:
    """Return the forecast of a series from which its season is taken out before and to which it is put back."""
    phases = np.arange(len(history) + context.horizon) % season
    part = seasonal_part(history, season)[phases]
    found = one_forecast(settings, history - part[: len(history)], 1, context)
    if found is None:
        return None
    ahead = part[len(history) :]
    return found[0] + ahead, found[1] + ahead[:, None]


def _central(levels: Sequence[float]) -> list[float]:
    """Return the central interval in per cent that each quantile bounds, 0 for the median."""
    return [round(100.0 * abs(1.0 - 2.0 * level), 6) for level in levels]


def _quantile(told: Told, mean: Floats, level: float, central: float) -> Floats:
    if central == 0.0:
        return mean
    return np.asarray(told[f"{'lo' if level < 0.5 else 'hi'}-{central}"], np.float64)


def _sensible(mean: Floats, quantiles: Floats, history: Floats) -> bool:
    if not (np.isfinite(mean).all() and np.isfinite(quantiles).all()):
        return False
    low, high = float(history.min()), float(history.max())
    reach = MOST_RANGES * (high - low)
    return bool(mean.min() >= low - reach and mean.max() <= high + reach)
