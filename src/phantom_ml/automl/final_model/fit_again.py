"""Members fitted anew as their recipes say: the same settings, rounds and seed, on the rows of some folds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Candidate, Finished, Order, collect, start
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.data.matrix import Samples
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.model.spec import Member, ModelSpec
from phantom_ml.process.deadline import Deadline


@dataclass(frozen=True)
class Again:
    """A model that is fitted on other rows: what it is made of, and where that happens.

    Attributes
    ----------
    problem : Problem
        The new rows.
    spec : ModelSpec
    recipes : mapping of str to mapping
        What the model's card tells of each member, by its name in ``spec``.
    samples : Samples
        The new rows, encoded.
    workspace : Workspace
    room : Room
    seed : int
    """

    problem: Problem
    spec: ModelSpec
    recipes: Mapping[str, Any]
    samples: Samples
    workspace: Workspace
    room: Room
    seed: int


def fit_again(again: Again, folds: tuple[str, ...], first_number: int = 0) -> list[Finished]:
    """Return the members in the order of the model, each fitted on each of some folds, however long that takes.

    The folders of the fits are numbered from ``first_number`` on.

    Raises
    ------
    NoTrialSucceeded
        A member could not be fitted.
    """
    return [
        _fit(member, again, folds, number)
        for number, member in enumerate(again.spec.members, first_number)
    ]


def _fit(member: Member, again: Again, folds: tuple[str, ...], number: int) -> Finished:
    recipe, room = again.recipes[member.name], again.room
    order = Order(
        number,
        Candidate(member.algorithm, recipe["settings"]),
        folds,
        recipe["seed"],
        Deadline.never(),
        room.n_threads,
        room.memory_mb,
        n_rounds=recipe["n_rounds"],
    )
    running = start(order, again.workspace)
    outcome = None
    while outcome is None:
        outcome = running.child.wait(1.0)
    finished = collect(running, outcome)
    if finished.trial.reason:
        raise NoTrialSucceeded(
            f"{member.algorithm} could not be fitted again: {finished.trial.reason}",
            "Give more rows or memory, or train anew.",
        )
    return finished
