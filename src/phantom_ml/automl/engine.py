"""The whole of a run, in the order in which it happens: encode, a first model, folds, search, finish.

It reports by a listener and writes only into the workspace that it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from phantom_ml.automl.budget import FIRST_MODEL_SECONDS, Budget, no_sooner
from phantom_ml.automl.ensemble.consensus import members_for
from phantom_ml.automl.ensemble.on_all_rows import ALL
from phantom_ml.automl.final_model.constrain import cheap_candidates
from phantom_ml.automl.final_model.finish import Ending, finish, ranked
from phantom_ml.automl.listener import Listener, progress_of
from phantom_ml.automl.preparation.encode import encode, judging_seconds, near
from phantom_ml.automl.preparation.folds import fit_sides, n_folds_for, plan_splits, save_folds
from phantom_ml.automl.preparation.quick import First, is_quick, place, seconds_per_fit
from phantom_ml.automl.question.known import learners_from_known, use_of_known
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.search.candidates import Candidates, within_spaces
from phantom_ml.automl.search.named import (
    named_algorithms,
    named_in_vain,
    nothing_succeeded,
    of_first,
    spaces_in_vain,
)
from phantom_ml.automl.search.portfolio import affords_deep, portfolio
from phantom_ml.automl.search.race import Race
from phantom_ml.automl.trials.checkpoint import load_finished, load_plan, save_finished, save_plan
from phantom_ml.automl.trials.children import Candidate, Finished
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.automl.trials.floor import asks_for_floor, beyond_floor, not_beyond
from phantom_ml.automl.trials.preload import libraries_of
from phantom_ml.automl.trials.room import LATE_GROWTH_MB, SERVER_MB, TORCH_MB, Room, growth_of
from phantom_ml.automl.trials.scoring import score_trial, trial_draft
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.leaks.report import leak_report
from phantom_ml.data.matrix import Matrix
from phantom_ml.data.splits import SplitPlan
from phantom_ml.errors import ChildTimeout
from phantom_ml.model.trial import Trial
from phantom_ml.process.child import warm_up

INTERRUPTED = "The search was interrupted; the best so far was kept."
FIRST_STANDS = "The time was over before the folds were ready: the first model stands."


@dataclass(frozen=True)
class EngineResult:
    """What a run came to.

    Attributes
    ----------
    trials : tuple of Trial
        All rows of the leaderboard, the finished model among them.
    best : Trial
        The finished model's row.
    draft : Draft
    validation : str
        How it was validated, in words.
    warnings : tuple of str
        What a person should know.
    """

    trials: tuple[Trial, ...]
    best: Trial
    draft: Draft
    validation: str
    warnings: tuple[str, ...]


@dataclass
class Run:
    """The state of one run, passed from step to step."""

    problem: Problem
    config: AutoMLConfig
    workspace: Workspace
    budget: Budget
    room: Room
    listener: Listener
    trials: list[Trial] = field(default_factory=list)
    finished: list[Finished] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    #: How the first model was measured, as soon as it stands.
    first_plan: SplitPlan | None = None

    def tell(self, stage: str, message: str = "") -> None:
        """Tell the listener where the run is."""
        metric = self.problem.metric
        self.listener.on_progress(progress_of(stage, self.budget, self.trials, metric, message))

    @property
    def interrupted(self) -> bool:
        """Return whether a person ended the search."""
        return INTERRUPTED in self.warnings

    @cached_property
    def first(self) -> First:
        """Return where the first model is made."""
        return First.of(self.problem, self.workspace)

    def keep(self, finished: Finished) -> None:
        """Score a trial that ended, keep its model, and tell."""
        at = self.first if is_quick(finished) else self
        trial = score_trial(at.problem, finished, at.workspace)
        if finished.prediction is not None and trial.score is not None:
            policy = self.problem.policy
            draft = trial_draft(at.problem, finished, trial, at.workspace, policy)
            trial = trial.model_copy(update={"model_id": self.listener.on_model(draft)})
        save_finished(finished, trial)
        self.trials.append(trial)
        self.finished.append(finished)
        self.listener.on_trial(trial)
        self.tell("training", f"{trial.algorithm} {trial.status.value} {trial.reason}".strip())

    def recall(self) -> None:
        """Take up the trials that an earlier, killed run finished."""
        own = place(self.workspace)
        self.first_plan, first = load_plan(own), load_finished(own)
        for finished, trial in [*first, *load_finished(self.workspace)]:
            self.finished.append(finished)
            self.trials.append(trial)
            # The end may have come before it was told.
            self.listener.on_trial(trial)


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
    room = _room(config, growth_of(problem.frame.estimated_size("mb")))
    state = Run(problem, config, workspace, budget, room, listener, warnings=[*problem.warnings])
    plan, interrupted = _prepared(state)
    # The machine is busy with trials while suspicious columns are looked for.
    with ThreadPoolExecutor(1) as aside:
        leaks = aside.submit(_leaks, problem, config, plan)
        interrupted = interrupted or _search(state, plan)
        result = _finish(state, plan, interrupted)
        return replace(result, warnings=(*result.warnings, *leaks.result()))


def _prepared(state: Run) -> tuple[SplitPlan, bool]:
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


def _prepare(state: Run) -> SplitPlan:
    """Keep a first model where the clock runs, encode, and write the folds."""
    n_folds = _first_model(state)
    warm_up(libraries_of(state.config.algorithms_to_try or ()))
    state.tell("encoding")
    problem, workspace, seed = state.problem, state.workspace, state.config.seed
    samples = encode(problem, workspace, state.config, judging_seconds(state.config))
    # This process has grown, by nobody knew how much.
    state.room = _room(state.config, LATE_GROWTH_MB)
    teaches = _learns_from_known(state, samples.matrix)
    plan = plan_splits(problem, near(samples.matrix, workspace), n_folds, seed, teaches=teaches)
    folds = {str(i): (s.train, s.valid) for i, s in enumerate(plan.splits)}
    rows = np.arange(problem.n_learned, dtype=np.int64)
    folds[ALL] = (rows, rows[:0])
    save_folds(problem, workspace, folds, seed)
    try:
        end = state.budget.search_end(0.0)
        end = end if state.finished else no_sooner(end, FIRST_MODEL_SECONDS)
        fit_sides(samples, workspace, list(folds), state.room, seed, end)
    except ChildTimeout:
        if not state.finished:
            raise
        state.warnings.append(FIRST_STANDS)
    save_plan(workspace, plan)
    return plan


def _room(config: AutoMLConfig, growth_mb: int) -> Room:
    """Return the room of a run, of which this process will still need some memory; raises BadSetting."""
    deep = TORCH_MB if libraries_of(config.algorithms_to_try or ()) else 0
    return Room.of(config.n_threads, config.memory_limit_mb, growth_mb, SERVER_MB + deep)


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
    seconds = seconds_per_fit(quick, state.problem.n_rows) or left
    return n_folds_for(state.problem, seconds, left)


def _search(state: Run, plan: SplitPlan) -> bool:
    """Run trials until the search is over; return whether a person interrupted it."""
    if state.budget.search_end(0.0).passed and state.finished:
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
    named = _named(state, matrix, deep=deep)
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
        must_try=0 if wanted is None else len(cheap) + len({c.algorithm for c in named}),
        perfect_loss=_perfect(problem),
    )


def _named(state: Run, matrix: Matrix, *, deep: bool = False) -> list[Candidate]:
    """Return what is tried in its order: what the task, the table and the configuration name."""
    problem, wanted = state.problem, state.config.algorithms_to_try
    members = problem.task.also_tries
    if not problem.task.learns_from_answers:
        members = members_for(matrix, known=problem.n_known > 0)
    has_text = matrix.text is not None
    return portfolio(problem.target.kind, has_text, wanted, deep=deep, members=members)


def _learns_from_known(state: Run, matrix: Matrix) -> bool:
    """Return whether anything that may have a turn learns from known anomalies."""
    if state.problem.n_known == 0:
        return False
    turns = _named(state, matrix)[: state.budget.max_trials]
    return bool(learners_from_known([c.algorithm for c in turns]))


def _any(candidate: Candidate, among: Sequence[Candidate]) -> bool:
    return any(candidate.algorithm == other.algorithm for other in among)


def refits(plan: SplitPlan) -> bool:
    """Return whether members are fitted again on all rows, instead of the folds' fits being the model.

    A single holdout leaves a fifth unused, and forward folds leave the newest rows unused.
    """
    if plan.scheme == "halves":
        return True
    return plan.scheme != "given" and (plan.n_splits == 1 or is_forward(plan))


def is_forward(plan: SplitPlan) -> bool:
    """Return whether later rows measure what earlier ones taught."""
    return plan.scheme in ("forward", "forward_grouped")


def _perfect(problem: Problem) -> float:
    worst, best = problem.metric.bounds
    return -best if problem.metric.greater_is_better else min(best, worst)


def _finish(state: Run, plan: SplitPlan, interrupted: bool) -> EngineResult:
    state.tell("ensembling")
    best = ranked(state.problem, state.finished, state.trials)
    if not best:
        raise nothing_succeeded(state.trials, state.finished)
    chosen, said = _chosen(state, best, plan)
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


def _chosen(
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
