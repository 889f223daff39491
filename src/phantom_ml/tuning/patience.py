"""How long and how large a search and its trials may be."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from phantom_ml.process import Deadline, Limits

#: Of the time that is left a trial may take so much while none is done, and always so much of all the time,
#: or so many times what the slowest done one took; never less than these seconds, in which processes start.
FIRST_SHARE, SHARE, LONGER, LEAST_SECONDS = 1 / 2, 1 / 3, 3.0, 2.0
#: How the reasons begin of trials that more time may help.
NOT_DONE, TOO_SHORT = "It was not done after", "Its time was too short:"


@dataclass(frozen=True)
class Patience:
    """What a search and its trials may take.

    Attributes
    ----------
    end : Deadline
        Of the whole search.
    timeout_seconds : float or None
        Of the whole search, from its begin.
    trial_seconds : float or None
    memory_mb : int or None
        Of a trial.
    """

    end: Deadline
    timeout_seconds: float | None = None
    trial_seconds: float | None = None
    memory_mb: int | None = None

    @classmethod
    def of(
        cls, timeout_seconds: float | None, trial_seconds: float | None, memory_mb: int | None
    ) -> Patience:
        """Return the patience of a search that begins now."""
        end = Deadline.never() if timeout_seconds is None else Deadline.after(timeout_seconds)
        return cls(end, timeout_seconds, trial_seconds, memory_mb)

    def seconds(self, done: Sequence[float]) -> float:
        """Return the seconds that the next trial may take, given those of the trials that were done."""
        if self.trial_seconds is not None:
            return self.trial_seconds
        if self.timeout_seconds is None:
            return math.inf
        # Were each after one that was ended given half as much, what is slow on a busy machine never ends.
        own = LONGER * max(done) if done else FIRST_SHARE * self.end.left()
        return max(LEAST_SECONDS, SHARE * self.timeout_seconds, own)

    def limits(self, seconds: float) -> Limits:
        """Return what a trial of so many seconds may use."""
        return Limits(self.end.within(seconds), self.memory_mb)

    def told(self, seconds: float) -> str:
        """Return the reason of a trial that did not end within its seconds."""
        share = "" if self.trial_seconds is not None else ", its share of timeout_seconds"
        return f"{NOT_DONE} {seconds:.3g} s{share}, and was ended."


def too_short(why: str) -> str:
    """Return the reason of a trial that gave up by itself, as its time was too short, and said why."""
    return f"{TOO_SHORT} {why}"


def is_late(reason: str) -> bool:
    """Return whether it was for lack of time that a trial failed.

    Examples
    --------
    >>> is_late(too_short("A fit needs about 9 s.")), is_late("ValueError: the level is too high")
    (True, False)
    """
    return reason.startswith((NOT_DONE, TOO_SHORT))
