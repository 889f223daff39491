"""A fitted lag model and how it goes ahead: so many steps at once as it knows, then on from its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags import BASES, LagPlan, Past, lag_rows
from phantom_ml.parts.arrays import damaged
from phantom_ml.parts.lightgbm_text import checked_model_text

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]
#: More is no season and no horizon.
MOST_STEPS = 100_000


@dataclass(frozen=True)
class LagModel:
    """Trees, and the features that they read.

    Attributes
    ----------
    plan : LagPlan
    step : int
        Steps ahead that the trees know, at least 1.
    text : str
        LightGBM's model; empty where there was nothing to learn from: then the base is the forecast.
    """

    plan: LagPlan
    step: int
    text: str

    @cached_property
    def booster(self) -> Booster:
        """Return the trees, read from their text, so that fitted and loaded ones are the same."""
        from lightgbm import Booster

        return Booster(model_str=self.text)

    def check(self) -> None:
        """Raise BundleDamaged unless the plan can be and LightGBM could have written the text."""
        plan = self.plan
        numbers = (plan.season, plan.long, plan.n_recent, self.step)
        if (
            not all(isinstance(n, int) and 0 <= n <= MOST_STEPS for n in numbers)
            or min(plan.season, plan.n_recent, self.step) < 1
        ):
            damaged("the plan of its features cannot be")
        if not {plan.base, plan.long_base} <= set(BASES):
            damaged(f"no simple forecasts are called {plan.base!r} and {plan.long_base!r}")
        if self.text:
            checked_model_text(self.text)

    def forecast(
        self, past: Past, horizon: int, future: Floats | None, n_threads: int = 1
    ) -> Floats:
        """Return the forecast after the end of each series, shape (n_series, horizon)."""
        n_series = past.series.n_series
        ahead_of = past.continued(self.plan, horizon, future)
        ends = ahead_of.series.bounds[1:] - horizon - 1
        mean = np.empty((n_series, horizon))
        for done in range(0, horizon, self.step):
            steps = np.arange(1, min(self.step, horizon - done) + 1)
            codes = np.repeat(np.arange(n_series), len(steps))
            rows = lag_rows(
                ahead_of, self.plan, codes, ends[codes] + done, np.tile(steps, n_series)
            )
            told = rows.base
            if self.text:
                told = told + rows.scale * self.booster.predict(
                    rows.matrix, num_threads=n_threads, validate_features=False
                )
            block = told.reshape(n_series, len(steps))
            mean[:, done : done + len(steps)] = block
            ahead_of = ahead_of.with_values(ends[:, None] + done + steps, block)
        return mean
