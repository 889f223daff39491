"""The end of a run: of which trials the finished model is made, and what is said of it."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from phantom_ml.automl.ensemble.choices import held_out_of
from phantom_ml.automl.ensemble.consensus import agreements, one_of_each
from phantom_ml.automl.final_model.finish import Ending, finish, ranked
from phantom_ml.automl.preparation.quick import First, is_quick
from phantom_ml.automl.question.known import use_of_known
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.result import EngineResult
from phantom_ml.automl.search.named import (
    named_algorithms,
    named_in_vain,
    nothing_succeeded,
    of_first,
)
from phantom_ml.automl.steps.refits import refits
from phantom_ml.automl.steps.state import Run
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.floor import asks_for_floor, beyond_floor, not_beyond
from phantom_ml.automl.trials.scoring import held_out_rows
from phantom_ml.data.splits import SplitPlan
from phantom_ml.model.trial import Trial


def conclude(state: Run, plan: SplitPlan, interrupted: bool) -> EngineResult:
    """Make, hand over and tell the finished model; an interrupted run fits nothing again.

    Raises
    ------
    NoTrialSucceeded
        Every trial failed; the message tells the reasons.
    """
    state.tell("ensembling")
    best = ranked(state.problem, state.finished, state.trials)
    if not best:
        raise nothing_succeeded(state.trials, state.finished)
    _tell_agreement(state, best)
    chosen, said = choice(state, best, plan)
    in_vain = named_in_vain(state.config, state.finished, interrupted=state.interrupted)
    state.warnings.extend((*in_vain, *said))
    quick = is_quick(chosen[0])
    at = state.first if quick else state
    again = refits(plan) and not interrupted and not quick
    ending = Ending(at.problem, at.workspace, state.config, state.budget, state.room, again)
    draft, trial, notes = finish(ending, chosen, max(t.number for t in state.trials) + 1)
    state.warnings.extend(notes)
    state.tell("finishing")
    told = {"model_id": state.listener.finished(draft)}
    # A model alone takes the place of the trial that it was.
    folds = {t.number: t.fold_scores for t in state.trials}.get(trial.number, ())
    trial = trial.model_copy(update={**told, "fold_scores": folds})
    state.trials[:] = [*(t for t in state.trials if t.number != trial.number), trial]
    state.listener.on_trial(trial)
    state.tell("done")
    measured = state.first_plan if quick and state.first_plan is not None else plan
    state.warnings.extend(_of_known(state, measured, at.problem, quick=quick))
    return EngineResult(tuple(state.trials), trial, draft, measured.reason, tuple(state.warnings))


def _tell_agreement(state: Run, best: Sequence[Finished]) -> None:
    """Tell how far the others share each detector's view of real rows, where no answers tell more."""
    if state.problem.task.learns_from_answers:
        return
    searched = [f for f in best if not is_quick(f)]
    first = [searched[i] for i in one_of_each([f.trial.algorithm for f in searched]).values()]
    if len(first) < 2 or len({f.order.folds for f in first}) > 1:
        return
    held_out = held_out_of(
        state.problem, first, held_out_rows(state.workspace, first[0].order.folds)
    )
    real = held_out.rows(np.flatnonzero(held_out.target == 0))
    found = agreements(np.concatenate(real.predictions, axis=1))
    # Of one that ranks nothing there is no view to share.
    told = {f.trial.number: float(a) for f, a in zip(first, found, strict=True) if a != 0.0}
    for place, trial in enumerate(state.trials):
        if trial.number in told:
            beside = trial.other_scores | {"agreement": told[trial.number]}
            state.trials[place] = trial.model_copy(update={"other_scores": beside})
            state.listener.on_trial(state.trials[place])


def choice(
    state: Run, best: Sequence[Finished], plan: SplitPlan
) -> tuple[list[Finished], list[str]]:
    """Return the trials that the finished model is made of, best first, and what to say of the choice."""
    searched = [f for f in best if len(f.order.folds) == plan.n_splits and not is_quick(f)]
    first = [f for f in best if is_quick(f)]
    useful = _beyond(state, searched, state.trials)
    early = _beyond(state.first, first, state.trials) if first else []
    asked = asks_for_floor(named_algorithms(state.config))
    chosen = (searched if asked else useful) or early or searched or list(best[:1])
    quick = is_quick(chosen[0])
    beaten = list(dict.fromkeys(f.trial.algorithm for f in searched)) if quick else []
    told = of_first(
        state.config,
        state.finished,
        is_served=quick,
        beaten=beaten,
        interrupted=state.interrupted,
    )
    stands = asked or chosen[0] in (*useful, *early)
    return chosen, [*told, *([] if stands else [not_beyond(state.problem)])]


def _beyond(at: Run | First, tried: Sequence[Finished], trials: Sequence[Trial]) -> list[Finished]:
    score = {t.number: t.score for t in trials}
    scored = [(f, float(score[f.trial.number] or 0.0)) for f in tried]
    return beyond_floor(at.problem, at.workspace, scored)


def _of_known(state: Run, plan: SplitPlan, problem: Problem, *, quick: bool) -> list[str]:
    """Return what became of known anomalies, where there are some."""
    fitted = [f.trial.algorithm for f in state.finished if f.complete and is_quick(f) == quick]
    n_known = problem.n_validation
    return [use_of_known(plan, problem.n_rows, n_known, fitted)] if problem.n_known else []
