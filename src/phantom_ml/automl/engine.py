"""The whole of a run over rows, in the order in which it happens: prepare, search, conclude.

It reports by a listener and writes only into the workspace that it was given.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.listener import Listener
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.result import EngineResult
from phantom_ml.automl.steps.conclude import conclude
from phantom_ml.automl.steps.prepare import prepared
from phantom_ml.automl.steps.search import search
from phantom_ml.automl.steps.state import Run, room_of
from phantom_ml.automl.trials.room import growth_of
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.leaks.report import leak_report
from phantom_ml.data.splits import SplitPlan


def run(
    problem: Problem, config: AutoMLConfig, workspace: Workspace, budget: Budget, listener: Listener
) -> EngineResult:
    """Search for the best model that the budget allows.

    Raises
    ------
    NoTrialSucceeded
        Every trial failed; the message tells the reasons.
    TargetUnusable
        There is no column to learn from.
    """
    room = room_of(config, growth_of(problem.table_mb))
    state = Run(problem, config, workspace, budget, room, listener, warnings=[*problem.warnings])
    plan, interrupted = prepared(state)
    # The machine is busy with trials while suspicious columns are looked for.
    with ThreadPoolExecutor(1) as aside:
        leaks = aside.submit(_leaks, problem, config, plan)
        interrupted = interrupted or search(state, plan)
        result = conclude(state, plan, interrupted)
        return replace(result, warnings=(*result.warnings, *leaks.result()))


def _leaks(problem: Problem, config: AutoMLConfig, plan: SplitPlan) -> tuple[str, ...]:
    """Return the leak report's sentences that a person has to hear of."""
    if not problem.task.learns_from_answers:
        return ()
    found = leak_report(
        problem.frame,
        problem.inputs,
        problem.target,
        time_column=config.time_column,
        group_columns=tuple(c for c in config.group_columns if c in problem.frame.columns),
        splits=[(s.train, s.valid) for s in plan.splits],
    )
    return tuple(w.sentence for w in found if w.severity == "high")
