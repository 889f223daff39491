"""The search loop: as many children as the machine has room for, and a decision each time that one ends."""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

import numpy as np

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.budget import (
    FIRST_MODEL_SECONDS,
    LEAST_TRIAL_SECONDS,
    TRIAL_SHARE,
    Budget,
    no_sooner,
)
from phantom_ml.automl.ensemble.on_all_rows import makespan, refit_seconds
from phantom_ml.automl.search.candidates import Candidates
from phantom_ml.automl.trials.children import (
    GRACE_SECONDS,
    Candidate,
    Finished,
    Order,
    Running,
    collect,
    race_line,
    start,
)
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.process.child import wait_any
from phantom_ml.process.deadline import Deadline
from phantom_ml.wording import counted

#: The supervisor is asked at least so often, so that Ctrl-C and the deadline are noticed.
WAIT_SECONDS = 0.25
#: Members that a mixture usually has, and what is kept for their refits beyond what they are expected to take.
LIKELY_MEMBERS, REFIT_MARGIN = 5, 1.15


def _of_as_many_rows(seen: Sequence[Finished], candidate: Candidate) -> list[Finished]:
    return [f for f in seen if f.order.candidate.max_rows == candidate.max_rows]


@dataclass
class Race:
    """One search: its orders and everything that has ended so far."""

    workspace: Workspace
    folds: tuple[str, ...]
    candidates: Candidates
    budget: Budget
    refits: bool
    forward: bool
    room: Room
    seed: int
    on_finished: Callable[[Finished], None]
    finished: list[Finished] = field(default_factory=list)
    running: list[Running] = field(default_factory=list)
    first_number: int = 0
    n_rows: int = 0
    must_try: int = 0
    #: Whether a model of what was asked for stood before: then nothing is tried late.
    is_answered: bool = False
    stopped_because: str = ""

    @property
    def end(self) -> Deadline:
        """Return when trials must be over: earlier, the longer the likely members take to refit."""
        return self.budget.search_end(self._refit_seconds() if self.refits else 0.0)

    def _refit_seconds(self) -> float:
        """Return what fits on all rows take: a mixture is of unlike members, the best of each algorithm."""
        complete = sorted((f for f in self.finished if f.complete), key=lambda f: np.mean(f.losses))
        seconds: dict[str, float] = {}
        for f in complete:
            seconds.setdefault(f.trial.algorithm, refit_seconds(f, self.n_rows))
        likely = list(seconds.values())[:LIKELY_MEMBERS]
        return REFIT_MARGIN * makespan(likely, self.room.slots)

    def run(self) -> None:
        """Run trials until the time is over, the trials are counted out, or nothing is left to try."""
        number = self._free(self.first_number)
        while True:
            while (order := self._next_order(number)) is not None:
                self.running.append(start(order, self.workspace, self._grace(order)))
                number = self._free(number + 1)
            if not self.running:
                return
            self._collect()

    def _free(self, number: int) -> int:
        """Return the first number from here on that no trial bears; a killed run may have left gaps."""
        taken = {f.trial.number for f in self.finished}
        return next(n for n in itertools.count(number) if n not in taken)

    def _grace(self, order: Order) -> float:
        """Return the seconds after its deadline in which a trial harms nobody: until the search ends."""
        if self.budget.counts:
            return GRACE_SECONDS
        grace = GRACE_SECONDS + max(0.0, self.end.left() - order.deadline.left())
        # It stops itself, unless the machine is busy: then a late model is better than none.
        waits = self._nothing_yet() and algorithms.get(order.candidate.algorithm).can_stop
        return max(grace, FIRST_MODEL_SECONDS) if waits else grace

    def stop(self) -> None:
        """End all children; what has ended stays."""
        for running in self.running:
            running.child.stop()
        self.running.clear()

    def _collect(self) -> None:
        done = wait_any([r.child for r in self.running], WAIT_SECONDS)
        for running in [r for r in self.running if r.child in done]:
            outcome = running.child.poll()
            if outcome is not None:
                self.running.remove(running)
                finished = collect(running, outcome)
                self.finished.append(finished)
                self.on_finished(finished)

    def _next_order(self, number: int) -> Order | None:
        if len(self.running) >= self.room.slots or self.stopped_because:
            return None
        seen = self._seen(number)
        if seen is None or not self._time_for_another(number):
            return None
        self.stopped_because = self._reason_to_stop(seen)
        candidate = self._candidate(number, seen)
        if candidate is None:
            return None
        return Order(
            number,
            candidate,
            self.folds,
            self.seed,
            self._deadline(number),
            self.room.n_threads,
            self.room.memory_mb,
            candidate.n_rounds,
            race=race_line(_of_as_many_rows(seen, candidate)) if candidate.raced else (),
            forward=self.forward,
        )

    def _candidate(self, number: int, seen: list[Finished]) -> Candidate | None:
        """Return what is tried next; where too little is known for that, once all earlier trials have ended."""
        if self.stopped_because:
            return None
        place = number - self.first_number
        begun = [o.candidate for o in self._orders() if o.number < number]
        found = self.candidates.next(place, seen, begun)
        if found is not None or self.running:
            return found
        known = sorted(self.finished, key=lambda f: f.trial.number)
        return self.candidates.next(place, known, begun)

    def _orders(self) -> list[Order]:
        """Return the orders of all trials that were begun."""
        return [r.order for r in self.running] + [f.order for f in self.finished]

    def _seen(self, number: int) -> list[Finished] | None:
        """Return the trials that the next decision may know of; None: wait.

        Where only trials are counted, it knows exactly those that started a full round earlier, so that
        it does not matter which child was quicker.
        """
        if not self.budget.counts:
            return self.finished
        known = number - self.room.slots
        seen = sorted(
            (f for f in self.finished if f.trial.number <= known), key=lambda f: f.trial.number
        )
        return seen if len(seen) >= known - self.first_number + 1 else None

    def _time_for_another(self, number: int) -> bool:
        if self.budget.max_trials is not None and number >= self.budget.max_trials:
            return False
        if self._nothing_yet():
            return True
        if number - self.first_number < self.must_try:
            return not self.end.passed
        return self.end.left() > max(LEAST_TRIAL_SECONDS, self._quickest())

    def _nothing_yet(self) -> bool:
        """Return whether no model stands and none is coming: then one is tried, late or not."""
        return not (self.finished or self.running or self.is_answered)

    def _quickest(self) -> float:
        """Return half the time of the quickest complete trial: less is not worth a start."""
        times = [f.trial.seconds for f in self.finished if f.complete]
        return 0.0 if self.budget.counts or not times else 0.5 * min(times)

    def _deadline(self, number: int) -> Deadline:
        if self._nothing_yet() and self.end.left() < LEAST_TRIAL_SECONDS:
            return no_sooner(self.end, self._late_seconds())
        if self.budget.counts or self.budget.seconds is None:
            return self.end
        waiting = self.must_try - (number - self.first_number)
        if waiting > 0:
            return self.end.within(
                self.end.left() * self.room.slots / (waiting + self.room.slots - 1)
            )
        return self.end.within(max(TRIAL_SHARE * self.budget.seconds, LEAST_TRIAL_SECONDS))

    def _late_seconds(self) -> float:
        """Return what a trial gets after the end; less where a model of something else stands already."""
        share = TRIAL_SHARE * (self.budget.seconds or math.inf)
        return min(FIRST_MODEL_SECONDS, share) if self.first_number else FIRST_MODEL_SECONDS

    def _reason_to_stop(self, seen: list[Finished]) -> str:
        losses = [float(np.mean(f.losses)) for f in seen if f.complete]
        if len(losses) >= 3 and min(losses) <= self.perfect_loss:
            return "Nothing is left to gain: the held-out rows are predicted without a fault."
        since = len(losses) - 1 - int(np.argmin(losses)) if losses else 0
        if since >= self.patience:
            return f"The last {counted(since, 'trial')} brought nothing better."
        return ""

    perfect_loss: float = -np.inf
    patience: int = 60
