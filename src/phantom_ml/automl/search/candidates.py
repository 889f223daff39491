"""What to try next: the portfolio in its order, then settings near what was good."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import chain, islice, zip_longest

import numpy as np

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.spaces import Space, grid_of, holds, known_of, moved
from phantom_ml.automl.search.halving import promoted, rungs
from phantom_ml.automl.search.left import all_tried, grid_ended, is_known, left_of
from phantom_ml.automl.trials.children import Candidate, Finished, said
from phantom_ml.config import OptimizationMethod
from phantom_ml.model.trial import Trial, TrialStatus
from phantom_ml.tuning.propose import propose
from phantom_ml.wording import counted

#: Algorithms whose settings are searched on: the best few; more only dilute the search.
FAMILIES = 4
#: Draws after which a search takes what is left of its spaces, in no order.
DRAWS = 20
#: Failures after which an algorithm without a complete trial is given up, whatever its settings.
FAILURES = 5


@dataclass(frozen=True)
class Candidates:
    """The order of trials.

    Attributes
    ----------
    first : tuple of Candidate
        Tried in this order before any search.
    method : OptimizationMethod
    seed : int
    given : mapping of algorithm to its space
        Searched instead of the algorithm's own bounds.
    n_rows : int
        Rows of a fit, which Hyperband begins with few of.
    """

    first: tuple[Candidate, ...]
    method: OptimizationMethod
    seed: int
    given: Mapping[str, Space] = field(default_factory=dict)
    n_rows: int = 0
    #: Whether settings are searched after the first ones; without answers nothing tells which are better.
    searches: bool = True

    def next(
        self, number: int, seen: Sequence[Finished], begun: Sequence[Candidate] = ()
    ) -> Candidate | None:
        """Return the candidate for trial ``number``, given the finished trials; None: nothing is left.

        ``begun`` are those of all earlier trials, ended or not: none of them is proposed again.
        A pure function, so that a run with the same history goes on in the same way.
        """
        if number < len(self.first):
            return self.first[number]
        if not self.searches:
            return None
        if self.method is OptimizationMethod.GRID_SEARCH:
            return self._of_grid(number - len(self.first))
        ladder = rungs(self.n_rows) if self.method is OptimizationMethod.HYPERBAND else (None,)
        return (
            promoted(seen, ladder, begun)
            or self._proposed(number, seen, begun, ladder[0])
            or promoted(seen, ladder, begun, factor=1)
        )

    def _proposed(
        self,
        number: int,
        seen: Sequence[Finished],
        begun: Sequence[Candidate],
        max_rows: int | None,
    ) -> Candidate | None:
        """Return settings near what was good, drawn by the number; None where nothing new is left."""
        families, tried = self._families(seen), _tried(seen, begun)
        if not families:
            return None
        rng = np.random.default_rng([self.seed, number])
        # The best few; of more the search would be diluted, as long as anything else is left.
        near = [n for n in families if n in families[:FAMILIES] or not self._succeeded(n, seen)]
        drawn = (self._drawn(near, rng, seen, max_rows) for _ in range(DRAWS))
        spaces = {name: self._space(name) for name in families}
        left = left_of(spaces, tried, max_rows, [self.seed, number])
        # A space of a few values is soon tried out; the same again would tell nothing.
        new = (c for c in drawn if not is_known(c, tried))
        return self._least_shared(new, seen) or self._least_shared(islice(left, DRAWS), seen)

    def _least_shared(
        self, candidates: Iterable[Candidate], seen: Sequence[Finished]
    ) -> Candidate | None:
        """Return the first candidate that shares the fewest values with what failed alone; None of none."""
        failed = [f.trial for f in seen if f.trial.status is TrialStatus.FAILED]
        best, fewest = None, np.inf
        for found in candidates:
            shared = 0 if self._succeeded(found.algorithm, seen) else _shared(found, failed)
            if shared < fewest:
                best, fewest = found, shared
            if fewest == 0:
                break
        return best

    def _drawn(
        self,
        families: Sequence[str],
        rng: np.random.Generator,
        seen: Sequence[Finished],
        max_rows: int | None,
    ) -> Candidate:
        # The best family is tried twice as often as the second, and so on.
        weight = 0.5 ** np.arange(len(families))
        name = families[int(rng.choice(len(families), p=weight / weight.sum()))]
        space = self._space(name)
        history = [
            (known_of(space, name, f.trial.settings), float(np.mean(f.losses)))
            for f in seen
            if f.complete and f.trial.algorithm == name and f.order.candidate.max_rows == max_rows
        ]
        settings = propose(space, history, self.method, int(rng.integers(2**31)))
        return Candidate(name, settings, max_rows, raced=True)

    def _space(self, name: str) -> Space:
        return self.given.get(name) or algorithms.get(name).space()

    def _of_grid(self, place: int) -> Candidate | None:
        """Return the candidate at a place of the grids, but those that came first."""
        known = {said(c) for c in self.first}
        points = (c for s, c in self._grid().items() if s not in known)
        return next(islice(points, place, None), None)

    def _grid(self) -> dict[str, Candidate]:
        """Return all points of the grids, each once by what it says, one of each algorithm in turn."""
        names = dict.fromkeys([c.algorithm for c in self.first] + [*self.given])
        grids = [[(n, point) for point in grid_of(n, self.given, self.seed)] for n in names]
        turns = [turn for turn in chain.from_iterable(zip_longest(*grids)) if turn is not None]
        points = (Candidate(name, settings, raced=True) for name, settings in turns)
        return {said(c): c for c in points}

    def untried(self, seen: Sequence[Finished]) -> list[str]:
        """Return what to say of a grid that was not gone through to its end, or of spaces that were."""
        if not self.searches:
            return []
        if self.method is not OptimizationMethod.GRID_SEARCH:
            # What was given up on few rows is not tried on more.
            over = [
                f.order.candidate
                for f in seen
                if f.order.candidate.max_rows is None or not f.complete
            ]
            spaces = {name: self._space(name) for name in self._families(seen)}
            return all_tried(spaces, {said(replace(c, max_rows=None)) for c in over})
        points = self._grid()
        n_tried = len({said(f.order.candidate) for f in seen} & set(points))
        if n_tried == len(points):
            return grid_ended(points.values())
        were = "was" if n_tried == 1 else "were"
        return [f"{n_tried} of {counted(len(points), 'point')} of the grid {were} tried."]

    def _families(self, seen: Sequence[Finished]) -> list[str]:
        """Return the algorithms worth searching on, the best first."""
        best: dict[str, float] = {}
        for f in seen:
            if f.complete and self._space(f.trial.algorithm):
                loss = float(np.mean(f.losses))
                best[f.trial.algorithm] = min(loss, best.get(f.trial.algorithm, np.inf))
        known = sorted(best, key=lambda name: (best[name], name))
        return [*known, *self._failing(seen, known)]

    def _failing(self, seen: Sequence[Finished], known: Sequence[str]) -> list[str]:
        """Return the algorithms that may do with other settings, though all their trials failed till now.

        Where others gave a model only those that a space is given for are worth it.
        """
        failures = Counter(f.trial.algorithm for f in seen if f.trial.status is TrialStatus.FAILED)
        return [
            name
            for name, n in sorted(failures.items())
            if n < FAILURES
            and not self._succeeded(name, seen)
            and (name in self.given or (not known and self._space(name)))
        ]

    def _succeeded(self, name: str, seen: Sequence[Finished]) -> bool:
        return any(f.complete for f in seen if f.trial.algorithm == name)


def _tried(seen: Sequence[Finished], begun: Sequence[Candidate]) -> set[str]:
    return {said(c) for c in (*begun, *(f.order.candidate for f in seen))}


def _shared(candidate: Candidate, failed: Sequence[Trial]) -> int:
    """Return how many values a candidate shares with failed trials: one of them may be what failed."""
    own = [t.settings for t in failed if t.algorithm == candidate.algorithm]
    return sum(
        any(name in other and other[name] == value for other in own)
        for name, value in candidate.settings.items()
    )


def within_spaces(
    first: Sequence[Candidate],
    given: Mapping[str, Space],
    method: OptimizationMethod,
    seed: int = 0,
) -> list[Candidate]:
    """Return the candidates in their order, those of an algorithm that has a space only from inside it.

    At the places of such an algorithm stand its candidates that lie inside, as many as there are; where none
    does, its defaults, brought to the nearest values of the space; in a grid search the first points of its
    grid. A candidate of a fixed number of rounds keeps its place, brought into the space.
    """
    free = [c for c in first if c.n_rounds is None]
    kept = {name: iter(_inside(free, name, given, method, seed)) for name in given}
    found = []
    for c in first:
        if c.algorithm not in given:
            found.append(c)
        elif c.n_rounds is not None:
            settings = moved(given[c.algorithm], c.algorithm, c.settings)
            found.append(replace(c, settings=settings))
        else:
            found.extend(islice(kept[c.algorithm], 1))
    return found


def _inside(
    candidates: Sequence[Candidate],
    name: str,
    given: Mapping[str, Space],
    method: OptimizationMethod,
    seed: int,
) -> list[Candidate]:
    if method is OptimizationMethod.GRID_SEARCH:
        points = (Candidate(name, point) for point in grid_of(name, given, seed))
        return list({said(c): c for c in points}.values())
    own = [c for c in candidates if c.algorithm == name and holds(given[name], name, c.settings)]
    return own or [Candidate(name, moved(given[name], name, {}))]
