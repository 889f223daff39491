"""The same model on other rows: its members fitted anew, its weights, calibration and rule of threshold kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.ensemble.on_all_rows import ALL
from phantom_ml.automl.final_model.finish import TYPICAL_ROWS
from phantom_ml.automl.final_model.importance import own_importance
from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.preparation.folds import fit_sides, save_folds
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Candidate, Finished, Order, collect, start
from phantom_ml.automl.trials.draft import Draft, Fit, Recipe, Voice, stage
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.errors import NoTrialSucceeded
from phantom_ml.explain.occlusion import typical_row
from phantom_ml.features.encoder import Encoder
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.combine import combine
from phantom_ml.model.families import FAMILIES
from phantom_ml.model.spec import Member, ModelSpec
from phantom_ml.model.trial import Trial
from phantom_ml.process.deadline import Deadline


def refit_draft(
    problem: Problem,
    spec: ModelSpec,
    card: Mapping[str, Any],
    workspace: Workspace,
    like: Encoder | None = None,
    validation: ValidationScores | None = None,
) -> Draft:
    """Return the draft of a model whose members were fitted on all rows of ``problem``.

    ``like`` is the model's encoder, whose features are made again; ``validation`` are the held-out
    scores on which the kept threshold was cut.

    Raises
    ------
    NoTrialSucceeded
        A member could not be fitted.
    """
    config = AutoMLConfig.of(card["config"])
    room = Room.of(config.n_threads, config.memory_limit_mb)
    samples = encode(problem, workspace, config, like=like)
    # Made rows, which come last, are there to be found, not to be learned from.
    rows = np.arange(problem.n_learned, dtype=np.int64)
    save_folds(problem, workspace, {ALL: (rows, rows[:0])}, config.seed)
    fit_sides(samples, workspace, [ALL], room, config.seed, Deadline.never())
    recipes = card["members"]
    fitted = [
        _fit(member, recipes[member.name], number, workspace, room)
        for number, member in enumerate(spec.members)
    ]
    recipe = _recipe(spec, fitted, validation)
    trial = Trial.model_validate(card["trial"]).model_copy(
        update={"n_rows": len(rows), "score": None, "fold_scores": (), "other_scores": {}}
    )
    members = dict(enumerate(fitted))
    weights = Mixture({i: m.weight for i, m in enumerate(spec.members)})
    facts = {
        "members": dict(recipes),
        "importance": own_importance(workspace, members, weights),
        "typical": typical_row(problem.frame.head(TYPICAL_ROWS)),
        # Its features are those that were raced when it was first trained.
        FAMILIES: list(card.get(FAMILIES, ())),
    }
    return stage(recipe, problem, workspace, trial, facts)


def _fit(
    member: Member, recipe: Mapping[str, Any], number: int, workspace: Workspace, room: Room
) -> Finished:
    order = Order(
        number,
        Candidate(member.algorithm, recipe["settings"]),
        (ALL,),
        recipe["seed"],
        Deadline.never(),
        room.n_threads,
        room.memory_mb,
        n_rounds=recipe["n_rounds"],
    )
    running = start(order, workspace)
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


def _recipe(
    spec: ModelSpec, fitted: Sequence[Finished], validation: ValidationScores | None
) -> Recipe:
    voices = tuple(
        Voice(m.name, m.algorithm, m.weight, (Fit(f.folder / ALL, ALL),))
        for m, f in zip(spec.members, fitted, strict=True)
    )
    golden = [f.golden() for f in fitted]
    mixed = combine(golden, [m.weight for m in spec.members], spec.combination, spec.intercept)
    return Recipe(
        voices,
        spec.combination,
        spec.intercept,
        spec.calibrator,
        spec.threshold,
        spec.calibrator.apply(mixed),
        validation,
    )
