"""The test part of a task that keeps one: the newest rows, whole entities, or a share of each class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from phantom_ml.automl.problem import Problem
from phantom_ml.data.matrix import Rows

#: Fewer rows of a class than this leave nothing to measure: then there is no test part.
LEAST_OF_CLASS = 10
FORWARD = "the newest rows"
GROUPED = "whole entities that training never saw"
RANDOM = "rows drawn at random (nothing names a time or an entity, so it is optimistic)"


@dataclass(frozen=True)
class Holdout:
    """A problem in two parts.

    Attributes
    ----------
    development : Problem
        What the search sees.
    test : Problem or None
        What measures the finished model; None where the rows are too few.
    how : str
        Which rows are the test part, in words.
    """

    development: Problem
    test: Problem | None
    how: str = ""

    @classmethod
    def of(cls, problem: Problem, seed: int) -> Holdout:
        """Return the parts of a problem, as its task asks."""
        share = problem.task.test_share
        if not share or problem.n_validation:
            return cls(problem, None)
        rows, how = _test_rows(problem, share, seed)
        rest = np.setdiff1d(np.arange(problem.n_rows), rows)
        parts = [problem.rows(part) for part in (rest, rows)]
        if any(_fewest(part) < LEAST_OF_CLASS for part in parts):
            told = "The rows are too few for a test part: what was promised could not be checked."
            return cls(replace(problem, warnings=(*problem.warnings, told)), None)
        return cls(parts[0], parts[1], how)


def _test_rows(problem: Problem, share: float, seed: int) -> tuple[Rows, str]:
    rng = np.random.default_rng([seed, 11])
    n_rows, ties = problem.n_rows, problem.ties
    if ties.time is not None:
        # Rows of one moment stay together.
        line = np.quantile(ties.time, 1.0 - share, method="higher")
        return np.flatnonzero(ties.time >= line), FORWARD
    if ties.groups is not None and (ties.groups >= 0).any():
        groups = np.where(ties.groups < 0, -1 - np.arange(n_rows), ties.groups)
        names, sizes = np.unique(groups, return_counts=True)
        order = rng.permutation(len(names))
        chosen = names[order[np.cumsum(sizes[order]) <= share * n_rows]]
        return np.flatnonzero(np.isin(groups, chosen)), GROUPED
    codes = problem.target.values.astype(np.int64)
    parts = [rng.permutation(np.flatnonzero(codes == c)) for c in np.unique(codes)]
    return np.sort(np.concatenate([p[: round(share * len(p))] for p in parts])), RANDOM


def _fewest(problem: Problem) -> int:
    counts = np.bincount(problem.target.values.astype(np.int64), minlength=problem.n_classes)
    return int(counts.min())
