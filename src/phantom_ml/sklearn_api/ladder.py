"""A trial of an algorithm on its way up the rungs: fitted anew on each, or growing from one to the next."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from phantom_ml.process import Limits
from phantom_ml.sklearn_api.fit_under_way import FitUnderWay
from phantom_ml.tuning.bench import ROWS, SHARES, Bench, levels
from phantom_ml.tuning.result import FOLDS


@dataclass(frozen=True)
class Turn:
    """What one fit of a trial may take.

    Attributes
    ----------
    part : float
        Of the time that is left to fits, at first.
    n_left : int
        Fits of the trial that are still to be made, this one among them.
    share : float
        Of the fold's training rows.
    looks : tuple of int
        Rounds, trees or epochs at which it shows what it predicts, and waits.
    """

    part: float
    n_left: int
    share: float = 1.0
    looks: tuple[int, ...] = ()


class Fits(Protocol):
    """Where the fits of a trial are made and scored."""

    bench: Bench
    n_rungs: int

    def score(self, settings: Mapping[str, Any], fold: int, limits: Limits, turn: Turn) -> float:
        """Return the score of a whole fit on a fold."""

    def fit(
        self, settings: Mapping[str, Any], fold: int, limits: Limits, turn: Turn
    ) -> FitUnderWay:
        """Begin a fit on a fold."""

    def scored(self, predicted: NDArray[np.float64], fold: int) -> float:
        """Return the score of what a fit predicted of a fold's held-out rows."""

    def spare(self, n_fits: int, limits: Limits) -> float:
        """Return the seconds that so many fits leave of those that are left."""


def _part_of_rung(rung: int) -> float:
    """Return the part of a trial's time that a rung may take of what it and those after it have.

    Half of it goes by how much the rung gives a fit, half is the same for all rungs: a fit's start takes as long
    on the lowest. What a rung does not need is left to those after it.
    """
    by_size = SHARES[rung] / sum(SHARES[rung:])
    return (by_size + 1 / len(SHARES[rung:])) / 2


@dataclass
class Ladder:
    """One trial, fitted anew on each rung: the scores by fold after it."""

    bench: Fits
    settings: dict[str, Any]
    limits: Limits
    rung: int = 0
    scores: list[float] = field(default_factory=list)

    def step(self) -> dict[str, Any] | None:
        """Return the scores after the next rung; raises ProcessError."""
        resource, bench = self.bench.bench.resource, self.bench
        n_folds = len(bench.bench.folds)
        if resource == FOLDS:
            n_left = n_folds - self.rung
            turn = Turn(1 / n_left, n_left)
            self.scores.append(bench.score(self.settings, self.rung, self.limits, turn))
        else:
            settings, share = dict(self.settings), SHARES[self.rung]
            of_rung = _part_of_rung(self.rung)
            if resource != ROWS:
                settings[resource], share = levels(int(settings[resource]))[self.rung], 1.0
            # Each fold leaves the later ones of its rung, and the later rungs, their part.
            n_left = n_folds * (bench.n_rungs - self.rung)
            turns = [
                Turn(of_rung / (n_folds - f * of_rung), n_left - f, share) for f in range(n_folds)
            ]
            self.scores = [bench.score(settings, f, self.limits, t) for f, t in enumerate(turns)]
        self.rung += 1
        return {"scores": [*self.scores]}

    def __enter__(self) -> Ladder:
        return self

    def __exit__(self, *_: object) -> None:
        """Each child has ended with its step."""


@dataclass
class GrowingLadder:
    """One trial whose fits grow: each waits after its rung, and goes on from where it is.

    All folds' fits are there at once, one at work. Each has an even part of the trial's time, which stands while
    it waits.
    """

    bench: Fits
    settings: dict[str, Any]
    limits: Limits
    fits: list[FitUnderWay] = field(default_factory=list)
    stack: ExitStack = field(default_factory=ExitStack)

    def step(self) -> dict[str, Any] | None:
        """Return the scores after the next rung; raises ProcessError."""
        if self.fits:
            return {"scores": [self._score(fold) for fold in range(len(self.fits))]}
        n_folds, resource = len(self.bench.bench.folds), self.bench.bench.resource
        looks = tuple(levels(int(self.settings[resource]))[:-1])
        each, scores = self._left(n_folds) / n_folds, []
        for fold in range(n_folds):
            left = self._left(n_folds)
            turn = Turn(
                min(1.0, each / left) if np.isfinite(left) and left else 1.0, n_folds, looks=looks
            )
            fit = self.bench.fit(self.settings, fold, self.limits, turn)
            self.fits.append(self.stack.enter_context(fit))
            scores.append(self._score(fold))
        return {"scores": scores}

    def _left(self, n_fits: int) -> float:
        return self.limits.deadline.left() - self.bench.spare(n_fits, self.limits)

    def _score(self, fold: int) -> float:
        return self.bench.scored(self.fits[fold].predicted(), fold)

    def __enter__(self) -> GrowingLadder:
        return self

    def __exit__(self, *_: object) -> None:
        """End what waits: the trial was given up."""
        self.stack.close()
