"""The first model: small, on a sample, so that a useful one is kept within seconds of the start.

It is made before the table is encoded: its rows have an encoder, a split and a workspace of their own. Its
speed also tells how many folds the budget can bear.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phantom_ml.automl.budget import PATIENCE_SECONDS, Budget, no_sooner
from phantom_ml.automl.preparation.encode import encode, near
from phantom_ml.automl.preparation.folds import fit_sides, plan_splits, save_folds
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.trials.checkpoint import save_plan
from phantom_ml.automl.trials.children import Candidate, Finished, Order, collect, start
from phantom_ml.automl.trials.room import Room
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.data.splits import SplitPlan, has_forward
from phantom_ml.process.deadline import Deadline

QUICK = "quick"
#: Rows of the sample: the first of these that tells enough, with so many of each class, or all that there are.
SAMPLE_ROWS, CLASS_ROWS = (12_500, 100_000), 20
QUICK_SETTINGS = {"learning_rate": 0.15, "num_leaves": 31, "min_data_in_leaf": 20}
QUICK_ROUNDS = 60
#: Without answers: the quickest of the detectors.
QUICK_DETECTOR = "HBOS"
#: A stored model stands after the larger of this and 5 % of the budget.
FIRST_MODEL_SECONDS, FIRST_MODEL_SHARE = 5.0, 0.05
#: Its fit gets at least the smaller of these, late or not.
LEAST_SECONDS, LEAST_SHARE = 1.5, 0.1
#: Left of that for saving it.
SAVING_SECONDS = 0.8
#: What a full boosted fit takes compared with a quick round: so many rounds of larger trees. The mean
#: of the portfolio takes five times that: measured, only logistic regression is quicker than LightGBM.
FULL_ROUNDS, FULL_TREE, PORTFOLIO = 300, 1.5, 5.0


@dataclass(frozen=True)
class First:
    """Where the first model is made: a sample of the rows, apart from what is searched on later.

    Attributes
    ----------
    problem : Problem
        The question about the sample.
    workspace : Workspace
    """

    problem: Problem
    workspace: Workspace

    @classmethod
    def of(cls, problem: Problem, workspace: Workspace) -> First:
        """Return the same sample for the same problem."""
        own = place(workspace)
        own.folder.mkdir(exist_ok=True)
        return cls(problem.rows(sample(problem)), own)

    def trial(self, config: AutoMLConfig, room: Room, budget: Budget) -> tuple[SplitPlan, Finished]:
        """Return how the first model was measured, and its trial."""
        problem, workspace = self.problem, self.workspace
        samples = encode(problem, workspace, config, past=False)
        by = near(samples.matrix, workspace)
        # A detector learns from no known anomaly.
        plan = plan_splits(problem, by, 1, config.seed, teaches=False)
        sides = [(split.train, split.valid) for split in plan.splits]
        named = {str(i): side for i, side in enumerate(sides)}
        # The plan is read back with all of its folds, where only the first of them is fitted.
        save_folds(problem, workspace, {QUICK: sides[0], **named}, 0)
        save_plan(workspace, plan)
        whole = room.whole()
        end = _first_model_end(budget)
        fit_sides(samples, workspace, [QUICK], whole, 0, no_sooner(budget.end, PATIENCE_SECONDS))
        return plan, _fitted(workspace, whole, _quick_end(budget, end), problem.target.kind)


def is_quick(finished: Finished) -> bool:
    """Return whether a trial is the first model, on a sample of its own."""
    return finished.order.folds == (QUICK,)


def place(workspace: Workspace) -> Workspace:
    """Return where the first model is made, beside everything else of a run."""
    return Workspace(workspace.folder / "first")


def sample(problem: Problem) -> Rows:
    """Return positions of rows, ascending: some of those to learn from, and of those given for validation."""
    rng = np.random.default_rng(0)
    n_train = problem.n_rows - problem.n_validation
    given = _some(rng, problem.n_validation, SAMPLE_ROWS[0]) + n_train
    for n_rows in SAMPLE_ROWS:
        rows = _some(rng, n_train, n_rows)
        if _tells(problem, rows):
            return np.concatenate([rows, given])
    return np.concatenate([np.arange(n_train, dtype=np.int64), given])


def _tells(problem: Problem, rows: Rows) -> bool:
    """Return whether rows hold enough of each class, and where labels are late, enough that were known in time."""
    if problem.n_classes and _fewest(problem, rows) < CLASS_ROWS:
        return False
    return has_forward(problem.target.values[rows], problem.kind, problem.ties.rows(rows))


def _some(rng: np.random.Generator, n: int, most: int) -> Rows:
    if n <= most:
        return np.arange(n, dtype=np.int64)
    return np.sort(rng.choice(n, most, replace=False)).astype(np.int64)


def _fewest(problem: Problem, rows: Rows) -> int:
    codes = problem.target.values[rows].astype(np.int64)
    return int(np.bincount(codes, minlength=problem.n_classes).min())


def _fitted(workspace: Workspace, room: Room, end: Deadline, kind: ProblemKind) -> Finished:
    anomalies = kind is ProblemKind.ANOMALY
    order = Order(
        0,
        Candidate(QUICK_DETECTOR) if anomalies else Candidate("LightGBM", QUICK_SETTINGS),
        (QUICK,),
        0,
        end,
        room.n_threads,
        room.memory_mb,
        n_rounds=None if anomalies else QUICK_ROUNDS,
    )
    # On a busy machine a late first model is better than none.
    running = start(order, workspace, grace=PATIENCE_SECONDS)
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
