"""Boosted trees on lag features, one model for all series: direct over the horizon, or step by step.

Source: Makridakis, Spiliotis & Assimakopoulos, "M5 accuracy competition: results, findings, and conclusions",
Int. J. of Forecasting 38 (2022), doi:10.1016/j.ijforecast.2021.11.013 (LightGBM over all series, direct and
recursive); Montero-Manso & Hyndman, "Principles and algorithms for forecasting groups of time series", Int.
J. of Forecasting 37 (2021), doi:10.1016/j.ijforecast.2021.03.004 (why one model may serve all).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config.bounds import Setting, bounded, choice
from phantom_ml.forecasters._lags.features import LagPlan, Past, lag_rows
from phantom_ml.forecasters._lags.fit import LagFit, LagSettings, fit_lags
from phantom_ml.forecasters._lags.model import LagModel
from phantom_ml.forecasters._parts import read_levels
from phantom_ml.forecasters.base import (
    FittedForecaster,
    Forecast,
    ForecastContext,
    ForecasterSettings,
    forecasters,
)
from phantom_ml.forecasters.evaluation.accuracy import seasonal_scale
from phantom_ml.forecasters.seasonal_naive import seasonal_naive
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.beyond import Beyond, Ways, beyond
from phantom_ml.forecasters.uncertainty.conformal import with_offsets
from phantom_ml.forecasters.uncertainty.learnable import left_out, told_of_learnable
from phantom_ml.parts.arrays import Form, damaged, load_arrays, require, save_arrays

Floats = NDArray[np.float64]
TREES = "model.txt"
FORM: Form = {"offsets": (np.float64, 2)}


@dataclass(frozen=True, eq=False)
class FittedLagLightGBM(FittedForecaster):
    """Trees for all series.

    Attributes
    ----------
    history : SeriesSet
    fit : LagFit
    levels : tuple of float
    """

    forecaster: ClassVar[str] = "LagLightGBM"
    history: SeriesSet
    fit: LagFit
    levels: tuple[float, ...]

    @property
    def notes(self) -> tuple[str, ...]:  # type: ignore[override]
        """Return whether time ran out, and how many series are left to the seasonal naive."""
        return self.fit.notes

    @property
    def trained(self) -> int:
        """Return the steps ahead that it was trained and judged for."""
        return max(self.fit.model.step, len(self.fit.offsets))

    @cached_property
    def beyond(self) -> Beyond:
        """Return how further steps are told, as the history has it."""
        return beyond(self.history, self.trained, self._ways, self.levels)

    def predict(self, horizon: int, future: Floats | None = None) -> Forecast:
        """Return what the trees say, and conformal quantiles around it; the naive's where they cannot speak."""
        if horizon > self.trained:
            ways = self._ways(self.history, horizon, future)
            first = self._around(ways.gone_on[:, : self.trained])
            told = self.beyond.forecast(ways, first.away, self.history)
        else:
            past = Past.of(self.history, self.fit.model.plan)
            told = self._around(self.fit.model.forecast(past, horizon, future))
        return told_of_learnable(told, self.history)

    def _around(self, mean: Floats) -> Forecast:
        """Return conformal quantiles, the naive's where no window could judge."""
        if not len(self.fit.offsets):
            return seasonal_naive(self.history, mean.shape[1], self.levels).around(mean)
        return with_offsets(mean, self.fit.offsets, seasonal_scale(self.history), self.levels)

    def _ways(self, series: SeriesSet, horizon: int, future: Floats | None) -> Ways:
        model = self.fit.model
        return model.ways(Past.of(series, model.plan), horizon, self.trained, future)

    def looks_at(self) -> dict[str, float]:
        """Return the trees' gain by raw column."""
        model = self.fit.model
        if not model.text:
            return super().looks_at()
        first = np.zeros(1, np.int64)
        past = Past.of(self.history, model.plan).continued(model.plan, 1, None)
        sources = lag_rows(past, model.plan, first, past.series.bounds[1:2] - 2, first + 1).sources
        gain = model.booster.feature_importance("gain")
        total = max(float(gain.sum()), 1e-12)
        return {
            name: float(gain[np.array(sources) == name].sum() / total)
            for name in dict.fromkeys(sources)
        }

    def save(self, folder: Path) -> None:
        """Write the trees' text, the plan of the features and the offsets."""
        model = self.fit.model
        facts = {
            "plan": model.plan.__dict__,
            "step": model.step,
            "levels": self.levels,
            "notes": self.notes,
        }
        (folder / TREES).write_text(model.text)
        save_arrays(folder, {"offsets": self.fit.offsets}, facts)

    @classmethod
    def load(cls, folder: Path, history: SeriesSet) -> FittedLagLightGBM:
        """Return what was saved; raises BundleDamaged."""
        arrays, facts = load_arrays(folder, FORM)
        levels, offsets = read_levels(facts), arrays["offsets"]
        require(offsets.shape[1] == len(levels), "its offsets are of other quantiles")
        try:
            text = (folder / TREES).read_text()
            model = LagModel(LagPlan(**facts["plan"]), int(facts["step"]), text)
            notes = tuple(str(note) for note in facts["notes"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            damaged(f"its model cannot be read ({error})")
        model.check()
        return cls(history, LagFit(model, offsets, notes), levels)


@forecasters.add("LagLightGBM")
class LagLightGBM(ForecasterSettings):
    """Boosted trees on values of the past, one model for all series; strong on many or long ones.

    The only forecaster that learns from columns beside the series. A row's values are told relative to a
    simple forecast, in units of the seasonal naive's error, so that levels and trends never seen are no harm.
    """

    name: ClassVar[str] = "LagLightGBM"
    quick: ClassVar[dict[str, Setting]] = {"max_rounds": 10, "max_rows": 5_000}
    reads_known_ahead: ClassVar[bool] = True
    fitted: ClassVar[type[FittedForecaster]] = FittedLagLightGBM

    strategy: Literal["direct", "recursive"] = choice(
        "direct",
        ("direct", "recursive"),
        description="All steps ahead at once, or one after the other from the last prediction.",
    )
    loss: Literal["absolute", "squared", "huber"] = choice(
        "absolute", ("absolute", "squared", "huber"), description="What a round lessens."
    )
    n_recent: int = bounded(8, 1, 64, log=True, description="Last values that are features.")
    learning_rate: float = bounded(0.1, 0.005, 0.3, log=True, description="Step of a round.")
    num_leaves: int = bounded(31, 4, 512, log=True, description="Leaves of a tree, at most.")
    min_data_in_leaf: int = bounded(40, 1, 400, log=True, description="Rows in a leaf, at least.")
    feature_fraction: float = bounded(0.5, 0.2, 1.0, description="Share of features a tree sees.")
    max_rows: int = Field(200_000, ge=100, le=5_000_000, description="Rows to learn from, at most.")
    max_rounds: int = Field(1_000, ge=1, le=20_000, description="Rounds, at most.")

    def fit(self, series: SeriesSet, context: ForecastContext) -> FittedLagLightGBM:
        """Return one model for all series; raises nothing for short or constant ones."""
        params = {
            **self.model_dump(include={"learning_rate", "num_leaves", "min_data_in_leaf", "feature_fraction"}),
            **LOSSES[self.loss],
            "bagging_fraction": 0.8, "bagging_freq": 1, "lambda_l2": 1.0, "deterministic": True,
            "force_col_wise": True, "feature_pre_filter": False, "verbosity": -1,
        }  # fmt: skip
        settings = LagSettings(
            params, self.max_rounds, self.max_rows, self.n_recent, self.strategy == "direct"
        )
        fit = fit_lags(settings, series, context)
        if fit.model.text or not fit.notes:  # or all are left out for want of time
            fit = replace(fit, notes=(*fit.notes, *left_out(series)))
        return FittedLagLightGBM(series, fit, context.levels)


#: Stopping is by the absolute error in every case: it is what forecasts are judged by.
LOSSES: dict[str, dict[str, Any]] = {
    "absolute": {"objective": "regression_l1", "metric": "l1"},
    "squared": {"objective": "regression", "metric": "l1"},
    "huber": {"objective": "huber", "alpha": 0.9, "metric": "l1"},
}
