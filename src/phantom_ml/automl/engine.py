"""The whole of a run, in the order in which it happens: encode, a first model, folds, search, finish.

It reports by a listener and writes only into the workspace that it was given.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace

import numpy as np

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.budget import FIRST_MODEL_SECONDS, Budget, no_sooner
from phantom_ml.automl.candidates import Candidates
from phantom_ml.automl.checkpoint import load_finished, load_plan, save_finished, save_plan
from phantom_ml.automl.constrain import cheap_candidates
from phantom_ml.automl.draft import Draft
from phantom_ml.automl.encode import encode, judging_seconds, timeless
from phantom_ml.automl.finish import ALL, Ending, finish, ranked
from phantom_ml.automl.folds import fit_sides, n_folds_for, plan_splits, save_folds
from phantom_ml.automl.listener import Listener
from phantom_ml.automl.portfolio import portfolio
from phantom_ml.automl.problem import Problem
from phantom_ml.automl.quick import QUICK, quick_trial, seconds_per_fit
from phantom_ml.automl.race import Race, Room
from phantom_ml.automl.scoring import score_trial, trial_draft
from phantom_ml.automl.trials import Candidate, Finished
from phantom_ml.automl.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.leaks import leak_report
from phantom_ml.data.matrix import Samples
from phantom_ml.data.splits import SplitPlan
from phantom_ml.errors import ChildTimeout, NoTrialSucceeded
from phantom_ml.features.encoder import Encoder
from phantom_ml.model.trial import Trial
from phantom_ml.progress import Progress

INTERRUPTED = "The search was interrupted; the best so far was kept."


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
    plan : SplitPlan
        How it was validated.
    warnings : tuple of str
        What a person should know.
    """

    trials: tuple[Trial, ...]
    best: Trial
    draft: Draft
    plan: SplitPlan
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
    #: Set as soon as a first model stands on it.
    plan: SplitPlan | None = None

    def tell(self, stage: str, message: str = "") -> None:
        """Tell the listener where the run is."""
        scored = [t for t in self.trials if t.score is not None]
        sign = 1.0 if self.problem.metric.greater_is_better else -1.0
        best = max(scored, key=lambda t: sign * (t.score or 0.0), default=None)
        self.listener.on_progress(
            Progress(
                stage,
                self.budget.end.elapsed(),
                self.budget.seconds,
                len(self.trials),
                sum(t.status.value == "failed" for t in self.trials),
                None if best is None else best.score,
                None if best is None else best.algorithm,
                self.problem.metric.name,
                message,
            )
        )

    def keep(self, finished: Finished) -> None:
        """Score a trial that ended, keep its model, and tell."""
        trial = score_trial(self.problem, finished, self.workspace)
        if finished.prediction is not None and trial.score is not None:
            policy = self.config.threshold
            draft = trial_draft(self.problem, finished, trial, self.workspace, policy)
            trial = trial.model_copy(update={"model_id": self.listener.on_model(draft)})
        save_finished(finished, trial)
        self.trials.append(trial)
        self.finished.append(finished)
        self.listener.on_trial(trial)
        self.tell("training", f"{trial.algorithm} {trial.status.value} {trial.reason}".strip())

    def recall(self) -> None:
        """Take up the trials that an earlier, killed run finished."""
        for finished, trial in load_finished(self.workspace):
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
    room = Room.of(config.n_threads, config.memory_limit_mb)
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
    plan = load_plan(state.workspace)
    if plan is not None:
        state.recall()
        return plan, False
    try:
        return _prepare(state), False
    except KeyboardInterrupt:
        if state.plan is None or not state.finished:
            raise
        state.warnings.append(INTERRUPTED)
        return state.plan, True


def _leaks(problem: Problem, config: AutoMLConfig, plan: SplitPlan) -> tuple[str, ...]:
    """Return the leak report's sentences that a person has to hear of."""
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
    """Encode, keep a first model where the clock runs, and write the folds."""
    state.tell("encoding")
    samples = encode(state.problem, state.workspace, state.config, judging_seconds(state.config))
    plan = _first_model_and_folds(state, samples)
    folds = {str(i): (s.train, s.valid) for i, s in enumerate(plan.splits)}
    rows = np.arange(samples.target.shape[0] - state.problem.n_validation, dtype=np.int64)
    folds[ALL] = (rows, rows[:0])
    seed = state.config.seed
    save_folds(state.problem, state.workspace, folds, seed)
    try:
        end = state.budget.search_end(0.0)
        end = end if state.finished else no_sooner(end, FIRST_MODEL_SECONDS)
        fit_sides(samples, state.workspace, list(folds), state.room, seed, end)
    except ChildTimeout:
        if not state.finished:
            raise
        state.warnings.append(
            "The time was over before the folds were ready: the first model stands."
        )
    save_plan(state.workspace, plan)
    return plan


def _first_model_and_folds(state: Run, samples: Samples) -> SplitPlan:
    """Keep a first model where the clock runs, then choose the folds by rows and by its speed."""
    problem, config = state.problem, state.config
    still = timeless(samples.matrix, Encoder.load(state.workspace.folder / "encoder"))
    if state.budget.counts:
        n_folds = n_folds_for(problem, None, None)
        return plan_splits(problem, still, n_folds, config.seed)
    holdout = plan_splits(problem, still, 1, config.seed)
    state.tell("training", "A first model")
    quick = quick_trial(
        problem, samples, holdout.splits[0], state.workspace, state.room, state.budget
    )
    state.plan = holdout
    state.keep(quick)
    left = state.budget.search_end(0.0).left()
    # A first model that failed tells no speed: then the cheapest validation is the safe one.
    seconds = seconds_per_fit(quick, problem.n_rows) or left
    n_folds = n_folds_for(problem, seconds, left)
    return holdout if n_folds == 1 else plan_splits(problem, still, n_folds, config.seed)


def _search(state: Run, plan: SplitPlan) -> bool:
    """Run trials until the search is over; return whether a person interrupted it."""
    if state.budget.search_end(0.0).passed and state.finished:
        return True
    race = _race(state, plan)
    try:
        race.run()
    except KeyboardInterrupt:
        race.stop()
        state.warnings.append(INTERRUPTED)
        return True
    if race.stopped_because:
        state.warnings.append(race.stopped_because)
    return False


def _race(state: Run, plan: SplitPlan) -> Race:
    config, problem = state.config, state.problem
    has_text = state.workspace.samples().matrix.text is not None
    wanted = config.algorithms_to_try
    named = portfolio(problem.target.kind, has_text, wanted)
    cheap = [c for c in cheap_candidates(config.constraints) if wanted is None or _any(c, named)]
    first = [*cheap, *named]
    # The first model has a number of its own, before the trials of the search.
    early = [f for f in state.finished if f.order.folds == (QUICK,)]
    return Race(
        state.workspace,
        tuple(str(i) for i in range(plan.n_splits)),
        Candidates(tuple(first), config.tuning.method, config.seed),
        state.budget,
        refits(plan),
        is_forward(plan),
        state.room,
        config.seed,
        state.keep,
        finished=[f for f in state.finished if f not in early],
        first_number=len(early),
        must_try=0 if wanted is None else len(cheap) + len({c.algorithm for c in named}),
        perfect_loss=_perfect(problem),
    )


def _any(candidate: Candidate, among: Sequence[Candidate]) -> bool:
    return any(candidate.algorithm == other.algorithm for other in among)


def refits(plan: SplitPlan) -> bool:
    """Return whether members are fitted again on all rows, instead of the folds' fits being the model.

    A single holdout leaves a fifth unused, and forward folds leave the newest rows unused.
    """
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
    best = [f for f in best if len(f.order.folds) == plan.n_splits and f.order.folds != (QUICK,)]
    if not best:
        best = ranked(state.problem, state.finished, state.trials)[:1]
    if not best:
        raise _nothing_succeeded(state.trials)
    again = refits(plan) and not interrupted
    ending = Ending(state.problem, state.workspace, state.config, state.budget, state.room, again)
    draft, trial, notes = finish(ending, best, max(t.number for t in state.trials) + 1)
    state.warnings.extend(notes)
    state.tell("finishing")
    trial = trial.model_copy(update={"model_id": state.listener.on_model(draft)})
    state.trials.append(trial)
    state.listener.on_trial(trial)
    state.tell("done")
    return EngineResult(tuple(state.trials), trial, draft, plan, tuple(state.warnings))


def _nothing_succeeded(trials: Sequence[Trial]) -> NoTrialSucceeded:
    reasons = "; ".join(f"{t.algorithm}: {t.reason}" for t in trials[:5])
    known = ", ".join(algorithms.names())
    return NoTrialSucceeded(
        f"None of {len(trials)} trials gave a model. {reasons}",
        f"Give more time or rows, or other algorithms of: {known}.",
    )
