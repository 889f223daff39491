"""The test part of a task that keeps one: the newest rows, whole entities, or a share of each class."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from phantom_ml.automl.question.problem import Problem
from phantom_ml.data.matrix import Rows
from phantom_ml.data.splits import has_forward
from phantom_ml.data.splits.balance import deal
from phantom_ml.data.splits.copies import units_of
from phantom_ml.data.times.parse import DAY_NS, NO_TIME, mostly_untimed
from phantom_ml.features.before import Before
from phantom_ml.features.unlabelled import Unlabelled
from phantom_ml.wording import counted

#: Fewer rows of a class than this leave nothing to measure: then there is no test part.
LEAST_OF_CLASS = 10
FORWARD = "the newest rows"
GROUPED = "whole entities that training never saw"
RANDOM = "rows drawn at random (nothing names a time or an entity, so it is optimistic)"
#: What to say where nothing is left that chose nothing.
GIVEN = (
    "No test part is kept, so what was promised could not be checked: the rows of validation_data choose the "
    "model and its threshold. Leave them out, or measure the model with evaluate on other labelled rows."
)
#: What the rows to learn from and the test part are called.
PLACES = {
    FORWARD: ("what comes before the newest quarter", "the newest quarter"),
    GROUPED: ("the part of the entities to learn from", "the part of the entities to test on"),
    RANDOM: ("the part to learn from", "a quarter drawn at random"),
}
#: What to do where one of them lacks a class.
NEXT = {
    FORWARD: "Give rows of a span in which both classes come early and late",
    GROUPED: "Give more entities with rows of both classes, or try another seed",
    RANDOM: "Give more of them",
}


@dataclass(frozen=True)
class Holdout:
    """A problem in two parts.

    Attributes
    ----------
    development : Problem
        What the search sees.
    test : Problem or None
        What measures the finished model; None where a class is too rare in one of the parts, or labels are
        too late for the first of them to be split in time.
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
        if not share:
            return cls(problem, None)
        if problem.n_validation:
            return cls(replace(problem, warnings=(*problem.warnings, GIVEN)), None)
        rows, how = _test_rows(problem, share, seed)
        rest = _before(problem, rows, how)
        unlabelled = _unlabelled(problem, rows, rest, how, np.random.default_rng([seed, 12]))
        parts = [
            replace(problem.rows(part), unlabelled=beside)
            for part, beside in zip((rest, rows), unlabelled, strict=True)
        ]
        if told := _without_room(parts[0]) or _lacking(parts, how):
            return cls(replace(problem, warnings=(*problem.warnings, told)), None)
        return cls(parts[0], parts[1], how)


def _test_rows(problem: Problem, share: float, seed: int) -> tuple[Rows, str]:
    rng = np.random.default_rng([seed, 11])
    n_rows, ties = problem.n_rows, problem.ties
    if ties.time is not None and not mostly_untimed(ties.time):
        # Rows of one moment stay together; those without a time are on no side.
        line = np.quantile(ties.time[ties.time != NO_TIME], 1.0 - share, method="higher")
        return np.flatnonzero(ties.time >= line), FORWARD
    if ties.groups is not None and (ties.groups >= 0).any():
        groups = np.where(ties.groups < 0, -1 - np.arange(n_rows), ties.groups)
        names, sizes = np.unique(groups, return_counts=True)
        order = rng.permutation(len(names))
        chosen = names[order[np.cumsum(sizes[order]) <= share * n_rows]]
        return np.flatnonzero(np.isin(groups, chosen)), GROUPED
    return _drawn(problem, share, rng, seed), RANDOM


def _drawn(problem: Problem, share: float, rng: np.random.Generator, seed: int) -> Rows:
    """Return a share of the rows of each class; exact copies of a row are on one side, where that can be."""
    codes = problem.target.values.astype(np.int64)
    copies = np.unique(problem.frame.hash_rows().to_numpy(), return_inverse=True)[1]
    n_parts = round(1 / share)
    units = units_of(codes, copies.astype(np.int64), n_parts, fewer=False)
    if units.n_kept:
        return np.flatnonzero(deal(codes, units.codes, n_parts, seed) == 0)
    parts = [rng.permutation(np.flatnonzero(codes == c)) for c in np.unique(codes)]
    return np.sort(np.concatenate([p[: round(share * len(p))] for p in parts]))


def _before(problem: Problem, test: Rows, how: str) -> Rows:
    """Return the other rows; in time those whose answers were known when the test part began."""
    time = problem.ties.time
    if time is None or how != FORWARD:
        return np.setdiff1d(np.arange(problem.n_rows), test)
    known = time < time[test].min() - problem.ties.embargo_ns
    return np.flatnonzero(known & (time != NO_TIME))


def _unlabelled(
    problem: Problem, test: Rows, rest: Rows, how: str, rng: np.random.Generator
) -> tuple[Unlabelled | None, Unlabelled | None]:
    """Return the rows that count as past alone for the rows to learn from, and for the test part.

    Rows whose answer came too late to be learned from had happened when the test part began.
    """
    given, late = problem.unlabelled, _late(problem, test, rest, how)
    if given is None:
        return late, None
    before = given.before
    if how == FORWARD and before.time is not None and problem.ties.time is not None:
        start = problem.ties.time[test].min()
        is_test, is_old = before.time >= start, (before.time < start) & (before.time != NO_TIME)
    elif how == GROUPED and before.groups is not None and problem.ties.groups is not None:
        entities = problem.ties.groups[test]
        is_test = np.isin(before.groups, entities[entities >= 0])
        is_old = ~is_test
    else:
        is_test = rng.random(given.frame.height) < len(test) / problem.n_rows
        is_old = ~is_test
    old, new = (given.rows(np.flatnonzero(chosen)) for chosen in (is_old, is_test))
    return (late if old is None else old.joined(late)), new


def _late(problem: Problem, test: Rows, rest: Rows, how: str) -> Unlabelled | None:
    """Return the rows before the test part whose answer was not known when it began; None where there is none."""
    time = problem.ties.time
    if time is None or how != FORWARD:
        return None
    old = np.flatnonzero((time < time[test].min()) & (time != NO_TIME))
    rows = np.setdiff1d(old, rest)
    before = Before(time, problem.ties.groups)
    return Unlabelled(problem.frame[rows], before.rows(rows)) if len(rows) else None


def _lacking(parts: list[Problem], how: str) -> str:
    """Return the sentence that says which part has too few rows of a class, or an empty one."""
    counts = np.stack([_of_classes(part) for part in parts])
    where, which = np.unravel_index(counts.argmin(), counts.shape)
    if counts[where, which] >= LEAST_OF_CLASS:
        return ""
    name, n_rows = parts[0].target.classes[which], counted(parts[where].n_rows, "row")
    found, rest = int(counts[where, which]), int(counts[1 - where, which])
    return (
        f"No test part is kept, so what was promised could not be checked: {PLACES[how][where]} "
        f"({n_rows}) holds {found or 'none'} of {name!r}, the rest {rest or 'none'}, and each needs at "
        f"least {LEAST_OF_CLASS}. {NEXT[how]}, or measure the model with evaluate on other labelled rows."
    )


def _without_room(development: Problem) -> str:
    """Return the sentence that says why a label delay leaves nothing to choose a model by, or an empty one."""
    if has_forward(development.target.values, development.kind, development.ties):
        return ""
    delay = development.ties.embargo_ns / DAY_NS
    n_rows = counted(development.n_rows, "row")
    return (
        f"No test part is kept, so what was promised could not be checked: labels are known after {delay:g} days, "
        f"and of the rows whose label was known when the newest quarter began ({n_rows}) none of both classes are "
        "so much older than others. Give rows of a longer span, or measure the model with evaluate on other "
        "labelled rows."
    )


def _of_classes(problem: Problem) -> Rows:
    """Return how many rows there are of each class."""
    return np.bincount(problem.target.values.astype(np.int64), minlength=problem.n_classes)
