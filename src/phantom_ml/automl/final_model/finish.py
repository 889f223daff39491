"""The end of a run: choose the members, fit them on all rows, calibrate, cut the threshold, draft the model."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.budget import Budget, no_sooner
from phantom_ml.automl.ensemble.choices import choices, held_out_of
from phantom_ml.automl.ensemble.held_out import HeldOut
from phantom_ml.automl.ensemble.mixture import MAX_ROWS, Mixture, choose_mixture
from phantom_ml.automl.ensemble.on_all_rows import ALL, AllRows, fit_on_all, without_late
from phantom_ml.automl.final_model.constrain import Allowance, broken, economical, within
from phantom_ml.automl.final_model.importance import (
    drops_of,
    not_measured,
    own_importance,
    start_shuffling,
    told_importance,
)
from phantom_ml.automl.final_model.line import line_of, with_line
from phantom_ml.automl.final_model.same_scale import (
    NOT_COMPARED,
    compare_scales,
    on_scale_of_served,
)
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.draft import Draft, Fit, Recipe, Voice, draft_bytes, stage
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.scoring import (
    held_out_rows,
    other_scores,
    stability,
    validation_of,
)
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.explain.occlusion import typical_row
from phantom_ml.metrics.calibration import Calibrator, fit_calibration
from phantom_ml.model.combine import combine
from phantom_ml.model.families import FAMILIES
from phantom_ml.model.pipeline import USUAL
from phantom_ml.model.trial import Trial
from phantom_ml.process.child import Child
from phantom_ml.process.outcome import Limits

Array = NDArray[np.float64]
#: Rows that choose the weights, by second of the budget: about a second at 60.
ROWS_PER_SECOND = 150
#: Rows whose medians and most frequent values stand for "nothing unusual" in explanations.
TYPICAL_ROWS = 5_000
#: Share of the budget after which columns that were not shuffled yet are left out.
SHUFFLE_SHARE = 0.04
#: The same where members know none of their own: then nothing else tells what a model looks at.
SHUFFLE_ALONE_SHARE = 0.2
#: And beside that share: a run that is gone on with has no child that is warm yet.
SHUFFLE_START_SECONDS = 5.0
#: What comparing the scales of detectors gets even where the time is over.
COMPARE_SECONDS = 2.0
#: Of a model's size: about what its manifest, its signature and its golden rows take, and a held-out row.
MANIFEST_BYTES, VALIDATION_BYTES = 12_000, 9


@dataclass(frozen=True)
class Ending:
    """What the end of a run needs to know."""

    problem: Problem
    workspace: Workspace
    config: AutoMLConfig
    budget: Budget
    room: Room
    refits: bool


def ranked(
    problem: Problem, finished: Sequence[Finished], trials: Sequence[Trial]
) -> list[Finished]:
    """Return the complete trials with a score, best first."""
    score = {t.number: t.score for t in trials}
    others = {t.number: t.other_scores for t in trials}
    known = [f for f in finished if f.complete and score.get(f.trial.number) is not None]
    sign = -1.0 if problem.metric.greater_is_better else 1.0
    tie = problem.metric.tie_break

    def place(finished: Finished) -> tuple[float, float, int]:
        number = finished.trial.number
        beside = others[number].get(tie.name, 0.0) if tie is not None else 0.0
        return sign * float(score[number] or 0.0), -beside, number

    return sorted(known, key=place)


def finish(ending: Ending, best: Sequence[Finished], number: int) -> tuple[Draft, Trial, list[str]]:
    """Return the draft of the finished model, its row on the leaderboard, and what to tell of it.

    Parameters
    ----------
    ending : Ending
    best : sequence of Finished
        Complete trials, best first; at least one.
    number : int
        The number of the new row.
    """
    started = time.monotonic()
    problem, workspace = ending.problem, ending.workspace
    rows = held_out_rows(workspace, best[0].order.folds)
    allowance = _allowance(ending, best[0])
    able = within(best, allowance)
    allowed = choices(able)
    held_out = held_out_of(problem, allowed, rows)
    mixture, members = economical(_mixture(ending, held_out), allowed, allowance)
    if ending.refits:
        mixture, members = without_late(mixture, members, _all_rows(ending))
    own = own_importance(workspace, members, mixture)
    shuffling = _shuffling(ending, members, mixture, own)
    refitted = fit_on_all(list(members.values()), _all_rows(ending)) if ending.refits else {}
    calibrator, calibrated = _calibrated(ending, held_out, mixture)
    as_served, doubts = _as_served(ending, members, mixture, refitted, calibrated)
    trial = _row(ending, members, calibrated, rows, number)
    cost = _microseconds(members.values(), refitted)
    seconds = trial.seconds + time.monotonic() - started
    trial = trial.model_copy(update={"seconds": seconds, "predict_us_per_row": cost})
    drops = drops_of(shuffling)
    facts = _facts(ending, members.values(), drops, told_importance(own, drops))
    recipe = _recipe(members, mixture, refitted, calibrator)
    draft = stage(recipe, problem, workspace, trial, facts)
    validation = validation_of(problem, rows, as_served)
    draft = with_line(draft, line_of(draft, problem, rows, problem.policy, validation))
    size = draft_bytes([draft.folder]) + MANIFEST_BYTES
    notes = broken(list(members.values()), cost, size, ending.config.constraints)
    if len(able) < len(best) and not notes:
        notes = _price(ending, best, rows, trial)
    unknown = not_measured(own, drops, timed=ending.budget.seconds is not None)
    return draft, trial, [*notes, *unknown, *doubts]


def _facts(
    ending: Ending,
    members: Iterable[Finished],
    drops: Mapping[str, list[float]],
    importance: Mapping[str, float],
) -> dict[str, Any]:
    """Return what lies beside the model: how to fit it again, what it looks at, and what is usual."""
    return {
        "members": recipes_of(members),
        "importance": importance,
        "permutation_importance": drops,
        "typical": typical_row(ending.problem.frame.head(TYPICAL_ROWS)),
        FAMILIES: ending.workspace.families(),
    }


def _allowance(ending: Ending, best: Finished) -> Allowance:
    n_outputs = best.prediction.shape[1] if best.prediction is not None else 1
    workspace, n_rows = ending.workspace, ending.problem.n_rows
    kept = [workspace.folder / part for part in ("encoder", USUAL)]
    kept.append(workspace.side_folder(best.serving[-1]))
    held_out = VALIDATION_BYTES * (0 if best.prediction is None else len(best.prediction))
    other = draft_bytes(kept) + held_out + MANIFEST_BYTES
    constraints = ending.config.constraints
    return Allowance(constraints, ending.budget.counts, n_outputs, n_rows, other)


def _all_rows(ending: Ending) -> AllRows:
    rows, counts = len(ending.workspace.fold(ALL).train), ending.budget.seconds_left() is None
    return AllRows(ending.workspace, ending.room, ending.budget.refit_end(), rows, counts)


def _shuffling(
    ending: Ending, members: dict[int, Finished], mixture: Mixture, own: Mapping[str, float]
) -> Child:
    """Start measuring permutation importance beside the refits, or for a moment where there are none."""
    end = ending.budget.refit_end()
    if ending.budget.seconds is not None:
        end = end.within(_shuffle_seconds(ending.budget.seconds, known=any(own.values())))
    limits = Limits(end, ending.room.memory_mb, 1)
    return start_shuffling(ending.workspace, members, mixture, list(own), limits)


def _shuffle_seconds(budget: float, *, known: bool) -> float:
    """Return the seconds for shuffling columns, ``known`` where members tell what they look at themselves.

    Examples
    --------
    >>> _shuffle_seconds(60.0, known=True), _shuffle_seconds(60.0, known=False)
    (2.4, 17.0)
    """
    return SHUFFLE_SHARE * budget if known else SHUFFLE_ALONE_SHARE * budget + SHUFFLE_START_SECONDS


def _microseconds(members: Iterable[Finished], refitted: Mapping[int, Finished]) -> float:
    """Return what a row costs; a member fitted again on all rows is one learner, not one a fold."""
    costs = [
        (f.trial.predict_us_per_row or 0.0) / (len(f.serving) if f.trial.number in refitted else 1)
        for f in members
    ]
    return sum(costs)


def _price(
    ending: Ending, best: Sequence[Finished], rows: NDArray[np.int64], trial: Trial
) -> list[str]:
    """Return what the constraints cost, in the metric."""
    held_out = held_out_of(ending.problem, choices(best), rows)
    free = _mixture(ending, held_out).apply(held_out.predictions)
    score = ending.problem.metric.score(held_out.target, free, held_out.weight)
    return [
        f"Within the constraints the held-out {ending.problem.metric.name} is {trial.score:.5g}; "
        f"without them it would be {score:.5g}."
    ]


def recipes_of(members: Iterable[Finished]) -> dict[str, Any]:
    """Return what is needed to fit members again on other rows, by their name in the graph."""
    return {
        f"{f.trial.number:05d}": {
            "settings": dict(f.trial.settings),
            "n_rounds": f.trial.n_rounds,
            "seed": f.trial.seed,
        }
        for f in members
    }


def _mixture(ending: Ending, held_out: HeldOut) -> Mixture:
    alone = not ending.config.ensemble_methods or ending.config.constraints.explainable
    if alone:
        return Mixture({0: 1.0})
    seconds = ending.budget.seconds
    rows = MAX_ROWS if seconds is None else int(min(MAX_ROWS, ROWS_PER_SECOND * seconds))
    return choose_mixture(held_out, ending.config.seed, rows)


def _as_served(
    ending: Ending,
    members: Mapping[int, Finished],
    mixture: Mixture,
    refitted: Mapping[int, Finished],
    scores: Array,
) -> tuple[Array, list[str]]:
    """Return held-out scores as the served model would tell them, and what to say where that is not known.

    Probabilities mean the same in every fit; a surprise is counted among the rows that a fit has seen.
    """
    if ending.problem.kind is not ProblemKind.ANOMALY or not refitted:
        return scores, []
    end = no_sooner(ending.budget.refit_end(), COMPARE_SECONDS)
    limits = Limits(end, ending.room.memory_mb, ending.room.n_threads)
    compared, why = compare_scales(ending.workspace, members, refitted, limits)
    if compared is None:
        return scores, [NOT_COMPARED.format(why=why)]
    return on_scale_of_served(ending.workspace, members, mixture, compared), []


def _calibrated(ending: Ending, held_out: HeldOut, mixture: Mixture) -> tuple[Calibrator, Array]:
    """Return what makes scores probabilities, and held-out rows with these."""
    mixed = mixture.apply(held_out.predictions)
    calibrator = _calibrator(ending.problem, held_out, mixed, ending.config.seed)
    return calibrator, calibrator.apply(mixed)


def _calibrator(problem: Problem, held_out: HeldOut, mixed: Array, seed: int) -> Calibrator:
    kind = problem.target.kind
    found = fit_calibration(held_out.target, mixed, kind, held_out.weight, seed)
    # The figure that is asked for may not suffer: calibration is for the meaning of a probability.
    if held_out.loss(found.apply(mixed)) > held_out.loss(mixed) + 1e-9:
        return Calibrator()
    # Nor may it make a model surer of rows of another time than it is by itself.
    if held_out.shifted and kind is ProblemKind.MULTICLASS and found.parameters[:1] < (1.0,):
        return Calibrator()
    return found


def _recipe(
    members: dict[int, Finished],
    mixture: Mixture,
    refitted: dict[int, Finished],
    calibrator: Calibrator,
) -> Recipe:
    """Return how the members become a prediction; the line of alert comes later."""
    return Recipe(
        voices=_voices(members, mixture, refitted),
        combination=mixture.combination,
        intercept=mixture.intercept,
        calibrator=calibrator,
        threshold=None,
        golden=_golden(members, mixture, refitted, calibrator),
        validation=None,
    )


def _voices(
    members: Mapping[int, Finished], mixture: Mixture, refitted: Mapping[int, Finished]
) -> tuple[Voice, ...]:
    return tuple(
        _voice(f, mixture.weights[i], refitted.get(f.trial.number)) for i, f in members.items()
    )


def _voice(finished: Finished, weight: float, refitted: Finished | None) -> Voice:
    source = finished if refitted is None else refitted
    folds = finished.serving if refitted is None else (ALL,)
    fits = tuple(Fit(source.folder / fold, fold) for fold in folds)
    return Voice(f"{finished.trial.number:05d}", finished.trial.algorithm, weight, fits)


def _golden(
    members: dict[int, Finished],
    mixture: Mixture,
    refitted: dict[int, Finished],
    calibrator: Calibrator,
) -> Array:
    predictions = [refitted.get(f.trial.number, f).golden() for f in members.values()]
    weights = list(mixture.weights.values())
    return calibrator.apply(combine(predictions, weights, mixture.combination, mixture.intercept))


def _row(
    ending: Ending,
    members: dict[int, Finished],
    calibrated: Array,
    rows: NDArray[np.int64],
    number: int,
) -> Trial:
    """Return the finished model's row; one member alone is no ensemble, and keeps its place."""
    problem = ending.problem
    weight = None if problem.weight is None else problem.weight[rows]
    score = problem.metric.score(problem.target.values[rows], calibrated, weight)
    told = {
        "score": score if np.isfinite(score) else None,
        "other_scores": other_scores(problem, rows, calibrated) | stability(rows, calibrated),
        "n_rows": problem.n_rows,
    }
    trials = [f.trial for f in members.values()]
    if len(trials) == 1:
        return trials[0].model_copy(update=told)
    names = tuple(f"{t.algorithm} #{t.number}" for t in trials)
    made = Trial(number=number, algorithm="Ensemble", seed=ending.config.seed, members=names)
    return made.model_copy(update=told)
