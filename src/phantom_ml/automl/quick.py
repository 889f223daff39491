"""The first model: small, on a sample, so that a useful one is kept within seconds of the start.

Its speed also tells how many folds the budget can bear.
"""

from __future__ import annotations

import numpy as np

from phantom_ml.automl.budget import FIRST_MODEL_SECONDS as FALLBACK_SECONDS
from phantom_ml.automl.budget import Budget, no_sooner
from phantom_ml.automl.folds import fit_sides, save_folds
from phantom_ml.automl.problem import Problem
from phantom_ml.automl.race import Room
from phantom_ml.automl.trials import Candidate, Finished, Order, collect, start
from phantom_ml.automl.workspace import Workspace
from phantom_ml.data.matrix import Samples
from phantom_ml.data.splits import Split
from phantom_ml.process.deadline import Deadline

QUICK = "quick"
QUICK_ROWS = 20_000
QUICK_SETTINGS = {"learning_rate": 0.15, "num_leaves": 31, "min_data_in_leaf": 20}
QUICK_ROUNDS = 60
#: A stored model stands after the larger of this and 5 % of the budget.
FIRST_MODEL_SECONDS, FIRST_MODEL_SHARE = 5.0, 0.05
#: Its fit gets at least the smaller of these, late or not.
LEAST_SECONDS, LEAST_SHARE = 1.5, 0.1
#: Left of that for saving it.
SAVING_SECONDS = 0.8
#: What a full boosted fit takes compared with a quick round: so many rounds of larger trees. The mean
#: of the portfolio takes five times that: measured, only logistic regression is quicker than LightGBM.
FULL_ROUNDS, FULL_TREE, PORTFOLIO = 300, 1.5, 5.0


def quick_trial(
    problem: Problem,
    samples: Samples,
    split: Split,
    workspace: Workspace,
    room: Room,
    budget: Budget,
) -> Finished:
    """Return the first trial, on at most QUICK_ROWS of the first split's training rows."""
    rng = np.random.default_rng(0)
    train = split.train
    if len(train) > QUICK_ROWS:
        train = np.sort(rng.choice(train, QUICK_ROWS, replace=False))
    whole = room.whole()
    end = _first_model_end(budget)
    save_folds(problem, workspace, {QUICK: (train, split.valid)}, 0)
    fit_sides(samples, workspace, [QUICK], whole, 0, no_sooner(budget.end, FALLBACK_SECONDS))
    order = Order(
        0,
        Candidate("LightGBM", QUICK_SETTINGS),
        (QUICK,),
        0,
        _quick_end(budget, end),
        whole.n_threads,
        whole.memory_mb,
        n_rounds=QUICK_ROUNDS,
    )
    # On a busy machine a late first model is better than none.
    running = start(order, workspace, grace=FALLBACK_SECONDS)
    outcome = None
    while outcome is None:
        outcome = running.child.wait(1.0)
    return collect(running, outcome)


def _quick_end(budget: Budget, end: float) -> Deadline:
    seconds = max(_least_seconds(budget), end - budget.end.elapsed())
    return no_sooner(budget.end, seconds).within(seconds)


def _least_seconds(budget: Budget) -> float:
    """Return what the first model gets even where preparing took long: one of few trees is of no use."""
    return min(LEAST_SECONDS, LEAST_SHARE * (budget.seconds or 0.0))


def _first_model_end(budget: Budget) -> float:
    seconds = budget.seconds or 0.0
    return (
        max(min(FIRST_MODEL_SECONDS, 0.4 * seconds), FIRST_MODEL_SHARE * seconds) - SAVING_SECONDS
    )


def seconds_per_fit(quick: Finished, n_rows: int) -> float | None:
    """Return what a fit of the portfolio's mean algorithm on all rows takes, by the quick one's measure."""
    trial = quick.trial
    if not trial.n_rounds or not trial.n_rows:
        return None
    each = quick.fit_seconds / trial.n_rounds / trial.n_rows
    return each * n_rows * FULL_ROUNDS * FULL_TREE * PORTFOLIO
