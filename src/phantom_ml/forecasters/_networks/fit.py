"""How a network of a forecast is trained: everything that needs torch.

It learns from windows spread evenly over all series. The last steps of each series are kept apart: they tell
which epoch forecasts best, and how far its quantiles must be moved to hold what they promise (Romano,
Patterson & Candès, "Conformalized Quantile Regression", NeurIPS 2019, arXiv:1905.03222).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.forecasters._lags.features import Past, with_best_bases
from phantom_ml.forecasters._lags.fit import FIRST_SHARE, REFIT_MARGIN, n_windows_of
from phantom_ml.forecasters._lags.sample import training_places
from phantom_ml.forecasters._networks.forward import Sizes, forward, shapes, start, torch_summary_of
from phantom_ml.forecasters._networks.model import NetModel, inputs_of
from phantom_ml.forecasters._networks.windows import (
    Asked,
    Scaling,
    WindowPlan,
    Windows,
    answers_at,
    asked_at,
    flagged,
)
from phantom_ml.forecasters.base import ForecastContext
from phantom_ml.forecasters.evaluation.backtest import Window, rolling_windows
from phantom_ml.forecasters.series.grid import SeriesSet
from phantom_ml.forecasters.uncertainty.conformal import conformal_offsets
from phantom_ml.parts.nets.device import DeviceName, chosen, imported, threads
from phantom_ml.parts.nets.fitting import Network, dropped, fitted_weights, network_of
from phantom_ml.parts.nets.schedule import warm_cos
from phantom_ml.parts.nets.training import Plan, Tensors
from phantom_ml.parts.nets.weights import Weights

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
Places = tuple[Ints, Ints]

#: Windows to stop by, at most, and their share of those to learn from, at most.
MOST_VALID, VALID_SHARE = 1_000, 0.34
#: Fewer windows to learn from than this: there is nothing to train.
LEAST_WINDOWS = 20
#: Numbers of all windows together, at most: some hundred megabytes.
MOST_CELLS = 30_000_000
#: Features of a step ahead, roughly; rows of them that are made in a second, and the share of the time for that.
STEP_FEATURES, ROWS_A_SECOND, PREPARING_SHARE = 40, 200_000, 0.15
#: Less time than this, in seconds, is of no use to a network.
LEAST_SECONDS = 0.5
#: A few windows are seen in smaller steps, so that an epoch has so many; none has fewer than the least.
STEPS_OF_AN_EPOCH, LEAST_BATCH_WINDOWS = 16, 16
#: A look at a window costs a third of a step with it; looks may take this share of the steps' time.
LOOK_COST, LOOK_SHARE = 1 / 3, 0.1
#: Held-out windows that are looked at at once.
LOOK_WINDOWS = 256


@dataclass(frozen=True)
class Choices:
    """What is chosen of a network: see the settings of the same names."""

    sizes: Sizes
    n_tokens: int
    learning_rate: float
    dropout: float
    weight_decay: float
    n_epochs: int
    batch_size: int
    max_windows: int
    device: DeviceName

    def plan(self, n_seen: int, n_valid: int = 0) -> Plan:
        """Return how the network is trained on some windows; biases, places and norms do not decay."""
        return Plan(
            self.learning_rate,
            self.weight_decay,
            self.n_epochs,
            min(self.batch_size, max(LEAST_BATCH_WINDOWS, n_seen // STEPS_OF_AN_EPOCH)),
            lambda name: 1.0,
            lambda name: float(not name.endswith(("bias", "norm", "place"))),
            warm_cos,
            max(1, int(np.ceil(LOOK_COST * n_valid / (LOOK_SHARE * n_seen)))),
        )


@dataclass(frozen=True, eq=False)
class Answered:
    """Windows and the true answers to them."""

    asked: Asked
    truth: NDArray[np.float32]

    @classmethod
    def at(cls, past: Past, plan: WindowPlan, places: Places) -> Answered:
        """Return the windows that end at some places."""
        asked = asked_at(past, plan, *places)
        return cls(asked, answers_at(past, asked, *places))

    @classmethod
    def held_out(cls, windows: Sequence[Window], plan: WindowPlan) -> Answered:
        """Return windows of a back-test of flagged series, told from what was known before them alone."""
        parts = []
        for window in windows:
            past = Past.of(window.train, plan.lags)
            past = past.continued(plan.wide, plan.horizon, window.future)
            ends = past.series.bounds[1:] - plan.horizon - 1
            asked = asked_at(past, plan, np.arange(len(ends)), ends)
            answers = (window.truth - asked.base) / asked.scale[:, None]
            parts.append(cls(asked, answers.astype(np.float32)))
        return cls(Asked.joined([p.asked for p in parts]), np.concatenate([p.truth for p in parts]))


class Windowed:
    """Windows that a network is to answer, and those that tell how well it does.

    Parameters
    ----------
    parts : (Windows, truth), once or twice
        To learn from and, if there is more than that, held out; of arrays.
    levels : tuple of float
        What the answers after the median are.
    network : callable
    rates : (float, int)
        The share of units that a step leaves out, and the seed of which.
    device : torch.device
    """

    def __init__(
        self,
        parts: Sequence[tuple[Windows, Any]],
        levels: tuple[float, ...],
        network: Network,
        rates: tuple[float, int],
        device: Any,
    ) -> None:
        self.torch = torch = imported()
        told = [(*windows, np.nan_to_num(truth), ~np.isnan(truth)) for windows, truth in parts]
        self.parts = [[torch.from_numpy(a).to(device) for a in one] for one in told]
        self.n_rows, self.network, self.dropout = len(parts[0][1]), network, rates[0]
        self.level = torch.tensor([0.5, *levels], dtype=torch.float32, device=device)
        self.noise = torch.Generator(device).manual_seed(rates[1])
        self.errors: list[float] = []

    def again(self) -> Windowed:
        """Return itself, to be trained from the beginning."""
        self.errors.clear()
        return self

    def loss(self, weights: Tensors, rows: Any, strength: float) -> Any:
        """Return the mean quantile loss of some windows."""
        rate, rows = self.dropout * strength, rows.to(self.level.device)
        part = [p[rows] for p in self.parts[0]]
        raw, truth, known = self._told(weights, part, lambda x: dropped(x, rate, self.noise))
        missed = truth[:, :, None] - raw
        lost = self.torch.maximum(self.level * missed, (self.level - 1) * missed)
        return (lost * known[:, :, None]).sum() / known.sum().clamp(min=1) / len(self.level)

    def error(self, weights: Tensors) -> float | None:
        """Return the mean absolute error of the median in the held-out windows, and keep it."""
        if len(self.parts) == 1:
            return None
        total, count, held_out = 0.0, 0.0, self.parts[1]
        with self.torch.no_grad():
            for first in range(0, len(held_out[0]), LOOK_WINDOWS):
                part = [p[first : first + LOOK_WINDOWS] for p in held_out]
                raw, truth, known = self._told(weights, part, lambda x: x)
                total += float(((truth - raw[:, :, 0]).abs() * known).sum())
                count += float(known.sum())
        self.errors.append(total / max(count, 1.0))
        return self.errors[-1]

    def _told(self, weights: Tensors, part: list[Any], keep: Any) -> tuple[Any, Any, Any]:
        return self.network(weights, Windows(*part[:3]), keep), part[3], part[4]


@dataclass(frozen=True, eq=False)
class Prepared:
    """Windows of some series, before anything is learned.

    Attributes
    ----------
    past : Past
    plan : WindowPlan
    seen, everything : Places
        To learn from first, and in the end.
    held_out : list of Window
        To stop by.
    """

    past: Past
    plan: WindowPlan
    seen: Places
    everything: Places
    held_out: list[Window]


def fit_network(choices: Choices, series: SeriesSet, context: ForecastContext) -> NetModel | None:
    """Return the network as it forecasts the held-out windows best, then trained on all if time allows.

    None where there is no time, or too little to learn from: then the seasonal naive is as good.
    """
    if context.deadline.left() < LEAST_SECONDS:
        return None
    prepared = _prepared(choices, series, context)
    if prepared is None or context.deadline.passed:
        return None
    with threads(context.n_threads):
        return _fitted(choices, prepared, context)


def _fitted(choices: Choices, prepared: Prepared, context: ForecastContext) -> NetModel:
    past, plan, levels = prepared.past, prepared.plan, context.levels
    first = context.deadline.within(FIRST_SHARE * context.deadline.left())
    began = first.clock()
    seen, valid = Answered.at(past, plan, prepared.seen), Answered.held_out(prepared.held_out, plan)
    scaling = Scaling.of(seen.asked)
    limits = np.array([f(seen.truth, initial=0.0) for f in (np.nanmin, np.nanmax)], np.float64)
    nothing = np.zeros((plan.horizon, len(levels)))
    model = NetModel(plan, scaling, choices.sizes, {}, nothing, limits)
    weights, n_epochs = _trained(choices, model, [seen, valid], replace(context, deadline=first))
    model = replace(model, weights=weights)
    model = replace(model, offsets=_offsets(model, valid, levels))
    if n_epochs and context.deadline.left() > REFIT_MARGIN * (first.clock() - began):
        parts = [Answered.at(past, plan, prepared.everything)]
        again, n_made = _trained(replace(choices, n_epochs=n_epochs), model, parts, context)
        model = replace(model, weights=again) if n_made == n_epochs else model
    return model


def _trained(
    choices: Choices, model: NetModel, parts: list[Answered], context: ForecastContext
) -> tuple[Weights, int]:
    """Return weights, and after how many epochs they were best; 0 where they were never of use."""
    device, levels = chosen(choices.device), context.levels
    told = [(model.scaling.windows(part.asked), part.truth) for part in parts]
    sized = shapes(inputs_of(told[0][0], 1 + len(levels)), choices.sizes)
    summary = torch_summary_of(choices.sizes)
    network = network_of(device, lambda net, own: forward(net, own, summary))
    task = Windowed(told, levels, network, (choices.dropout, context.seed), device)
    how = choices.plan(*(len(part.truth) for part in parts))
    begin = start(sized, np.random.default_rng(context.seed))
    weights, found = fitted_weights(
        lambda n: task.again(), begin, how, device, context.seed, context.deadline
    )
    if len(parts) == 1:
        return weights, choices.n_epochs if found.is_done else 0
    best = int(np.argmin(task.errors)) * how.n_between
    return weights, min(best, found.n_epochs)


def _prepared(choices: Choices, series: SeriesSet, context: ForecastContext) -> Prepared | None:
    plan = WindowPlan.of(series, context.horizon, choices.n_tokens)
    past = Past.of(flagged(series), plan.lags)
    most = _n_to_learn_from(choices, plan, context)
    n_held_out = n_windows_of(series, plan.horizon)
    held_out = n_held_out * plan.horizon
    limits, lags = (1, most), plan.lags
    told = (training_places(past, lags, n, limits, context.seed) for n in (held_out, 0))
    seen, everything = (_thinned(places, most) for places in told)
    n_valid = min(MOST_VALID, int(VALID_SHARE * len(seen[0]))) // n_held_out
    windows = rolling_windows(past.series, plan.horizon, n_held_out)
    windows = [w for w in (_some(w, n_valid) for w in windows) if len(w.chosen)]
    if len(seen[0]) < LEAST_WINDOWS or not windows:
        return None
    rows = training_places(past, lags, held_out, (plan.horizon, most), context.seed)
    plan = replace(plan, lags=with_best_bases(past, lags, rows))
    return Prepared(past, plan, seen, everything, windows)


def _n_to_learn_from(choices: Choices, plan: WindowPlan, context: ForecastContext) -> int:
    """Return the windows to learn from: with little time fewer, so that there is some for the training."""
    cells = plan.horizon * STEP_FEATURES + plan.length * 4
    in_time = ROWS_A_SECOND * PREPARING_SHARE * context.deadline.left() / plan.horizon
    return int(max(LEAST_WINDOWS, min(choices.max_windows, MOST_CELLS // cells, in_time)))


def _thinned(places: tuple[Ints, Ints, Ints], most: int) -> Places:
    """Return series and ends of windows, at most about so many."""
    codes, origins, _ = places
    kept = slice(None, None, max(1, len(codes) // most))
    return codes[kept], origins[kept]


def _some(window: Window, most: int) -> Window:
    """Return a window of every so many-th series of those that move."""
    rows = np.flatnonzero(~np.isnan(window.scale))
    rows = rows[:: max(1, -(-len(rows) // max(1, most)))]
    return Window(
        window.train.take(rows), window.chosen[rows], window.truth[rows], window.future[rows]
    )


def _offsets(model: NetModel, valid: Answered, levels: tuple[float, ...]) -> Floats:
    """Return how far each quantile must be moved to hold as many of the true answers as it promises."""
    missed = valid.truth[:, :, None] - model.answers(valid.asked)[:, :, 1:]
    moved = [
        np.zeros(model.plan.horizon) if level == 0.5 else conformal_offsets(errors, (level,))[:, 0]
        for level, errors in zip(levels, np.moveaxis(missed, 2, 0), strict=True)
    ]
    return np.stack(moved, axis=1) if moved else model.offsets
