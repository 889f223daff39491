"""Before the search: what a killed run left is taken up, a first model stands, the table is encoded and split."""

from __future__ import annotations

import numpy as np

from phantom_ml.automl.budget import (
    FIRST_MODEL_SECONDS,
    LEAST_TRIAL_SECONDS,
    PATIENCE_SECONDS,
    no_sooner,
)
from phantom_ml.automl.ensemble.on_all_rows import ALL
from phantom_ml.automl.preparation.encode import encode, judging_seconds, near
from phantom_ml.automl.preparation.folds import fit_sides, n_folds_for, plan_splits, save_folds
from phantom_ml.automl.preparation.quick import is_quick, seconds_per_fit
from phantom_ml.automl.result import FIRST_STANDS, INTERRUPTED
from phantom_ml.automl.steps.state import Run, room_of
from phantom_ml.automl.steps.turns import learns_from_known
from phantom_ml.automl.trials.checkpoint import load_plan, save_plan
from phantom_ml.automl.trials.preload import libraries_of
from phantom_ml.automl.trials.room import LATE_GROWTH_MB
from phantom_ml.data.splits import SplitPlan
from phantom_ml.errors import ChildTimeout
from phantom_ml.process.child import warm_up


def prepared(state: Run) -> tuple[SplitPlan, bool]:
    """Return the splits, and whether a person interrupted their making after a first model stood."""
    state.recall()
    plan = load_plan(state.workspace)
    if plan is not None:
        return plan, False
    try:
        return _prepare(state), False
    except KeyboardInterrupt:
        if state.first_plan is None or not state.finished:
            raise
        state.warnings.append(INTERRUPTED)
        return state.first_plan, True


def _prepare(state: Run) -> SplitPlan:
    """Keep a first model where the clock runs, encode, and write the folds."""
    n_folds = _first_model(state)
    warm_up(libraries_of(state.config.algorithms_to_try or ()))
    state.tell("encoding")
    problem, workspace, seed = state.problem, state.workspace, state.config.seed
    samples = encode(problem, workspace, state.config, judging_seconds(state.config))
    # This process has grown, by nobody knew how much.
    state.room = room_of(state.config, LATE_GROWTH_MB)
    teaches = learns_from_known(state, samples.matrix)
    plan = plan_splits(problem, near(samples.matrix, workspace), n_folds, seed, teaches=teaches)
    folds = {str(i): (s.train, s.valid) for i, s in enumerate(plan.splits)}
    rows = np.arange(problem.n_learned, dtype=np.int64)
    folds[ALL] = (rows, rows[:0])
    save_folds(problem, workspace, folds, seed)
    try:
        end = no_sooner(state.budget.search_end(0.0), _patience(state))
        fit_sides(samples, workspace, list(folds), state.room, seed, end)
    except ChildTimeout:
        if not state.stands:
            raise
        state.warnings.append(FIRST_STANDS)
    save_plan(workspace, plan)
    return plan


def _patience(state: Run) -> float:
    """Return the seconds that folds get even where the time is over: the longer, the less stands without them."""
    if state.answered:
        return 0.0
    return FIRST_MODEL_SECONDS if state.stands else PATIENCE_SECONDS


def _first_model(state: Run) -> int:
    """Keep a first model where the clock runs; return how many folds the rows and its speed allow."""
    if state.budget.counts:
        return n_folds_for(state.problem, None, None)
    quick = next((f for f in state.finished if is_quick(f)), None)
    if quick is None:
        state.tell("training", "A first model")
        state.first_plan, quick = state.first.trial(state.config, state.room, state.budget)
        state.keep(quick)
    left = state.budget.search_end(0.0).left()
    # A first model that failed tells no speed: then the cheapest validation is the safe one.
    seconds = seconds_per_fit(quick, state.problem.n_rows) or max(left, LEAST_TRIAL_SECONDS)
    return n_folds_for(state.problem, seconds, left)
