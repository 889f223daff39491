"""How the seconds of a run are shared: search, refit, finish; or trials are counted and no clock is read."""

from __future__ import annotations

from dataclasses import dataclass

from phantom_ml.config import AutoMLConfig
from phantom_ml.process.deadline import Deadline

#: Ensembling, calibration, saving and a slow disk.
FINISH_SHARE, FINISH_LEAST, FINISH_MOST = 0.05, 1.3, 8.0
#: The least is less for a budget of a few seconds.
TINY_SHARE = 0.13
#: A single trial gets at most this share of the budget, so that several algorithms have their turn.
TRIAL_SHARE = 0.2
#: At most this share goes to fitting the chosen members again on all rows: the longest trial had fewer.
REFIT_SHARE = 0.3
#: What preparing and fitting a first model get even where the time is over; a machine may be busy.
FIRST_MODEL_SECONDS = 10.0
#: Work that no model stands without is ended no sooner than so much later: how long it takes on a busy machine
#: nobody knows.
PATIENCE_SECONDS = 60.0
#: A trial is not started for less.
LEAST_TRIAL_SECONDS = 0.4


def no_sooner(end: Deadline, seconds: float) -> Deadline:
    """Return a deadline at least so many seconds from now: a late model is better than none."""
    return Deadline(max(end.at, end.clock() + seconds), end.start, end.clock)


@dataclass(frozen=True)
class Budget:
    """The clock of a run, or none.

    Attributes
    ----------
    end : Deadline
        When everything must be over.
    seconds : float or None
        The whole budget; None where only trials are counted.
    max_trials : int or None
        Trials at most.
    """

    end: Deadline
    seconds: float | None
    max_trials: int | None

    @classmethod
    def of(cls, config: AutoMLConfig, start: Deadline) -> Budget:
        """Return the budget of a configuration whose clock started at ``start``."""
        seconds = config.budget_seconds
        end = (
            Deadline.never()
            if seconds is None
            else Deadline(start.start + seconds, start.start, start.clock)
        )
        return cls(end, seconds, config.max_trials)

    @property
    def counts(self) -> bool:
        """Return whether decisions may not look at the clock."""
        return self.max_trials is not None

    def search_end(self, refit_seconds: float) -> Deadline:
        """Return when trials must be over, so that refits of so many seconds and the finish fit."""
        if self.seconds is None:
            return self.end
        return self.end.sooner(self._finish() + min(refit_seconds, REFIT_SHARE * self.seconds))

    def _finish(self) -> float:
        seconds = self.seconds or 0.0
        return min(
            FINISH_MOST, max(min(FINISH_LEAST, TINY_SHARE * seconds), FINISH_SHARE * seconds)
        )

    def refit_end(self) -> Deadline:
        """Return when refits must be over."""
        if self.seconds is None:
            return self.end
        return self.end.sooner(0.5 * self._finish())

    def seconds_left(self) -> float | None:
        """Return the seconds left for decisions; None where they may not look."""
        return None if self.counts or self.seconds is None else self.end.left()
