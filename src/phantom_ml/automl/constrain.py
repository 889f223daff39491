"""Constraints on the finished model: what a row may cost, how large it may be, whether it must explain itself."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from phantom_ml.algorithms.base import Learner, algorithms
from phantom_ml.automl.draft import draft_bytes
from phantom_ml.automl.ensemble import Mixture
from phantom_ml.automl.trials import Candidate, Finished
from phantom_ml.config import Constraints

#: Trees of about 31 leaves that one core walks in a microsecond a row, measured on tables of 40 columns.
TREES_PER_MICROSECOND = 12.0

#: With more time a row than these need, early stopping knows better.
MOST_TREES = 400


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


def within(best: Sequence[Finished], constraints: Constraints) -> list[Finished]:
    """Return the trials that meet the constraints alone, in their order; the cheapest if none does."""
    kept = [f for f in best if _meets([f], constraints)]
    return kept or sorted(best, key=lambda f: _cost([f]))[:1]


def pruned(mixture: Mixture, best: Sequence[Finished], constraints: Constraints) -> Mixture:
    """Return the mixture without its lightest members until the rest meet the constraints together."""
    order = sorted(mixture.weights, key=lambda i: -mixture.weights[i])
    while len(order) > 1 and not _meets([best[i] for i in order], constraints):
        order.pop()
    if len(order) == len(mixture.weights):
        return mixture
    weights = {i: mixture.weights[i] for i in order}
    whole = sum(weights.values()) if mixture.combination == "mean" else 1.0
    return replace(mixture, weights={i: w / whole for i, w in weights.items()})


def broken(members: Sequence[Finished], cost: float, constraints: Constraints) -> list[str]:
    """Return a sentence for each constraint that even the cheapest trial does not keep.

    Parameters
    ----------
    members : sequence of Finished
        Those of the finished model.
    cost : float
        Microseconds a row.
    constraints : Constraints
    """
    found, limit = [], constraints.predict_us_per_row
    if limit is not None and cost > limit:
        found.append(f"A row takes {cost:.3g} µs, more than the {limit:g} that were allowed.")
    size = draft_bytes([f.folder / s for f in members for s in f.serving])
    if constraints.max_bytes is not None and size > constraints.max_bytes:
        found.append(f"The model has {size} bytes, more than the {constraints.max_bytes} allowed.")
    if constraints.explainable and not all(_explains(f.trial.algorithm) for f in members):
        found.append("No algorithm that was tried has exact contributions.")
    return found


def _meets(members: Sequence[Finished], constraints: Constraints) -> bool:
    limit, size = constraints.predict_us_per_row, constraints.max_bytes
    if limit is not None and _cost(members) > limit:
        return False
    if constraints.explainable and not all(_explains(f.trial.algorithm) for f in members):
        return False
    return size is None or draft_bytes([f.folder / s for f in members for s in f.serving]) <= size


def _cost(members: Sequence[Finished]) -> float:
    """Return microseconds a row on one core, as measured on the held-out rows."""
    return sum(f.trial.predict_us_per_row or 0.0 for f in members)


def _explains(name: str) -> bool:
    """Return whether a learner tells exact contributions."""
    return algorithms.get(name).learner.contributions is not Learner.contributions
