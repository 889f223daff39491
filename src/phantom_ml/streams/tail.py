"""How surprising a raw score is against the series' own past: one scale for all detectors and series, in nats.

Minus the logarithm of the share of past scores that were as high. Beyond the highest twentieth the scores
over that mark are taken for exponential ones, so that what was never seen can be told apart. That is the
threshold of each series: one line in nats is another raw score in each of them. A score beyond the line is
set aside, so that a lasting anomaly does not teach that it is usual, and counts only after many more rows, so
that a new normal is learned in the end. Memory is constant.

Sources: peaks over threshold on streams, Siffer, Fouque, Termier & Largouet, KDD 2017,
doi:10.1145/3097983.3098144; a score's share among past scores, Ahmad, Lavin, Purdy & Agha, Neurocomputing
262, 2017, doi:10.1016/j.neucom.2017.04.070.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np

from phantom_ml.parts.arrays import Arrays, require
from phantom_ml.streams.base import Bools, Floats, next_multiple

#: Scores that are remembered, and rows after which their order is learned anew.
REMEMBERED, EVERY = 6000, 256
#: Share of the scores that counts as the tail, and so many of them at least.
TAIL_SHARE, TAIL_ROWS = 0.05, 5
#: Rows that a score beyond the line waits before it counts.
SET_ASIDE = 1000
#: The tail goes at least this share of its mark beyond it: scores that hardly vary do not tell how far they may.
LEAST_EXCESS = 0.1
#: Fewer scores tell nothing.
LEAST = 8


@dataclass
class Tail:
    """The last raw scores of one detector on one series.

    Attributes
    ----------
    line : float
        Nats beyond which a score is set aside.
    scores : array of shape (n_kept,)
    aside : bool array of shape (n_kept,)
    ordered : array of shape (n_counted,)
        Those that count, ascending, as of the last time they were learned.
    n_seen : int
    """

    line: float
    scores: Floats = field(default_factory=lambda: np.empty(0))
    aside: Bools = field(default_factory=lambda: np.empty(0, bool))
    ordered: Floats = field(default_factory=lambda: np.empty(0))
    n_seen: int = 0

    def begin(self, scores: Floats, n_seen: int) -> None:
        """Forget all scores for those that the detector now gives the rows it remembers."""
        self.scores, self.n_seen = scores[-REMEMBERED:], n_seen
        self.aside = np.zeros(len(self.scores), bool)
        self._learn()

    def update(self, raw: Floats) -> Floats:
        """Return the surprise of further raw scores, in nats, each by those before it; at least 0."""
        found, start = np.empty(len(raw)), 0
        while start < len(raw):
            due = next_multiple(self.n_seen, EVERY)
            part = raw[start : start + due]
            nats = self.surprise(part)
            found[start : start + due] = nats
            self.scores = np.concatenate([self.scores, part])[-REMEMBERED:]
            self.aside = np.concatenate([self.aside, nats >= self.line])[-REMEMBERED:]
            self.n_seen += len(part)
            if len(part) == due:
                self._learn()
            start += len(part)
        return found

    def surprise(self, raw: Floats) -> Floats:
        """Return the surprise of raw scores by what was learned last."""
        n = len(self.ordered)
        if n < LEAST:
            return np.zeros(len(raw))
        n_tail = max(TAIL_ROWS, int(TAIL_SHARE * n))
        mark = float(self.ordered[-n_tail])
        excess = float((self.ordered[-n_tail:] - mark).mean())
        excess = max(excess, 1e-9 + LEAST_EXCESS * abs(mark))
        at_mark = -np.log(n_tail / n)
        as_high = n - np.searchsorted(self.ordered, raw, side="left")
        counted = np.minimum(-np.log((as_high + 0.5) / (n + 0.5)), at_mark)
        beyond = at_mark + np.maximum(raw - mark, 0.0) / excess
        return np.asarray(np.where(raw > mark, beyond, np.maximum(counted, 0.0)))

    def _learn(self) -> None:
        age = np.arange(len(self.scores))[::-1]
        counts = ~self.aside | (age >= SET_ASIDE)
        chosen = self.scores[counts] if counts.sum() >= LEAST else self.scores
        self.ordered = np.sort(chosen)

    def arrays(self) -> Arrays:
        """Return what ``of_arrays`` takes."""
        told = {"scores": self.scores, "aside": self.aside, "ordered": self.ordered}
        return {**told, "n_seen": np.array([self.n_seen])}

    @classmethod
    def of_arrays(cls, line: float, arrays: Arrays) -> Tail:
        """Return the tail that was saved; raises BundleDamaged."""
        for name in ("scores", "aside", "ordered", "n_seen"):
            require(name in arrays and arrays[name].ndim == 1, f"the tail lacks {name!r}")
        scores, aside, ordered = (arrays[n] for n in ("scores", "aside", "ordered"))
        right = scores.dtype == ordered.dtype == np.float64 and aside.dtype == np.bool_
        fits = len(scores) == len(aside) <= REMEMBERED and len(ordered) <= REMEMBERED
        require(right and fits and len(arrays["n_seen"]) == 1, "the tail's sizes do not fit")
        finite = bool(np.isfinite(scores).all() and np.isfinite(ordered).all())
        require(finite and bool((np.diff(ordered) >= 0).all()), "the tail is not in order")
        n_seen = int(arrays["n_seen"][0])
        require(
            n_seen >= len(scores) * (n_seen < REMEMBERED), "the tail saw fewer rows than it has"
        )
        return cls(line, scores, aside, ordered, n_seen)
