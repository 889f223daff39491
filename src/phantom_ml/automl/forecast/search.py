"""The whole of a forecast's run: every forecaster back-tested in a child, the best blend of them kept.

Each child also fits its forecaster on the whole history, so that a run may end at any time with a model.
"""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property

from phantom_ml.automl.budget import FIRST_MODEL_SECONDS, Budget, no_sooner
from phantom_ml.automl.forecast.bands import of_bands
from phantom_ml.automl.forecast.draft import draft_of
from phantom_ml.automl.forecast.problem import ForecastProblem
from phantom_ml.automl.forecast.trials import (
    Running,
    Tested,
    collect,
    recalled,
    scores,
    start,
)
from phantom_ml.automl.listener import Listener, progress_of
from phantom_ml.automl.result import INTERRUPTED, EngineResult
from phantom_ml.automl.search.race import WAIT_SECONDS
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.room import FORECASTS_MB, LATE_GROWTH_MB, Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.forecasters.base import Forecast
from phantom_ml.forecasters.evaluation.backtest import Window, rolling_windows
from phantom_ml.forecasters.evaluation.blend import WEIGHERS, Blend, blended, choose_blend
from phantom_ml.forecasters.uncertainty.stretch import stretches
from phantom_ml.model.forecast import SERIES
from phantom_ml.model.trial import Trial
from phantom_ml.process.child import wait_any
from phantom_ml.process.deadline import Deadline
from phantom_ml.wording import counted

#: Tried in this order: what is quick and strong on many series first.
ORDER = (
    "SeasonalNaive", "LagLightGBM", "Theta", "AutoETS", "CES", "AutoARIMA", "LSTM", "Transformer",
)  # fmt: skip
#: Networks that get less time than this on a core are no better than a simple forecast.
LEAST_SECONDS = {"LSTM": 30.0, "Transformer": 90.0}
#: What a series too short for any back-test is forecast by.
PLAIN = "SeasonalNaive"


@dataclass
class Run:
    """The state of one run."""

    problem: ForecastProblem
    workspace: Workspace
    budget: Budget
    room: Room
    listener: Listener
    tested: list[Tested] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)

    @cached_property
    def windows(self) -> list[Window]:
        """Return the windows of the back-test, oldest first."""
        asked = self.problem
        return rolling_windows(asked.series, asked.context.horizon, asked.n_windows)

    @property
    def trials(self) -> list[Trial]:
        """Return the rows of the leaderboard so far."""
        return [t.trial for t in self.tested]

    def tell(self, stage: str, message: str = "") -> None:
        """Tell the listener where the run is."""
        metric = self.problem.metric
        self.listener.on_progress(progress_of(stage, self.budget, self.trials, metric, message))

    def keep(self, tested: Tested) -> None:
        """Keep the model of a forecaster that ended, and tell."""
        if tested.works:
            model_id = self.listener.on_model(self.draft({tested.trial.algorithm: 1.0}, tested))
            trial = tested.trial.model_copy(update={"model_id": model_id})
            tested = Tested(trial, tested.folder, tested.told)
        tested.save()
        self.tested.append(tested)
        self.listener.on_trial(tested.trial)
        told = tested.trial
        self.tell("training", f"{told.algorithm} {told.status.value} {told.reason}".strip())

    def draft(self, weights: dict[str, float], *among: Tested, trial: Trial | None = None) -> Draft:
        """Return the draft of a blend of some forecasters; with its trial given, of the finished model."""
        members = [(t, weights[t.trial.algorithm]) for t in among if t.trial.algorithm in weights]
        members.sort(key=lambda member: -member[1])
        by_window = [
            {t.trial.algorithm: t.told[i] for t in among} for i in range(len(self.windows))
        ]
        told = [blended(own, weights) for own in by_window]
        return draft_of(
            self.problem,
            self.workspace,
            members,
            trial or members[0][0].trial,
            stretch=stretches([w.truth for w in self.windows], told),
            is_finished=trial is not None,
        )


def run_forecast(
    problem: ForecastProblem,
    config: AutoMLConfig,
    workspace: Workspace,
    budget: Budget,
    listener: Listener,
) -> EngineResult:
    """Return the blend that did best on windows which it had not seen.

    Raises
    ------
    NoTrialSucceeded
        Every forecaster failed; the message tells the reasons.
    """
    # A series is read by now, and is not encoded: this process grows little.
    room = Room.of(config.n_threads, config.memory_limit_mb, LATE_GROWTH_MB, FORECASTS_MB)
    state = Run(problem, workspace, budget, room, listener, warnings=[*problem.warnings])
    place = workspace.folder / SERIES
    place.mkdir(exist_ok=True)
    problem.series.save(place)
    for known in recalled(workspace, len(state.windows)):
        state.tested.append(known)
        listener.on_trial(known.trial)
    try:
        _search(state)
    except KeyboardInterrupt:
        for running in state.running:
            running.child.stop()
        if not any(t.works for t in state.tested):
            raise
        state.warnings.append(INTERRUPTED)
    return _finish(state)


def _search(state: Run) -> None:
    """Run forecasters, as many at once as there is room for, until all had their turn or time is over."""
    names = _names(state)
    while names or state.running:
        while names and len(state.running) < state.room.slots and _may_start(state):
            end = _end_of(state, len(names))
            name, number = names.pop(0), len(state.tested) + len(state.running)
            args = (state.problem, state.workspace, state.room, number, name, end)
            state.running.append(start(*args))
        if not state.running:
            state.warnings.append(f"The time was over before {', '.join(names)} had a turn.")
            return
        for child in wait_any([r.child for r in state.running], WAIT_SECONDS):
            running = next(r for r in state.running if r.child is child)
            state.running.remove(running)
            outcome = child.wait()
            if outcome is not None:
                state.keep(collect(running, outcome, state.problem, state.windows))


def _names(state: Run) -> list[str]:
    """Return the forecasters that are still to be tried, the quick and strong ones first."""
    wanted, budget = state.problem.wanted, state.budget
    if not state.windows:
        wanted = (PLAIN,)
        state.warnings.append(
            "No series is long enough for a back-test: the seasonal naive forecasts, untested."
        )
    if not state.problem.is_named:
        wanted = tuple(n for n in wanted if _affords(state, n, len(wanted)))
    ranked = sorted(wanted, key=lambda n: ORDER.index(n) if n in ORDER else len(ORDER))
    had = {t.trial.algorithm for t in state.tested}
    return [n for n in ranked[: budget.max_trials] if n not in had]


def _affords(state: Run, name: str, n_wanted: int) -> bool:
    """Return whether a forecaster's share of the time is enough to be of use."""
    if state.budget.counts:
        return name not in LEAST_SECONDS
    share = state.budget.search_end(0.0).left() * state.room.slots / n_wanted
    return share >= LEAST_SECONDS.get(name, 0.0)


def _may_start(state: Run) -> bool:
    """Return whether there is time for one more; the first model is made whatever the clock says."""
    return not state.budget.search_end(0.0).passed or not (state.tested or state.running)


def _end_of(state: Run, n_left: int) -> Deadline:
    """Return when a forecaster must be done: its even share of what is left, of all slots."""
    end = state.budget.search_end(0.0)
    if state.budget.counts or not math.isfinite(end.at):
        return Deadline.never() if state.budget.counts else end
    share = end.within(end.left() * min(1.0, state.room.slots / n_left))
    return share if state.tested else no_sooner(share, FIRST_MODEL_SECONDS)


def _finish(state: Run) -> EngineResult:
    # In the order in which they were started: which one ended first decides nothing.
    able = sorted((t for t in state.tested if t.works), key=lambda t: t.trial.number)
    if not able:
        reasons = "; ".join(f"{t.algorithm}: {t.reason}" for t in state.trials)
        raise NoTrialSucceeded(
            f"None of {counted(len(state.trials), 'forecaster')} gave a model. {reasons}",
            "Give more time or memory, or name others.",
        )
    state.tell("ensembling")
    began = time.monotonic()
    blend = _blend(state, able)
    trials = state.trials
    best = _best(state, able, blend, began)
    draft = state.draft(blend.weights, *able, trial=best)
    state.tell("finishing")
    # Kept once more though it was a trial's model before: the newest model is the finished one.
    best = best.model_copy(update={"model_id": state.listener.on_model(draft)})
    state.listener.on_trial(best)
    trials = [*(t for t in trials if t.number != best.number), best]
    by_window, levels = _by_window(state, able), state.problem.context.levels
    state.warnings.extend(of_bands(state.windows, by_window, blend.weights, levels))
    state.tell("done")
    return EngineResult(tuple(trials), best, draft, _reason(state), tuple(state.warnings))


def _best(state: Run, able: Sequence[Tested], blend: Blend, began: float) -> Trial:
    """Return the row of what is served: a forecaster's own where it has all the weight."""
    if len(blend.weights) > 1:
        made = _ensemble(state, able, blend)
        return made.model_copy(update={"seconds": time.monotonic() - began})
    return next(t for t in state.trials if t.algorithm in blend.weights)


def _blend(state: Run, able: Sequence[Tested]) -> Blend:
    if not state.windows:
        return Blend("single", {able[0].trial.algorithm: 1.0})
    methods = tuple(WEIGHERS) if state.problem.may_blend else ("single",)
    by_window = _by_window(state, able)
    return choose_blend(state.windows, by_window, state.problem.metric.error, methods)


def _by_window(state: Run, able: Sequence[Tested]) -> list[dict[str, Forecast]]:
    """Return what each forecaster said of each window, by its name."""
    return [{t.trial.algorithm: t.told[i] for t in able} for i in range(len(state.windows))]


def _ensemble(state: Run, able: Sequence[Tested], blend: Blend) -> Trial:
    """Return the row of a blend; its score is of windows that had no part in its weights, where it can be."""
    heaviest = sorted(blend.weights, key=lambda name: -blend.weights[name])
    told = [blended(own, blend.weights) for own in _by_window(state, able)]
    scored = scores(state.problem, state.windows, told)
    if math.isfinite(blend.error):
        scored["score"] = blend.error
    members = [t.trial for t in able if t.trial.algorithm in blend.weights]
    return Trial(
        number=max(t.number for t in state.trials) + 1,
        algorithm="Ensemble",
        settings={"method": blend.method},
        members=tuple(f"{name} {blend.weights[name]:.0%}" for name in heaviest),
        n_rows=state.problem.n_rows,
        predict_us_per_row=sum(t.predict_us_per_row or 0.0 for t in members),
    ).model_copy(update=scored)


def _reason(state: Run) -> str:
    n_windows, context = len(state.windows), state.problem.context
    if not n_windows:
        return "Not validated: no series is long enough."
    return (
        f"Back-tested on {counted(n_windows, 'window')} of {counted(context.horizon, 'step')} at the end of "
        "the history, each forecast from what was known before it."
    )
