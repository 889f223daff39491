"""The time of a training, in steps."""

from __future__ import annotations

from typing import Protocol

import numpy as np

#: Steps from one measure of the speed to the next, the first after one that warms up.
TIMED_STEPS = 10
#: Share of the time left that steps and looks at held-out rows may take; the rest is for the last look.
STEPS_SHARE = 0.9


class Limit(Protocol):
    """What is read of a deadline; ``phantom_ml.process`` has one."""

    @property
    def passed(self) -> bool:
        """Return whether no time is left."""

    def left(self) -> float:
        """Return the seconds left."""

    def clock(self) -> float:
        """Return the seconds on its clock."""


class Clock:
    """How many steps there is time for; known after a few, and better after each few more.

    Parameters
    ----------
    deadline : Limit
    n_steps : int
        Steps at most.
    """

    def __init__(self, deadline: Limit, n_steps: int) -> None:
        self.deadline, self.most, self.n_steps = deadline, n_steps, n_steps
        self.step, self.start, self.end, self.is_cut = 0, 0.0, np.inf, False

    @property
    def share(self) -> float:
        """Return the share of the training that is done."""
        return self.step / self.n_steps

    def is_over(self) -> bool:
        """Return whether all steps are done or time is up."""
        if self.step < self.n_steps and self.deadline.passed:
            self.n_steps, self.is_cut = self.step, True
        return self.step >= self.n_steps

    def stepped(self) -> None:
        """Count a step, and now and then measure how many more there is time for."""
        self.step += 1
        if self.step == 1:
            self.start = self.deadline.clock()
            self.end = self.start + STEPS_SHARE * self.deadline.left()
        elif self.step % TIMED_STEPS == 1 and np.isfinite(self.end):
            now = self.deadline.clock()
            each = max((now - self.start) / (self.step - 1), 1e-9)
            self.n_steps = min(self.most, self.step + max(0, int((self.end - now) / each)))
