"""What a row costs a network on this machine, and what a fit leaves for what comes after its last step."""

from __future__ import annotations

import math
import statistics
import time
from dataclasses import dataclass

import numpy as np

from phantom_ml.algorithms.base import FitContext, Learner
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.process.deadline import Deadline

#: Rows that are scored to measure what one costs, so many times: other work may hold up one of them.
MEASURED_ROWS, MEASURED_TIMES = 64, 5
#: Few rows cost what a call costs. So many times as many are scored next, as long as that takes no more than
#: this share of the time that is left, even if each row costs as much.
MORE_ROWS, MEASURED_SHARE = 4, 0.1
#: A look at held-out rows may take this share of the time, but is at so many of them at least.
LOOK_SHARE, LEAST_LOOKED = 0.1, 1_000
#: A busy machine may score so much slower later on.
MARGIN = 1.2
#: Beside the time of a fit, who asks for it leaves so much of it for scoring; beside its steps, a training leaves
#: the share of a look for the last one.
SPARE_SHARE = 0.15
#: Of the time that is left, what steps get at least; and how many times what is left is hopeless.
STEPS_SHARE, HOPELESS = 0.5, 2.0
#: What a row costs in a step, compared with scoring it.
STEP_COST = 3.0


@dataclass(frozen=True)
class Pace:
    """The time of one fit; without a deadline no clock is read.

    Attributes
    ----------
    began : float
        When the fit began, on the monotonic clock.
    deadline : Deadline
        When the fit and the scoring of its held-out rows must be over.
    row_seconds : float
        What scoring a row takes; 0 without a deadline.
    n_held_out : int
        Rows that are scored after the fit.
    """

    began: float
    deadline: Deadline
    row_seconds: float = 0.0
    n_held_out: int = 0

    @classmethod
    def of(cls, began: float, learner: Learner, valid: Samples | None, context: FitContext) -> Pace:
        """Return the pace of a network with its first weights on the held-out rows."""
        if valid is None or not math.isfinite(context.deadline.left()):
            return cls(began, context.deadline)
        n_rows = valid.matrix.n_rows
        few = valid.matrix.rows(np.arange(min(MEASURED_ROWS, n_rows)))
        # The first time pays for what is imported.
        times = [_seconds(learner, few, context.n_threads) for _ in range(1 + MEASURED_TIMES)][1:]
        each = statistics.median(times) / max(1, few.n_rows)
        return cls(began, context.deadline, _of_more(each, learner, valid.matrix, context), n_rows)

    def n_looked(self, most: int) -> int:
        """Return the held-out rows that a look is at, at most ``most``."""
        if self.row_seconds <= 0:
            return most
        affordable = int(LOOK_SHARE * self.deadline.left() / self.row_seconds)
        return min(most, max(LEAST_LOOKED, affordable))

    def limit(self, n_looked: int) -> Deadline:
        """Return when steps must be over, so that the last look and the scoring are in time.

        Steps get half of the time that is left, if not more: a busy machine measures too much. They get none
        where the rest would take far longer than all of it.
        """
        left, each = self.deadline.left(), MARGIN * self.row_seconds
        if each * (self.n_held_out + n_looked) > HOPELESS * left:
            return self.deadline.within(0.0)
        rest = 0.0
        if each > 0:
            look, scoring = each * n_looked, each * self.n_held_out
            rest = max(0.0, look - LOOK_SHARE * left) + max(0.0, scoring - SPARE_SHARE * left)
        return self.deadline.sooner(min(rest, STEPS_SHARE * left))

    def needed_seconds(self, n_seen: int, n_looked: int) -> float:
        """Return about what a fit with one pass over its rows takes, on top of the time since it began."""
        rows = self.n_held_out + n_looked + STEP_COST * n_seen
        return time.monotonic() - self.began + self.row_seconds * rows


def _seconds(learner: Learner, rows: Matrix, n_threads: int) -> float:
    start = time.monotonic()
    learner.predict(rows, n_threads)
    return time.monotonic() - start


def _of_more(each: float, learner: Learner, rows: Matrix, context: FitContext) -> float:
    """Return what a row costs among as many as can be scored in passing, at most ``each``."""
    n_rows = MORE_ROWS * MEASURED_ROWS
    while n_rows <= rows.n_rows and each * n_rows <= MEASURED_SHARE * context.deadline.left():
        seconds = _seconds(learner, rows.rows(np.arange(n_rows)), context.n_threads)
        each, n_rows = min(each, seconds / n_rows), MORE_ROWS * n_rows
    return each
