"""A fitted lag model and how it goes ahead: so many steps at once as it knows, then on from its own."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.features import BASES, LagPlan, Past, lag_rows
from phantom_ml.forecasters.uncertainty.beyond import Ways
from phantom_ml.parts.arrays import damaged
from phantom_ml.parts.lightgbm_text import checked_model_text

if TYPE_CHECKING:
    from lightgbm import Booster

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: More is no season and no horizon.
MOST_STEPS = 100_000
#: Rows of features that are made at once.
MOST_ROWS = 100_000


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
        ahead_of, ends = self._ahead_of(past, horizon, future)
        mean = np.empty((len(ends), horizon))
        for done in range(0, horizon, self.step):
            steps = np.arange(1, min(self.step, horizon - done) + 1)
            block = self._block(ahead_of, ends + done, steps, n_threads)
            mean[:, done : done + len(steps)] = block
            ahead_of = ahead_of.with_values(ends[:, None] + done + steps, block)
        return mean

    def ways(self, past: Past, horizon: int, trained: int, future: Floats | None) -> Ways:
        """Return the forecast, and one whose steps beyond the trained ones do not build upon each other."""
        gone_on = self.forecast(past, horizon, future)
        ahead_of, ends = self._ahead_of(past, horizon, future)
        # All are told from where the last of the trained steps is told from.
        before = (trained - 1) // self.step * self.step
        told = np.arange(1, before + 1)
        ahead_of = ahead_of.with_values(ends[:, None] + told, gone_on[:, :before])
        further = np.arange(trained + 1, horizon + 1)
        held = self.at_once(ahead_of, ends + before, further - before)
        return Ways(gone_on, np.concatenate([gone_on[:, :trained], held], axis=1))

    def at_once(self, past: Past, origins: Ints, steps: Ints) -> Floats:
        """Return what is said of steps after one origin a series, however many, (n_series, n_steps)."""
        n_parts = -(-len(steps) * len(origins) // MOST_ROWS)
        parts = np.array_split(steps, n_parts) if n_parts else [steps]
        return np.concatenate([self._block(past, origins, part, 1) for part in parts], axis=1)

    def _ahead_of(self, past: Past, horizon: int, future: Floats | None) -> tuple[Past, Ints]:
        """Return the ends of series with room for steps ahead, and the position of each last value."""
        ahead_of = past.continued(self.plan, horizon, future)
        return ahead_of, ahead_of.series.bounds[1:] - horizon - 1

    def _block(self, past: Past, origins: Ints, steps: Ints, n_threads: int) -> Floats:
        """Return what the trees say of some steps after one origin a series, (n_series, n_steps)."""
        n_series = len(origins)
        codes = np.repeat(np.arange(n_series), len(steps))
        rows = lag_rows(past, self.plan, codes, origins[codes], np.tile(steps, n_series))
        told = rows.base
        if self.text:
            told = told + rows.scale * self.booster.predict(
                rows.matrix, num_threads=n_threads, validate_features=False
            )
        return told.reshape(n_series, len(steps))
