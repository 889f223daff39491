"""What to try next: the portfolio in its order, then settings near what was good."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.trials import Candidate, Finished
from phantom_ml.config import OptimizationMethod
from phantom_ml.tuning.propose import propose

#: Algorithms whose settings are searched on: the best few; more only dilute the search.
FAMILIES = 4


@dataclass(frozen=True)
class Candidates:
    """The order of trials.

    Attributes
    ----------
    first : tuple of Candidate
        Tried in this order before any search.
    method : OptimizationMethod
    seed : int
    """

    first: tuple[Candidate, ...]
    method: OptimizationMethod
    seed: int

    def next(self, number: int, seen: Sequence[Finished]) -> Candidate | None:
        """Return the candidate for trial ``number``, given the finished trials; None: nothing is left.

        A pure function, so that a run with the same history goes on in the same way.
        """
        if number < len(self.first):
            return self.first[number]
        families = _families(seen)
        if not families:
            return None
        rng = np.random.default_rng([self.seed, number])
        # The best family is tried twice as often as the second, and so on.
        weight = 0.5 ** np.arange(len(families))
        name = families[int(rng.choice(len(families), p=weight / weight.sum()))]
        history = [
            (_complete_settings(f), float(np.mean(f.losses)))
            for f in seen
            if f.complete and f.trial.algorithm == name
        ]
        algorithm = algorithms.get(name)
        settings = propose(algorithm.space(), history, self.method, int(rng.integers(2**31)))
        return Candidate(name, settings, raced=True)


def _families(seen: Sequence[Finished]) -> list[str]:
    """Return the algorithms worth searching on, the best first."""
    best: dict[str, float] = {}
    for f in seen:
        if f.complete and algorithms.get(f.trial.algorithm).space():
            loss = float(np.mean(f.losses))
            best[f.trial.algorithm] = min(loss, best.get(f.trial.algorithm, np.inf))
    return sorted(best, key=lambda name: (best[name], name))[:FAMILIES]


def _complete_settings(finished: Finished) -> dict[str, bool | int | float | str]:
    """Return the settings with the defaults of those that were not given."""
    algorithm = algorithms.get(finished.trial.algorithm)
    return dict(algorithm.model_validate(dict(finished.trial.settings)).model_dump())
