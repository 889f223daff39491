"""What is tried, in its order: what the task, the table and the configuration name."""

from __future__ import annotations

from phantom_ml.automl.ensemble.consensus import members_for
from phantom_ml.automl.question.known import learners_from_known
from phantom_ml.automl.search.portfolio import portfolio
from phantom_ml.automl.steps.state import Run
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.data.matrix import Matrix


def turns_of(state: Run, matrix: Matrix, *, deep: bool = False) -> list[Candidate]:
    """Return what is tried in its order: what the task, the table and the configuration name."""
    problem, wanted = state.problem, state.config.algorithms_to_try
    members = problem.task.also_tries
    if not problem.task.learns_from_answers:
        members = members_for(matrix, known=problem.n_known > 0)
    has_text = matrix.text is not None
    return portfolio(problem.target.kind, has_text, wanted, deep=deep, members=members)


def learns_from_known(state: Run, matrix: Matrix) -> bool:
    """Return whether anything that may have a turn learns from known anomalies."""
    if state.problem.n_known == 0:
        return False
    turns = turns_of(state, matrix)[: state.budget.max_trials]
    return bool(learners_from_known([c.algorithm for c in turns]))
