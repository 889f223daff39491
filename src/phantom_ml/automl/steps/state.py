"""The state of one run: what was asked, what it may use, and what has come of it so far."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import cached_property

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.listener import Listener, progress_of
from phantom_ml.automl.preparation.quick import First, is_quick, place
from phantom_ml.automl.question.problem import Problem
from phantom_ml.automl.result import INTERRUPTED
from phantom_ml.automl.search.named import named_algorithms
from phantom_ml.automl.trials.checkpoint import load_finished, load_plan, save_finished
from phantom_ml.automl.trials.children import Finished
from phantom_ml.automl.trials.preload import libraries_of
from phantom_ml.automl.trials.room import SERVER_MB, TORCH_MB, Room
from phantom_ml.automl.trials.scoring import score_trial, trial_draft
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.config import AutoMLConfig
from phantom_ml.data.splits import SplitPlan
from phantom_ml.model.trial import Trial


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

    @property
    def stands(self) -> bool:
        """Return whether there is a model; one that failed is none."""
        return any(f.complete for f in self.finished)

    @property
    def answered(self) -> bool:
        """Return whether there is a model of an algorithm that was named; where none was, any."""
        names = named_algorithms(self.config)
        return any(
            f.complete and f.trial.algorithm in (names or [f.trial.algorithm])
            for f in self.finished
        )

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


def room_of(config: AutoMLConfig, growth_mb: int) -> Room:
    """Return the room of a run, of which this process will still need some memory; raises BadSetting."""
    deep = TORCH_MB if libraries_of(config.algorithms_to_try or ()) else 0
    return Room.of(config.n_threads, config.memory_limit_mb, growth_mb, SERVER_MB + deep)
