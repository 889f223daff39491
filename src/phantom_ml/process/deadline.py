"""One monotonic deadline: how much time is left, and for whom."""

from __future__ import annotations

import math
import time
from collections.abc import Callable
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Deadline:
    """A point on the monotonic clock (``time.monotonic``, the same for all processes of a machine).

    Examples
    --------
    >>> Deadline.never().left()
    inf
    >>> Deadline.after(0.0).passed
    True
    """

    at: float
    start: float = field(default_factory=time.monotonic)
    clock: Callable[[], float] = field(default=time.monotonic, repr=False, compare=False)

    @classmethod
    def after(cls, seconds: float) -> Deadline:
        """Return the deadline that lies ``seconds`` from now."""
        now = time.monotonic()
        return cls(now + seconds, now)

    @classmethod
    def never(cls) -> Deadline:
        """Return a deadline that never passes."""
        return cls(math.inf)

    def left(self) -> float:
        """Return the seconds left, at least 0."""
        return max(0.0, self.at - self.clock())

    def elapsed(self) -> float:
        """Return the seconds since the start."""
        return self.clock() - self.start

    @property
    def passed(self) -> bool:
        """Return whether no time is left."""
        return self.clock() >= self.at

    def sooner(self, seconds: float) -> Deadline:
        """Return this deadline moved ``seconds`` towards now."""
        return Deadline(self.at - seconds, self.start, self.clock)

    def within(self, seconds: float) -> Deadline:
        """Return the earlier of this deadline and ``seconds`` from now."""
        return Deadline(min(self.at, self.clock() + seconds), self.start, self.clock)
