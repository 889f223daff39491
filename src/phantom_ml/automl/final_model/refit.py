"""The same model on other rows: members and line of alert anew, weights, calibration and the line's rule kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from phantom_ml.automl.ensemble.mixture import Mixture
from phantom_ml.automl.ensemble.on_all_rows import ALL, REFIT_NUMBERS
from phantom_ml.automl.final_model.finish import TYPICAL_ROWS
from phantom_ml.automl.final_model.fit_again import Again, fit_again
from phantom_ml.automl.final_model.importance import own_importance
from phantom_ml.automl.final_model.line import with_line
from phantom_ml.automl.final_model.line_again import line_again
from phantom_ml.automl.preparation.encode import encode
from phantom_ml.automl.preparation.folds import fit_sides, save_folds
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.draft import Draft, Fit, Recipe, Voice, stage
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.explain.occlusion import typical_row
from phantom_ml.features.encoder import Encoder
from phantom_ml.metrics.validation_scores import ValidationScores
from phantom_ml.model.combine import combine
from phantom_ml.model.families import FAMILIES
from phantom_ml.model.spec import ModelSpec
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
    scores on which its threshold was cut. They are kept where the new rows tell no line, and its note says so.

    Raises
    ------
    NoTrialSucceeded
        A member could not be fitted.
    """
    config = AutoMLConfig.of(card["config"])
    room = Room.of(config.n_threads, config.memory_limit_mb)
    samples = encode(problem, workspace, config, like=like)
    again = Again(problem, spec, card["members"], samples, workspace, room, config.seed)
    fitted = _fit_on_all(again)
    trial = Trial.model_validate(card["trial"]).model_copy(
        update={
            "n_rows": problem.n_learned,
            "score": None,
            "fold_scores": (),
            "other_scores": {},
        }
    )
    members = dict(enumerate(fitted))
    weights = Mixture({i: m.weight for i, m in enumerate(spec.members)})
    facts = {
        "members": dict(card["members"]),
        "importance": own_importance(workspace, members, weights),
        "typical": typical_row(problem.frame.head(TYPICAL_ROWS)),
        # Its features are those that were raced when it was first trained.
        FAMILIES: list(card.get(FAMILIES, ())),
    }
    draft = stage(_recipe(spec, fitted), problem, workspace, trial, facts)
    return with_line(draft, line_again(again, fitted, draft, validation))


def _fit_on_all(again: Again) -> list[Finished]:
    """Return the members in their order, each fitted on all rows."""
    # Made rows, which come last, are there to be found, not to be learned from.
    rows = np.arange(again.problem.n_learned, dtype=np.int64)
    save_folds(again.problem, again.workspace, {ALL: (rows, rows[:0])}, again.seed)
    fit_sides(again.samples, again.workspace, [ALL], again.room, again.seed, Deadline.never())
    return fit_again(again, (ALL,), REFIT_NUMBERS)


def _recipe(spec: ModelSpec, fitted: Sequence[Finished]) -> Recipe:
    """Return how the members become a prediction; the line of alert comes later."""
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
        threshold=None,
        golden=spec.calibrator.apply(mixed),
        validation=None,
    )
