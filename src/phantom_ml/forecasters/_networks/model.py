"""A fitted network of a forecast: how it goes ahead, in numpy, and how it is saved and believed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.features import LagPlan, Past
from phantom_ml.forecasters._lags.model import MOST_STEPS, LagModel
from phantom_ml.forecasters._networks.forward import Inputs, Sizes, forward, shapes, summary_of
from phantom_ml.forecasters._networks.windows import (
    Asked,
    Scaling,
    WindowPlan,
    Windows,
    asked_at,
    flagged,
)
from phantom_ml.forecasters.evaluation.accuracy import seasonal_scale
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.beyond import Ways
from phantom_ml.parts.arrays import Arrays, Form, damaged, require
from phantom_ml.parts.nets.attention import Net
from phantom_ml.parts.nets.operations import NUMPY
from phantom_ml.parts.nets.weights import Weights, arrays_of, require_shapes, weights_of

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
#: What a saved model may be at most: no settings make a larger one.
LARGEST = {"width": 1_024, "n_layers": 16, "n_heads": 64}
MOST_TOKENS = 1_024
#: Windows that are told at once, so that what the layers make of them stays small.
CHUNK_WINDOWS = 256
MODEL_FORM: Form = {
    "scaling.beside": (np.float32, 2),
    "scaling.ahead": (np.float32, 2),
    "offsets": (np.float64, 2),
    "limits": (np.float64, 1),
}


@dataclass(frozen=True, eq=False)
class NetModel:
    """A network, the windows that it reads, and what its answers were worth.

    Attributes
    ----------
    plan : WindowPlan
    scaling : Scaling
    sizes : Sizes
    weights : dict of name to float32 array
    offsets : array of shape (horizon, n_levels)
        What to add to each quantile, in units of ``seasonal_scale``.
    limits : array of shape (2,)
        The least and the greatest answer of training: it gives no others.
    """

    plan: WindowPlan
    scaling: Scaling
    sizes: Sizes
    weights: Weights
    offsets: Floats
    limits: Floats

    def answers(self, asked: Asked) -> Floats:
        """Return the median and each quantile of all steps, shape (n_windows, horizon, 1 + n_levels)."""
        net, summary = Net(self.weights, NUMPY, lambda x: x), summary_of(self.sizes)
        raw = forward(net, self.scaling.windows(asked), summary).astype(np.float64)
        return np.asarray(np.clip(raw, *self.limits))

    def ways(self, series: SeriesSet, horizon: int, future: Floats | None) -> tuple[Ways, Floats]:
        """Return both ways to go on after each series, and how far the quantiles of its own steps lie away.

        Gone on it builds upon its own medians; held it stays as far from the simple forecast as it was at
        the same place of the last season that it told.
        """
        past = Past.of(flagged(series), self.plan.lags).continued(self.plan.wide, horizon, future)
        ends, own = past.series.bounds[1:] - horizon - 1, self.plan.horizon
        gone_on, away = self._gone_on(past, ends, horizon, np.nan_to_num(seasonal_scale(series)))
        if horizon <= own:
            return Ways(gone_on, gone_on), away
        steps, width = np.arange(1, horizon + 1), min(own, series.season)
        base = LagModel(self.plan.lags, own, "").at_once(past, ends, steps)
        further = own - width + np.arange(horizon - own) % width
        held = base[:, own:] + (gone_on - base)[:, further]
        return Ways(gone_on, np.concatenate([gone_on[:, :own], held], axis=1)), away

    def _gone_on(self, past: Past, ends: Ints, horizon: int, unit: Floats) -> tuple[Floats, Floats]:
        """Return the medians of all steps, and how far the quantiles of the first ones lie away."""
        means: list[Floats] = []
        first = np.empty((len(ends), 0, self.offsets.shape[1]))
        for done in range(0, horizon, self.plan.horizon):
            n_steps = min(self.plan.horizon, horizon - done)
            mean, distances = self._told(past, ends + done, unit)
            means.append(mean[:, :n_steps])
            first = first if done else distances[:, :n_steps]
            past = past.with_values(ends[:, None] + done + np.arange(1, n_steps + 1), means[-1])
        return np.concatenate(means, axis=1), first

    def _told(self, past: Past, origins: Ints, unit: Floats) -> tuple[Floats, Floats]:
        """Return the median, and how far each quantile is from it, of the next steps of all series."""
        codes = np.arange(len(origins))
        means, distances = [], []
        for first in range(0, len(codes), CHUNK_WINDOWS):
            chunk = codes[first : first + CHUNK_WINDOWS]
            asked = asked_at(past, self.plan, chunk, origins[chunk])
            answers, size = self.answers(asked), unit[chunk][:, None]
            means.append(asked.base + size * answers[:, :, 0])
            away = answers[:, :, 1:] + self.offsets - answers[:, :, :1]
            distances.append(size[:, :, None] * away)
        return np.concatenate(means), np.concatenate(distances)

    def looks_at(self, series: SeriesSet) -> dict[str, float]:
        """Return how much the medians after some series move where a raw column is not known, summing to 1."""
        rows = np.arange(series.n_series)[:CHUNK_WINDOWS]
        own = flagged(series.take(rows))
        past = Past.of(own, self.plan.lags)
        asked = asked_at(past, self.plan, rows, _ends(own, self.plan.horizon))
        whole = self.answers(asked)[:, :, 0]
        names = (own.target, *own.known_names, *own.past_names[:-1])
        moved = {
            name: float(np.abs(self.answers(asked.without(own, name))[:, :, 0] - whole).mean())
            for name in names
        }
        total = sum(moved.values())
        return {n: m / total for n, m in moved.items()} if total > 0 else {own.target: 1.0}

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {
            "scaling.beside": self.scaling.beside,
            "scaling.ahead": self.scaling.ahead,
            "offsets": self.offsets,
            "limits": self.limits,
            **arrays_of(self.weights),
        }

    def facts(self) -> dict[str, Any]:
        """Return what JSON holds of it."""
        return {"plan": asdict(self.plan), "sizes": asdict(self.sizes)}

    @classmethod
    def of_arrays(
        cls, arrays: Arrays, facts: Mapping[str, Any], history: SeriesSet, n_levels: int
    ) -> NetModel:
        """Return the model that was saved, if it fits a history; raises BundleDamaged."""
        plan, sizes = _plan_of(facts), _sizes_of(facts)
        scaling = Scaling(arrays["scaling.beside"], arrays["scaling.ahead"])
        offsets, limits, weights = arrays["offsets"], arrays["limits"], weights_of(arrays)
        require(offsets.shape == (plan.horizon, n_levels), "its offsets are of other quantiles")
        require(limits.shape == (2,) and bool(limits[0] <= limits[1]), "its limits cannot be")
        finite = (offsets, limits, scaling.beside, scaling.ahead)
        require(all(bool(np.isfinite(a).all()) for a in finite), "a number is not finite")
        windows = _first_window(history, plan, scaling)
        require_shapes(weights, shapes(inputs_of(windows, 1 + n_levels), sizes))
        return cls(plan, scaling, sizes, weights, offsets, limits)


def _ends(series: SeriesSet, horizon: int) -> Ints:
    """Return the last positions that a whole horizon follows, or the first ones of shorter series."""
    return np.maximum(series.bounds[1:] - 1 - horizon, series.bounds[:-1])


def inputs_of(windows: Windows, n_answers: int) -> Inputs:
    """Return how large windows are."""
    (_, n_tokens, n_token), (_, length) = windows.tokens.shape, windows.changes.shape
    (_, horizon, n_step) = windows.steps.shape
    return Inputs(n_tokens, n_token, length, horizon, n_step, n_answers)


def _first_window(history: SeriesSet, plan: WindowPlan, scaling: Scaling) -> Windows:
    """Return a window of a history, to see whether it has the columns that the scaling is of."""
    past = Past.of(flagged(history.take(np.array([0]))), plan.lags)
    asked = asked_at(past, plan, np.array([0]), np.array([0]))
    for name, part, own in (
        ("beside", asked.inside[1], scaling.beside),
        ("ahead", asked.ahead[0], scaling.ahead),
    ):
        require(own.shape == (2, part.shape[2]), f"the history has other columns {name}")
    return scaling.windows(asked)


def _plan_of(facts: Mapping[str, Any]) -> WindowPlan:
    try:
        told = dict(facts["plan"])
        plan = WindowPlan(**told | {"lags": LagPlan(**told["lags"])})
    except (KeyError, TypeError, ValueError) as error:
        damaged(f"its plan cannot be read ({error})")
    LagModel(plan.lags, plan.horizon, "").check()
    numbers = {"patch": (plan.patch, MOST_STEPS), "n_tokens": (plan.n_tokens, MOST_TOKENS)}
    for name, (number, most) in numbers.items():
        require(type(number) is int and 1 <= number <= most, f"{name} of its windows cannot be")
    require(plan.length <= MOST_STEPS, "its windows are too long")
    return plan


def _sizes_of(facts: Mapping[str, Any]) -> Sizes:
    told = facts.get("sizes")
    told = told if isinstance(told, dict) else {}
    right = set(told) == set(LARGEST)
    right = right and all(type(n) is int and n <= LARGEST[name] for name, n in told.items())
    right = right and min(told["width"], told["n_layers"]) >= 1 and told["n_heads"] >= 0
    require(right, "its sizes are unknown")
    return Sizes(**told)
