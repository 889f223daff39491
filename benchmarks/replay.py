"""A search replayed on the trials of a library: what was tried, and what is left after each trial."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from benchmarks.portfolio import Mixtures, Shelf


@dataclass(frozen=True)
class Search:
    """A search up to now: places that were tried, and after each one the median trials spent and what is left.

    ``gains`` are what each trial took off the loss on the rows that mix, which a search can know; ``losses`` of
    shape (n_trials,) those of each trial of the shelf alone.
    """

    shelf: Shelf
    losses: np.ndarray
    mixtures: Mixtures
    left: tuple[float, ...]
    spent: tuple[float, ...] = (0.0,)
    tried: tuple[int, ...] = ()
    gains: tuple[float, ...] = ()

    @classmethod
    def of(cls, shelf: Shelf) -> Search:
        """Return what there is before the first trial."""
        losses = np.array([shelf.loss(p, 0) + shelf.loss(p, 1) for p in shelf.predictions])
        return cls(shelf, losses, shelf.start(), (shelf.left(shelf.start()),))

    def after(self, place: int) -> Search:
        """Return the search after one more trial."""
        shelf, grown = self.shelf, self.shelf.grown(self.mixtures, self.shelf.predictions[place])
        before, now = (shelf.loss(m[0], 0) + shelf.loss(m[1], 1) for m in (self.mixtures, grown))
        return replace(
            self,
            mixtures=grown,
            left=(*self.left, shelf.left(grown)),
            spent=(*self.spent, self.spent[-1] + float(shelf.seconds[place])),
            tried=(*self.tried, place),
            gains=(*self.gains, before - now),
        )

    def left_at(self, moments: Sequence[float]) -> np.ndarray:
        """Return what is left at moments, by the trials that had ended then."""
        return np.array(self.left)[np.searchsorted(self.spent, moments, side="right") - 1]

    def own(self, name: str) -> list[bool]:
        """Return which trials were of an algorithm."""
        return [self.shelf.settings[p]["algorithm"] == name for p in self.tried]

    def seconds(self, name: str) -> float:
        """Return the mean of an algorithm's trials; of one that was not tried, of all."""
        took, own = self.shelf.seconds[list(self.tried)], self.own(name)
        return float(np.mean(took[own] if any(own) else took))
