"""When a booster stops: by the loss on validation rows and patience with it, and by the deadline.

The patience is AutoGluon's: 300 rounds up to 10,000 rows, then in proportion fewer, never under 20,
and never under 20 rounds and three tenths of the best round so far.
"""

from __future__ import annotations

import math

import numpy as np

from phantom_ml.algorithms.base import FitContext
from phantom_ml.data.matrix import Samples
from phantom_ml.process.deadline import Deadline

#: Rounds where neither validation rows nor a number of rounds say when to stop.
UNGUIDED_ROUNDS = 300
#: A smaller gain is none: on rows that can be told apart the loss falls for ever.
LEAST_GAIN = 1e-7
#: Share of a constant's log loss below which the validation rows are told apart for good.
SETTLED_SHARE = 1e-4
#: Share of a constant's loss that so many rounds have to gain, where rounds grow dearer by their number.
SLOW_SHARE, SLOW_ROUNDS = 3e-5, 300
#: A round may take so much longer than the slowest of late before the deadline is passed.
ROUND_MARGIN = 1.5
#: What is waited for the first one is setting up, half of it or more.
FIRST_SHARE = 0.5


def patience(n_rows: int, best_round: int) -> int:
    """Return how many rounds without a better loss are waited for.

    Examples
    --------
    >>> patience(5_000, 10), patience(100_000, 10), patience(100_000, 1_000), patience(10**8, 0)
    (300, 30, 320, 20)
    """
    base = max(20.0, 300.0 * min(1.0, 10_000 / max(n_rows, 1)))
    return int(max(base, 20 + 0.3 * best_round))


def constant_loss(valid: Samples | None, context: FitContext) -> float:
    """Return the loss of the best answer that is one for all validation rows, at least 0.

    It is the log loss, for values the root of the mean squared error; 0 where no row is watched.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> constant_loss(None, FitContext(ProblemKind.BINARY))
    0.0
    """
    if valid is None or not len(valid.target):
        return 0.0
    if not context.kind.is_classification:
        mean = np.average(valid.target, weights=valid.weight)
        return float(np.sqrt(np.average((valid.target - mean) ** 2, weights=valid.weight)))
    totals = np.bincount(valid.target.astype(np.int64), weights=valid.weight)
    shares = totals[totals > 0] / max(float(totals.sum()), np.finfo(np.float64).tiny)
    return float(max(0.0, -(shares * np.log(shares)).sum()))


def settled_loss(valid: Samples | None, context: FitContext) -> float:
    """Return the log loss on validation rows below which another round has nothing to gain.

    It is SETTLED_SHARE of the loss of one answer for all rows, at least 0; 0 for values, and where no
    row or one class alone is watched.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> settled_loss(None, FitContext(ProblemKind.BINARY))
    0.0
    """
    return SETTLED_SHARE * constant_loss(valid, context) if context.kind.is_classification else 0.0


class Stopper:
    """Told of each round, it says whether there is to be another, and remembers the best.

    ``is_cut_short`` where there is none because of the deadline alone.

    Parameters
    ----------
    context : FitContext
        Its deadline always counts; its ``n_rounds``, where given, replaces early stopping.
    n_rows : int
        Rows that are trained on; they set the patience.
    max_rounds : int
        Never more rounds than this where the context does not give the number.
    has_valid : bool
        Whether losses on validation rows will be told.
    settled : float
        No round follows a loss this small, at least 0.
    slow : float
        None follows SLOW_ROUNDS in which the best loss fell by no more than this either; 0 asks for no
        such gain.

    Examples
    --------
    >>> from phantom_ml.config import ProblemKind
    >>> stopper = Stopper(FitContext(ProblemKind.BINARY, n_rounds=2), 100, 50, has_valid=False)
    >>> stopper.goes_on(None), stopper.goes_on(None), stopper.best_round
    (True, False, 2)
    """

    def __init__(
        self,
        context: FitContext,
        n_rows: int,
        max_rounds: int,
        *,
        has_valid: bool,
        settled: float = 0.0,
        slow: float = 0.0,
    ) -> None:
        self._n_rows, self._settled, self._slow = n_rows, settled, slow
        self._watches = has_valid and context.n_rounds is None
        unguided = min(max_rounds, UNGUIDED_ROUNDS)
        self.limit = context.n_rounds or (max_rounds if has_valid else unguided)
        self.rounds = 0
        self.best_round = 0
        self.best_loss = math.inf
        self._noted_round, self._noted_loss = 0, math.inf
        self.is_cut_short = False
        self._clock = RoundClock(context.deadline)

    @property
    def waited(self) -> float:
        """Return the share of the rounds so far that came after the best one, 0 to 1."""
        return 1.0 - self.best_round / self.rounds if self.rounds else 0.0

    def goes_on(self, loss: float | None) -> bool:
        """Return whether another round is to follow the one of this validation loss."""
        self.rounds += 1
        in_time = self._clock.allows_another()
        if not self._watches or loss is None:
            self.best_round = self.rounds
        elif loss < self.best_loss - LEAST_GAIN or self.best_round == 0:
            self.best_loss, self.best_round = loss, self.rounds
        wanted = (
            self.rounds < self.limit
            and self.best_loss > self._settled
            and (not self._watches or self._may_gain())
        )
        self.is_cut_short = wanted and not in_time
        return wanted and in_time

    def _may_gain(self) -> bool:
        """Return whether there was a better loss of late, and one that is better by what is asked for."""
        if self._noted_round == 0 or self.best_loss < self._noted_loss - self._slow:
            self._noted_round, self._noted_loss = self.best_round, self.best_loss
        is_slow = self._slow > 0 and self.rounds - self._noted_round >= SLOW_ROUNDS
        waited = self.rounds - self.best_round
        return waited < patience(self._n_rows, self.best_round) and not is_slow


class RoundClock:
    """Whether one more round ends before the deadline, judged by the slowest of the last ones."""

    def __init__(self, deadline: Deadline) -> None:
        self._deadline = deadline
        self._last = deadline.clock()
        self._slowest = 0.0
        self._share = FIRST_SHARE

    def allows_another(self) -> bool:
        """Return whether there is time for a round like those before; call it after each."""
        now = self._deadline.clock()
        # Older rounds fade, so that one hiccup does not end a long fit early.
        self._slowest = max(self._share * (now - self._last), 0.9 * self._slowest)
        self._last, self._share = now, 1.0
        return self._deadline.left() > ROUND_MARGIN * self._slowest
