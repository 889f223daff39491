"""What the finished model may cost a row, how large it may be, whether it must explain itself.

An ensemble is bounded even where nobody asked: some 40,000 rows a second on two cores, less where it
learned from few rows. A bag of folds is thinned before a member is dropped, for the folds
of one member say much the same.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from itertools import combinations

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.trials.children import Candidate, Finished
from phantom_ml.automl.trials.draft import draft_bytes
from phantom_ml.config import Constraints

#: Trees of about 31 leaves that one core walks in a microsecond a row, measured on tables of 40 columns.
TREES_PER_MICROSECOND = 12.0
#: The same of a usual ensemble's trees, which are larger; for runs in which no decision may read a clock.
LARGE_TREES_PER_MICROSECOND = 22.0
#: So many times longer than its trees tell may a member take before the machine, not it, is to blame.
BUSY = 2.0
#: With more time a row than these need, early stopping knows better.
MOST_TREES = 400
#: Microseconds a row and output on one core that an ensemble may take where the user named no limit: many
#: classes need as many trees each. The fewer rows it learned from, the more members it needs: as long as the
#: training table is scored in so many seconds, it may take more, up to a limit.
ENSEMBLE_MICROSECONDS, TABLE_SECONDS, MOST_MICROSECONDS = 40.0, 5.0, 400.0
#: Where the heaviest member takes longer alone, others may take half as long beside it: alone it would cost
#: nearly as much and be worse.
BESIDE = 1.5


@dataclass(frozen=True)
class Allowance:
    """The constraints, and how a row's cost is known.

    Attributes
    ----------
    constraints : Constraints
    counts_trees : bool
        Whether the cost is told by the number of trees, the same in every run, instead of by the clock.
    n_outputs : int
        Columns of a prediction.
    n_rows : int or None
        Rows that were learned from; None: many.
    other_bytes : int
        Of a model's size, what is not its learners.
    """

    constraints: Constraints
    counts_trees: bool = False
    n_outputs: int = 1
    n_rows: int | None = None
    other_bytes: int = 0

    def cost(self, members: Sequence[Finished]) -> float:
        """Return microseconds a row on one core."""
        clock = [f.trial.predict_us_per_row or 0.0 for f in members]
        if self.constraints.predict_us_per_row is not None:
            return sum(clock)
        trees = [f.n_serving_trees / LARGE_TREES_PER_MICROSECOND for f in members]
        if self.counts_trees:
            return sum(trees)
        # On a busy machine the clock makes every member dear, and would leave the best of them alone.
        return sum(min(c, BUSY * t) if t else c for c, t in zip(clock, trees, strict=True))

    def meets(self, members: Sequence[Finished]) -> bool:
        """Return whether some trials together keep what the user asked for."""
        asked = self.constraints
        if asked.predict_us_per_row is not None and self.cost(members) > asked.predict_us_per_row:
            return False
        if asked.explainable and not all(map(_explains, members)):
            return False
        limit = asked.max_bytes
        return limit is None or _bytes(members) + self.other_bytes <= limit

    def bound(self, heaviest: Finished) -> float:
        """Return the microseconds that an ensemble around its heaviest member may take."""
        while len(heaviest.serving) > 1:
            heaviest = heaviest.thinner()
        of_table = 1e6 * TABLE_SECONDS / self.n_rows if self.n_rows else 0.0
        each = min(max(ENSEMBLE_MICROSECONDS, of_table), MOST_MICROSECONDS)
        return max(each * self.n_outputs, BESIDE * self.cost([heaviest]))

    def affords(self, members: Sequence[Finished], bound: float) -> bool:
        """Return whether some trials may be an ensemble together."""
        return self.cost(members) <= bound and self.meets(members)


def cheap_candidates(constraints: Constraints) -> list[Candidate]:
    """Return boosters of just so many trees as a constraint on time allows; empty without one."""
    limit = constraints.predict_us_per_row
    if limit is None:
        return []
    trees = min(MOST_TREES, max(5, round(limit * TREES_PER_MICROSECOND)))
    few, many = {"learning_rate": 0.2, "num_leaves": 31}, {"learning_rate": 0.1, "num_leaves": 15}
    return [
        Candidate("LightGBM", few, n_rounds=max(5, trees // 2)),
        Candidate("LightGBM", many, n_rounds=trees),
    ]


def within(best: Sequence[Finished], allowance: Allowance) -> list[Finished]:
    """Return the trials that keep the constraints alone, in their order; the cheapest if none does.

    A trial whose folds are too many together serves with those that are allowed.
    """
    thin = [_thinned(f, allowance) for f in best]
    kept = [f for f in thin if allowance.meets([f])]
    return kept or sorted(thin, key=lambda f: allowance.cost([f]))[:1]


def _thinned(finished: Finished, allowance: Allowance) -> Finished:
    while not allowance.meets([finished]) and len(finished.serving) > 1:
        finished = finished.thinner()
    return finished


def economical(
    mixture: Mixture, best: Sequence[Finished], allowance: Allowance
) -> tuple[Mixture, dict[int, Finished]]:
    """Return the mixture that may be served, and its members by their position in ``best``.

    The costliest bag loses a fold, again and again; where all are down to one, those stay that have
    the most weight together of all that are afforded together.
    """
    order = sorted(mixture.weights, key=lambda i: -abs(mixture.weights[i]))
    members = {i: best[i] for i in order}
    bound = allowance.bound(best[order[0]])
    while len(members) > 1 and not allowance.affords(list(members.values()), bound):
        bags = [i for i, f in members.items() if len(f.serving) > 1]
        if not bags:
            members = _afforded(members, mixture, lambda chosen: allowance.affords(chosen, bound))
            break
        costliest = max(bags, key=lambda i: allowance.cost([members[i]]))
        members[costliest] = members[costliest].thinner()
    return _reweighted(mixture, members), members


def _afforded(
    members: dict[int, Finished],
    mixture: Mixture,
    affords: Callable[[list[Finished]], bool],
) -> dict[int, Finished]:
    """Return the members with the most weight that are afforded together, or the heaviest alone.

    The heaviest is not given up for others that have less weight together.
    """

    def weight(chosen: Sequence[int]) -> float:
        return sum(abs(mixture.weights[i]) for i in chosen)

    heaviest = next(iter(members))
    sets = [s for n in range(1, len(members)) for s in combinations(members, n)]
    fitting = [s for s in sets if affords([members[i] for i in s])]
    best = max(fitting, key=weight, default=(heaviest,))
    if weight(best) < weight((heaviest,)):
        best = (heaviest,)
    return {i: members[i] for i in best}


def _reweighted(mixture: Mixture, members: dict[int, Finished]) -> Mixture:
    weights = {i: mixture.weights[i] for i in members}
    if len(members) < len(mixture.weights) and mixture.combination == "mean":
        whole = sum(weights.values())
        weights = {i: w / whole for i, w in weights.items()}
    return replace(mixture, weights=weights)


def broken(
    members: Sequence[Finished], cost: float, size: int, constraints: Constraints
) -> list[str]:
    """Return a sentence for each constraint that even the cheapest trial does not keep.

    Parameters
    ----------
    members : sequence of Finished
        Those of the finished model.
    cost : float
        Microseconds a row.
    size : int
        Bytes of the model on disk.
    constraints : Constraints
    """
    found, limit = [], constraints.predict_us_per_row
    if limit is not None and cost > limit:
        found.append(f"A row takes {cost:.3g} µs, more than the {limit:g} that were allowed.")
    if constraints.max_bytes is not None and size > constraints.max_bytes:
        found.append(
            f"The model has {size:,} bytes, more than the {constraints.max_bytes:,} allowed."
        )
    if constraints.explainable and not all(map(_explains, members)):
        found.append("No algorithm that was tried has exact contributions.")
    return found


def _bytes(members: Sequence[Finished]) -> int:
    return draft_bytes([f.folder / s for f in members for s in f.serving])


def _explains(finished: Finished) -> bool:
    """Return whether a trial's learners tell exact contributions."""
    trial, prediction = finished.trial, finished.prediction
    settings = algorithms.get(trial.algorithm).model_validate(dict(trial.settings))
    return settings.explains(1 if prediction is None else prediction.shape[1])
