"""One trial after the other, each in a copy of this process; one that fails, hangs or grows is a row too."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom_ml.errors import ChildTimeout, ExtraMissing, PhantomError
from phantom_ml.process import Deadline
from phantom_ml.tuning.basis import Basis
from phantom_ml.tuning.bench import Climb, Measure
from phantom_ml.tuning.defaults import point_of
from phantom_ml.tuning.left import n_points, points, settings_of
from phantom_ml.tuning.patience import Patience, too_short
from phantom_ml.tuning.propose import distribution_of
from phantom_ml.tuning.result import TrialStatus, TuningTrial
from phantom_ml.tuning.space import Axis
from phantom_ml.tuning.study import DRAWS, without_last
from phantom_ml.wording import raised

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.study import Study
    from optuna.trial import Trial

_STATES = {"pruned": "PRUNED", "failed": "FAIL"}
OUT_OF_TIME = "The time was over while it was under way."
NO_BASIS = "The history does not say what it was made of: its scores were taken as they are."


@dataclass
class Way:
    """How far a trial came: its scores by fold after its last rung, and their mean after each."""

    scores: list[float] = field(default_factory=list)
    means: list[float] = field(default_factory=list)


@dataclass
class Search:
    """The trials so far, and how the next one is run."""

    study: Study
    space: Mapping[str, Axis]
    bench: Measure
    patience: Patience
    on_trial: Callable[[TuningTrial], None]
    sampler_of: Callable[[int, int], BaseSampler]
    seed: int = 0
    trials: list[TuningTrial] = field(default_factory=list)
    #: The settings of all of them, each said in one way.
    tried: set[str] = field(default_factory=set)
    n_waiting: int = 0
    #: Points that were not tried, and for which there are no trials.
    n_beyond: int = 0
    notes: list[str] = field(default_factory=list)
    #: Seconds of the trials that were done here, not in a search before.
    seconds_done: list[float] = field(default_factory=list)

    def replay(self, history: Sequence[TuningTrial], basis: Basis | None) -> None:
        """Take up the trials of an earlier search, as far as they lie in this space.

        Raises
        ------
        BadSetting
            Their scores rest on something else.
        """
        if basis is None:
            self.notes.extend([NO_BASIS] if history else [])
        else:
            self.bench.basis.require(basis, self.space)
            self.notes.extend(self.bench.basis.notes(basis))
        for trial in history:
            raw = self._point_of(trial.params)
            if raw is None:
                continue
            self._take_up(trial, raw)
            self._keep(trial, raw)
        if left_out := len(history) - len(self.trials):
            self.notes.append(
                f"{left_out} of the history's {len(history)} trials lie outside this space and were left out."
            )

    def _point_of(self, params: Mapping[str, Any]) -> dict[str, Any] | None:
        """Return the settings of an earlier trial as a point; None where they are none of this space.

        What was not searched then had the estimator's own value, which may lie outside of it.
        """
        if not set(params) <= set(self.space):
            return None
        point = point_of({**self.bench.estimator.get_params(), **params}, self.space)
        if point is None:
            return None
        told = {*params, *settings_of(self.space, point)}
        return {name: place for name, place in point.items() if name in told}

    def _take_up(self, past: TuningTrial, raw: Mapping[str, Any]) -> None:
        """Tell the study of an earlier trial, rung by rung, so that what it gives up next is the same."""
        import optuna

        # The settings are given: what would propose others need not be asked.
        self.study.sampler = optuna.samplers.RandomSampler(seed=0)
        self.study.enqueue_trial(dict(raw))
        trial = self.study.ask({n: distribution_of(self.space[n].bound) for n in raw})
        n_rungs = self.bench.n_rungs
        for rung, mean in enumerate(past.by_rung(self.bench.told)[:n_rungs], start=1):
            trial.report(mean, step=rung)
            if rung < n_rungs:
                trial.should_prune()
        self._tell(trial, past.status, past.score)

    def _tell(self, trial: Trial, status: TrialStatus, score: float | None) -> None:
        from optuna.trial import TrialState

        if status == "done":
            self.study.tell(trial, score)
        else:
            self.study.tell(trial, state=getattr(TrialState, _STATES[status]))

    def enqueue(self, grid: list[dict[str, Any]], most: int) -> int:
        """Put points in line in their order, each different one once; return how many different ones there are.

        Those that were tried are left out, so that a search goes on where an earlier one ended, and so are
        those for which there are no trials: of ``most``, the trials so far among them.
        """
        different = {_said(settings_of(self.space, p)): p for p in grid}
        left = [point for key, point in different.items() if key not in self.tried]
        chosen = left[: max(0, most - len(self.trials))]
        self.n_beyond = len(left) - len(chosen)
        for point in chosen:
            self.study.enqueue_trial(point)
        self.n_waiting = len(chosen)
        return len(different)

    def begin_with(self, point: Mapping[str, Any]) -> None:
        """Let a point be the next trial, unless it was tried."""
        if not self._is_tried(point):
            self.study.enqueue_trial(dict(point))

    def run_one(self) -> bool:
        """Run the next trial and keep what came of it, a failure too; return whether there was one left."""
        started = time.monotonic()
        trial = self._asked()
        if trial is None:
            return False
        params = settings_of(self.space, trial.params)
        way = Way()
        status, reason = self._measured(trial, params, way)
        score = float(np.mean(way.scores)) if way.scores and status != "failed" else None
        self._tell(trial, status, score)
        seconds, number = time.monotonic() - started, len(self.trials)
        told = (score, tuple(way.scores), seconds, reason, tuple(way.means))
        kept = TuningTrial(number, params, status, *told)
        self._keep(kept, trial.params)
        if status == "done":
            self.seconds_done.append(seconds)
        self.on_trial(kept)
        return True

    def _asked(self) -> Trial | None:
        """Return the next trial, of settings that were not tried; None: all were."""
        found = self._drawn(0)
        if self.n_waiting or not self._is_tried(found.params):
            return found
        draws = range(1, DRAWS + 1) if len(self.tried) < n_points(self.space) else range(0)
        for draw in draws:
            self.study = without_last(self.study)
            found = self._drawn(draw)
            if not self._is_tried(found.params):
                return found
        self.study = without_last(self.study)
        for point in points(self.space, [self.seed, len(self.trials)]):
            if not self._is_tried(point):
                self.study.enqueue_trial(point)
                return self._drawn(0)
        return None

    def _drawn(self, draw: int) -> Trial:
        self.study.sampler = self.sampler_of(len(self.trials), draw)
        return self.study.ask({n: distribution_of(a.bound) for n, a in self.space.items()})

    def _is_tried(self, raw: Mapping[str, Any]) -> bool:
        return _said(settings_of(self.space, raw)) in self.tried

    def _keep(self, trial: TuningTrial, raw: Mapping[str, Any]) -> None:
        self.trials.append(trial)
        # As this space says it: an earlier search may have written numbers otherwise, or kept what did not apply.
        self.tried.add(_said(settings_of(self.space, raw)))

    def _measured(self, trial: Trial, params: dict[str, Any], way: Way) -> tuple[TrialStatus, str]:
        """Go a trial's way; return how it ended, and why it did not come to its end."""
        allowed = self.patience.seconds(self.seconds_done)
        limits = self.patience.limits(allowed)
        try:
            with self.bench.begin(params, limits) as climb:
                reason = self._climb(climb, trial, way)
        except ChildTimeout as error:
            return self._timed_out(error, allowed, limits.deadline)
        except ExtraMissing:
            # Not of these settings: all trials need it.
            raise
        except PhantomError as error:
            return "failed", error.message
        except ValueError as error:
            return "failed", raised(error)
        return ("pruned", reason) if reason else ("done", "")

    def _timed_out(
        self, error: ChildTimeout, allowed: float, deadline: Deadline
    ) -> tuple[TrialStatus, str]:
        """Return how a trial ended that had too little time, and why: it was ended, or gave up by itself."""
        if self.patience.end.passed:
            return "pruned", OUT_OF_TIME
        if deadline.passed:
            return "failed", self.patience.told(allowed)
        if deadline.at >= self.patience.end.at:
            return "pruned", f"{OUT_OF_TIME} {error.message}"
        return "failed", too_short(error.message)

    def _climb(self, climb: Climb, trial: Trial, way: Way) -> str:
        """Go up the rungs; return why the trial was given up, or an empty string."""
        n_rungs = self.bench.n_rungs
        for rung in range(n_rungs):
            if rung and self.patience.end.passed:
                return OUT_OF_TIME
            step = climb.step() or {}
            mean = float(np.mean(step["scores"]))
            if not math.isfinite(mean):
                raise ValueError(f"the score is {mean}")
            way.scores = step["scores"]
            way.means.append(mean)
            trial.report(mean, step=rung + 1)
            if rung + 1 < n_rungs and trial.should_prune():
                return f"It fell behind after {rung + 1} of {n_rungs} {self.bench.told}."
        return ""


def _said(params: Mapping[str, Any]) -> str:
    """Return what tells one choice of settings from another."""
    return repr(sorted(params.items()))
