"""The past as it is kept: what a bundle begins from, and what a stream carries on."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import polars as pl

from phantom_ml.features.windows.events import Rows
from phantom_ml.features.windows.memory import Limits, Memory, Part
from phantom_ml.features.windows.plan import WindowPlan

#: What is remembered at most, over all kinds of entities.
LIMITS = Limits()


@dataclass(frozen=True)
class WindowState:
    """What is remembered for each kind of entity of a plan. Values are hashes: no name can be read.

    Events of about the seven days before the newest are kept, and when each entity, and each entity with
    each value, was first and last seen; of too many, the oldest are forgotten.
    """

    plan: WindowPlan
    memories: tuple[Memory, ...]
    limits: Limits = LIMITS

    @classmethod
    def empty(cls, plan: WindowPlan, limits: Limits = LIMITS) -> WindowState:
        """Return the state before anything has happened."""
        return cls(plan, (Memory(),) * len(plan.entities), limits)

    def after(self, frame: pl.DataFrame) -> WindowState:
        """Return the state once the rows of ``frame``, in any order, have happened too."""
        rows = Rows(frame, self.plan)
        share = self.share
        memories = tuple(
            memory.after(Part.of(rows.events(entity)), share)
            for entity, memory in zip(self.plan.entities, self.memories, strict=True)
        )
        return WindowState(self.plan, memories, self.limits)

    @cached_property
    def until(self) -> int | None:
        """Return when what is remembered ends, in microseconds since 1970; None where nothing is.

        The newest hundredth of the events is left out: a clock that runs ahead ends nothing.
        """
        ends = [
            times[(len(times) - 1) - len(times) // 100]
            for memory in self.memories
            if len(times := np.sort(memory.times))
        ]
        return int(max(ends)) if ends else None

    @property
    def share(self) -> Limits:
        """Return what each kind of entity may remember."""
        n = len(self.memories)
        return Limits(self.limits.events // n, self.limits.pairs // n)
