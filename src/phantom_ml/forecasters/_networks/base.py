"""What the network forecasters share: their settings, their fit, and what they save."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import ClassVar, Self

import numpy as np
from pydantic import Field

from phantom_ml.config.bounds import bounded
from phantom_ml.forecasters._networks.forward import Sizes
from phantom_ml.forecasters._networks.model import MODEL_FORM, Floats, NetModel
from phantom_ml.forecasters._parts import read_levels
from phantom_ml.forecasters.base import (
    FittedForecaster,
    Forecast,
    ForecastContext,
    ForecasterSettings,
)
from phantom_ml.forecasters.seasonal_naive import left_to_naive, seasonal_naive
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.beyond import Beyond, beyond
from phantom_ml.forecasters.uncertainty.learnable import left_out, told_of_learnable
from phantom_ml.parts.arrays import load_arrays, require, save_arrays
from phantom_ml.parts.nets.device import DeviceName


@dataclass(frozen=True, eq=False)
class FittedNetwork(FittedForecaster):
    """One network for all series, which scores in numpy.

    Attributes
    ----------
    history : SeriesSet
    model : NetModel or None
        None: the seasonal naive serves.
    levels : tuple of float
    notes : tuple of str
    """

    history: SeriesSet
    model: NetModel | None
    levels: tuple[float, ...]
    notes: tuple[str, ...] = ()

    @cached_property
    def beyond(self) -> Beyond | None:
        """Return how steps beyond the network's own are told, as the history has it; None without a network."""
        model = self.model
        if model is None:
            return None
        own = model.plan.horizon
        return beyond(self.history, own, lambda *asked: model.ways(*asked)[0], self.levels)

    def predict(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return the network's medians and quantiles; the naive's where it cannot speak."""
        from threadpoolctl import threadpool_limits

        if self.model is None:
            return seasonal_naive(self.history, horizon, self.levels)
        with threadpool_limits(1):
            told = self._told(self.model, horizon, future)
        return told_of_learnable(told, self.history)

    def _told(self, model: NetModel, horizon: int, future: Floats | None) -> Forecast:
        ways, away = model.ways(self.history, horizon, future)
        if horizon > model.plan.horizon and self.beyond is not None:
            return self.beyond.forecast(ways, away, self.history)
        mean = ways.gone_on
        # Quantiles are learned apart from each other: they may cross.
        return Forecast(mean, np.sort(mean[:, :, None] + away, axis=2), self.levels)

    def looks_at(self) -> dict[str, float]:
        """Return how much the forecast moves where a raw column is not known."""
        return super().looks_at() if self.model is None else self.model.looks_at(self.history)

    def save(self, folder: Path) -> None:
        """Write the weights as arrays, and as facts what the network looks like."""
        facts = {"levels": self.levels, "notes": self.notes, "is_trained": self.model is not None}
        told = {} if self.model is None else self.model.facts()
        save_arrays(folder, {} if self.model is None else self.model.arrays(), facts | told)

    @classmethod
    def load(cls, folder: Path, history: SeriesSet) -> Self:
        """Return what was saved; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, {})
        levels, notes = read_levels(facts), facts.get("notes")
        require(isinstance(notes, list), "its notes are no list")
        told = tuple(str(note) for note in notes or ())
        if facts.get("is_trained") is False:
            return cls(history, None, levels, told)
        arrays, facts = load_arrays(folder, MODEL_FORM)
        return cls(history, NetModel.of_arrays(arrays, facts, history, len(levels)), levels, told)


class NetworkForecasterSettings(ForecasterSettings):
    """Trained in torch, stops at its deadline, forecasts without torch."""

    extra: ClassVar[str | None] = "deep"
    library: ClassVar[str | None] = "torch"
    reads_known_ahead: ClassVar[bool] = True
    fitted: ClassVar[type[FittedNetwork]]

    n_tokens: int = bounded(16, 4, 64, log=True, description="Parts that the past is told in.")
    dropout: float = bounded(0.2, 0.0, 0.5, description="Share of units that a step leaves out.")
    weight_decay: float = bounded(0.02, 1e-4, 0.5, log=True, description="Of a step's rate.")
    n_epochs: int = Field(15, ge=1, le=10_000, description="Passes over the windows, at most.")
    batch_size: int = Field(128, ge=8, le=65_536, description="Windows of a step, at most.")
    max_windows: int = Field(
        20_000, ge=100, le=5_000_000, description="Windows to learn from, at most."
    )
    device: DeviceName = Field("auto", description="Where to train: a GPU where there is one.")

    def fit_sizes(
        self, sizes: Sizes, rate: float, series: SeriesSet, context: ForecastContext
    ) -> FittedNetwork:
        """Return the network of some sizes; raises ExtraMissing."""
        from phantom_ml.forecasters._networks.fit import Choices, fit_network

        own = (
            "n_tokens",
            "dropout",
            "weight_decay",
            "n_epochs",
            "batch_size",
            "max_windows",
            "device",
        )
        choices = Choices(sizes, learning_rate=rate, **{name: getattr(self, name) for name in own})
        model = fit_network(choices, series, context)
        notes = left_out(series)
        if model is None and context.deadline.passed:
            notes = (f"There was no time: {left_to_naive(series.n_series, series.n_series)}",)
        return self.fitted(series, model, context.levels, notes)
