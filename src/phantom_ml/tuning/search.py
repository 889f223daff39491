"""One trial after the other, each in a copy of this process; one that fails, hangs or grows is a row too."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom_ml.errors import ChildTimeout, ProcessError
from phantom_ml.process import Deadline, Limits
from phantom_ml.tuning.basis import Basis
from phantom_ml.tuning.bench import Climb, Measure
from phantom_ml.tuning.propose import distribution_of
from phantom_ml.tuning.result import TrialStatus, TuningTrial
from phantom_ml.tuning.space import Axis

if TYPE_CHECKING:
    from optuna.samplers import BaseSampler
    from optuna.study import Study
    from optuna.trial import Trial

_STATES = {"pruned": "PRUNED", "failed": "FAIL"}
OUT_OF_TIME = "The time was over."
NO_BASIS = "The history does not say what it was made of: its scores were taken as they are."


@dataclass(frozen=True)
class Patience:
    """How long and how large a search and its trials may be.

    Attributes
    ----------
    end : Deadline
        Of the whole search.
    trial_seconds : float or None
    memory_mb : int or None
        Of a trial.
    """

    end: Deadline
    trial_seconds: float | None = None
    memory_mb: int | None = None

    def limits(self) -> Limits:
        """Return what the next trial may use."""
        end = self.end if self.trial_seconds is None else self.end.within(self.trial_seconds)
        return Limits(end, self.memory_mb)


@dataclass
class Search:
    """The trials so far, and how the next one is run."""

    study: Study
    space: Mapping[str, Axis]
    bench: Measure
    patience: Patience
    on_trial: Callable[[TuningTrial], None]
    sampler_of: Callable[[int], BaseSampler]
    trials: list[TuningTrial] = field(default_factory=list)
    n_waiting: int = 0
    notes: list[str] = field(default_factory=list)

    def replay(self, history: Sequence[TuningTrial], basis: Basis | None) -> None:
        """Take up the trials of an earlier search, as far as they lie in this space.

        Raises
        ------
        BadSetting
            Their scores rest on something else.
        """
        from optuna.trial import TrialState, create_trial

        if basis is None:
            self.notes.append(NO_BASIS)
        else:
            self.bench.basis.require(basis, self.space)
        distributions = {n: distribution_of(a.bound) for n, a in self.space.items()}
        for trial in history:
            raw = {
                n: a.encoded(trial.params[n]) for n, a in self.space.items() if n in trial.params
            }
            if None in raw.values() or not set(trial.params) <= set(self.space):
                continue
            state = getattr(TrialState, _STATES.get(trial.status, "COMPLETE"))
            score = trial.score if trial.status == "done" else None
            own = {n: distributions[n] for n in raw}
            self.study.add_trial(
                create_trial(state=state, params=raw, distributions=own, value=score)
            )
            self.trials.append(trial)
        if left_out := len(history) - len(self.trials):
            self.notes.append(
                f"{left_out} of the history's {len(history)} trials lie outside this space and were left out."
            )

    def enqueue(self, points: list[dict[str, Any]], seed: int) -> int:
        """Put points in line to be tried, each different one once; return how many different ones there are.

        Their order is drawn at random.
        """
        done = {repr(sorted(t.params.items())) for t in self.trials}
        different = {repr(sorted(self._active(p).items())): p for p in points}
        chosen = [point for key, point in different.items() if key not in done]
        for i in np.random.default_rng(seed).permutation(len(chosen)):
            self.study.enqueue_trial(chosen[i])
        self.n_waiting = len(chosen)
        return len(different)

    def run_one(self) -> None:
        """Run the next trial and keep what came of it, a failure too."""
        from optuna.trial import TrialState

        started = time.monotonic()
        self.study.sampler = self.sampler_of(len(self.trials))
        trial = self.study.ask({n: distribution_of(a.bound) for n, a in self.space.items()})
        params = self._active(trial.params)
        scores: list[float] = []
        status, reason = self._measured(trial, params, scores)
        score = float(np.mean(scores)) if scores and status != "failed" else None
        if status == "done":
            self.study.tell(trial, score)
        else:
            self.study.tell(trial, state=getattr(TrialState, _STATES[status]))
        seconds = time.monotonic() - started
        number = len(self.trials)
        kept = TuningTrial(number, params, status, score, tuple(scores), seconds, reason)
        self.trials.append(kept)
        self.on_trial(kept)

    def _measured(
        self, trial: Trial, params: dict[str, Any], scores: list[float]
    ) -> tuple[TrialStatus, str]:
        """Fill the scores by fold; return how the trial ended, and why it did not come to its end."""
        try:
            with self.bench.begin(params, self.patience.limits()) as climb:
                reason = self._climb(climb, trial, scores)
        except ChildTimeout:
            if self.patience.end.passed:
                return "pruned", OUT_OF_TIME
            return (
                "failed",
                f"It was not done after {self.patience.trial_seconds:g} s, and was ended.",
            )
        except ProcessError as error:
            return "failed", error.message
        except ValueError as error:
            return "failed", f"ValueError: {error}"
        return ("pruned", reason) if reason else ("done", "")

    def _climb(self, climb: Climb, trial: Trial, scores: list[float]) -> str:
        """Go up the rungs; return why the trial was given up, or an empty string."""
        n_rungs = self.bench.n_rungs
        for rung in range(n_rungs):
            if rung and self.patience.end.passed:
                return OUT_OF_TIME
            step = climb.step() or {}
            mean = float(np.mean(step["scores"]))
            if not math.isfinite(mean):
                raise ValueError(f"the score is {mean}")
            scores[:] = step["scores"]
            trial.report(mean, step=rung + 1)
            if rung + 1 < n_rungs and trial.should_prune():
                return f"It fell behind after {rung + 1} of {n_rungs} {self.bench.told}."
        return ""

    def _active(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings as values, without those whose condition does not hold."""
        values = {name: self.space[name].decoded(value) for name, value in raw.items()}
        when = {name: self.space[name].bound.when for name in values}
        return {n: v for n, v in values.items() if _holds(when[n], values)}


def _holds(when: tuple[str, Any] | None, values: Mapping[str, Any]) -> bool:
    return when is None or values.get(when[0]) == when[1]
