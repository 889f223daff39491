"""The search of a run: trials race until the time, the turns or a person's patience are over."""

from __future__ import annotations

from collections.abc import Sequence

from phantom_ml.automl.ensemble.on_all_rows import ALL
from phantom_ml.automl.final_model.constrain import cheap_candidates
from phantom_ml.automl.preparation.quick import is_quick
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.result import FIRST_STANDS, INTERRUPTED
from phantom_ml.automl.search.candidates import Candidates, within_spaces
from phantom_ml.automl.search.named import spaces_in_vain
from phantom_ml.automl.search.portfolio import affords_deep
from phantom_ml.automl.search.race import Race
from phantom_ml.automl.steps.refits import is_forward, refits
from phantom_ml.automl.steps.state import Run
from phantom_ml.automl.steps.turns import turns_of
from phantom_ml.automl.trials.children import Candidate
from phantom_ml.automl.trials.preload import libraries_of
from phantom_ml.data.splits import SplitPlan
from phantom_ml.process.child import warm_up


def search(state: Run, plan: SplitPlan) -> bool:
    """Run trials until the search is over; return whether a person interrupted it."""
    # Without folds there is nothing to try on.
    settled = state.answered or FIRST_STANDS in state.warnings
    if state.budget.search_end(0.0).passed and settled:
        stands = [FIRST_STANDS] if all(map(is_quick, state.finished)) else []
        state.warnings.extend(w for w in stands if w not in state.warnings)
        return True
    warm_up(libraries_of(state.config.algorithms_to_try or ()))
    race = _race(state, plan)
    try:
        race.run()
    except KeyboardInterrupt:
        race.stop()
        state.warnings.append(INTERRUPTED)
        return True
    if race.stopped_because:
        state.warnings.append(race.stopped_because)
    state.warnings.extend(race.candidates.untried(race.finished))
    state.warnings.extend(spaces_in_vain(state.config, state.finished))
    return False


def _race(state: Run, plan: SplitPlan) -> Race:
    config, problem = state.config, state.problem
    matrix = state.workspace.samples().matrix
    wanted = config.algorithms_to_try
    n_fit = len(plan.splits[-1].train)
    deep = affords_deep(n_fit, plan.n_splits, None if state.budget.counts else state.budget.seconds)
    named = turns_of(state, matrix, deep=deep)
    cheap = [c for c in cheap_candidates(config.constraints) if wanted is None or _any(c, named)]
    spaces, method = given_spaces(config.tuning), config.tuning.method
    first = within_spaces([*cheap, *named], spaces, method, config.seed)
    # The first model has a number of its own, before the trials of the search.
    early = [f for f in state.finished if is_quick(f)]
    return Race(
        state.workspace,
        tuple(str(i) for i in range(plan.n_splits)),
        Candidates(
            tuple(first),
            method,
            config.seed,
            spaces,
            n_fit,
            problem.task.learns_from_answers,
        ),
        state.budget,
        refits(plan),
        is_forward(plan),
        state.room,
        config.seed,
        state.keep,
        finished=[f for f in state.finished if f not in early],
        first_number=len(early),
        n_rows=len(state.workspace.fold(ALL).train),
        is_answered=state.answered,
        must_try=0 if wanted is None else len(cheap) + len({c.algorithm for c in named}),
        perfect_loss=_perfect(problem),
    )


def _any(candidate: Candidate, among: Sequence[Candidate]) -> bool:
    return any(candidate.algorithm == other.algorithm for other in among)


def _perfect(problem: Problem) -> float:
    worst, best = problem.metric.bounds
    return -best if problem.metric.greater_is_better else min(best, worst)
