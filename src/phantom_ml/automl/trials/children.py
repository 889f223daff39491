"""Trials in children: started with limits, collected as data, whatever became of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from phantom_ml.automl.question.spaces import effective
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.errors import ChildFailed
from phantom_ml.model.combine import mean_of
from phantom_ml.model.trial import Setting, Trial, TrialStatus
from phantom_ml.process.child import Child, start_child
from phantom_ml.process.deadline import Deadline
from phantom_ml.process.outcome import Limits, Outcome, OutcomeStatus

Array = NDArray[np.float64]
FIT_TRIAL = "phantom_ml.automl.trials.fit_child:fit_trial"
FIT_SIDE = "phantom_ml.automl.trials.fit_child:fit_side"
#: A learner stops itself at its deadline; only one that does not is ended, so much later.
GRACE_SECONDS = 0.5


@dataclass(frozen=True)
class Candidate:
    """A choice that may become a trial."""

    algorithm: str
    settings: Mapping[str, Setting] = field(default_factory=dict)
    max_rows: int | None = None
    #: Whether it may be given up after a fold that fell behind.
    raced: bool = False
    #: Exactly so many rounds; None: early stopping decides.
    n_rounds: int | None = None


def said(candidate: Candidate) -> str:
    """Return what tells one candidate from another: the settings that it would have, and its rows."""
    settings = sorted(effective(candidate.algorithm, candidate.settings).items())
    return repr((candidate.algorithm, settings, candidate.max_rows, candidate.n_rounds))


@dataclass(frozen=True)
class Order:
    """One trial to run: what, on which folds, until when, with how much of the machine."""

    number: int
    candidate: Candidate
    folds: tuple[str, ...]
    seed: int
    deadline: Deadline
    n_threads: int = 1
    memory_mb: int | None = None
    n_rounds: int | None = None
    race: tuple[float, ...] = ()
    #: Forward in time the last fold knows most, and the earlier ones are out of date.
    forward: bool = False
    #: Of its time, what its folds may take at first; a fit that learns nothing in it may take more.
    share: float = 1.0
    #: Whether its memory is what it takes beside what its process starts with, as in ``Limits``.
    beside_start: bool = False
    #: Rounds, trees or epochs at which its only fold shows what it predicts, and waits until it may go on.
    looks: tuple[int, ...] = ()


@dataclass(frozen=True)
class Finished:
    """A trial that ended, with the predictions on the rows that it did not see.

    Attributes
    ----------
    trial : Trial
        Not scored yet: that is done where the metric is known.
    order : Order
    folder : Path
        Holds one learner a fold that was done.
    prediction : float64 array of shape (n_held_out, n_outputs) or None
        In the order of the folds' valid rows; None if it failed.
    folds_done : tuple of str
    """

    trial: Trial
    order: Order
    folder: Path
    prediction: Array | None = None
    folds_done: tuple[str, ...] = ()
    losses: tuple[float, ...] = ()
    n_trees: int = 0
    #: Seconds of all its fits, up to the rounds that were kept.
    fit_seconds: float = 0.0
    #: Rows that all its fits had together.
    n_fitted: int = 0
    #: Serve with so many of the folds, the last ones; None: as many as there are.
    n_serving: int | None = None
    #: What to do of an error that the algorithm itself raised.
    hint: str = ""
    #: Whether the time cut one of its fits short.
    is_cut_short: bool = False

    @property
    def serving(self) -> tuple[str, ...]:
        """Return the folds whose learners predict: all, or the last one forward in time."""
        n = 1 if self.order.forward else self.n_serving or len(self.folds_done)
        return self.folds_done[-n:]

    def thinner(self) -> Finished:
        """Return the same trial, served by one fold less; a row costs as much less."""
        before, each = len(self.serving), self.trial.predict_us_per_row
        cost = None if each is None else each * (before - 1) / before
        trial = self.trial.model_copy(update={"predict_us_per_row": cost})
        return replace(self, trial=trial, n_serving=before - 1)

    @property
    def n_serving_trees(self) -> float:
        """Return how many trees a prediction walks, taken as the same in each fold."""
        return self.n_trees * len(self.serving) / max(1, len(self.folds_done))

    def golden(self) -> Array:
        """Return what the serving learners say together of the golden rows."""
        by_fold: Array = np.load(self.folder / "golden.npy")
        return mean_of(list(by_fold[len(self.folds_done) - len(self.serving) :]))

    @property
    def complete(self) -> bool:
        """Return whether every fold was done."""
        return self.prediction is not None and len(self.folds_done) == len(self.order.folds)


@dataclass(frozen=True)
class Running:
    """A trial whose child is at work."""

    order: Order
    child: Child


def start(order: Order, workspace: Workspace, grace: float = GRACE_SECONDS) -> Running:
    """Start a trial in a child of its own, ended ``grace`` seconds after its deadline."""
    folder = workspace.trial_folder(order.number)
    hard = order.deadline.sooner(-grace)
    limits = Limits(hard, order.memory_mb, order.n_threads, order.beside_start)
    return Running(
        order, start_child(FIT_TRIAL, _payload(order, workspace, folder), folder, limits)
    )


def _payload(order: Order, workspace: Workspace, folder: Path) -> dict[str, Any]:
    at = order.deadline.at
    return {
        "workspace": str(workspace.folder),
        "out": str(folder),
        "algorithm": order.candidate.algorithm,
        "settings": dict(order.candidate.settings),
        "folds": list(order.folds),
        "seed": order.seed,
        "n_threads": order.n_threads,
        "deadline": at if np.isfinite(at) else None,
        "n_rounds": order.n_rounds,
        "max_rows": order.candidate.max_rows,
        "race": list(order.race),
        "share": order.share,
        "looks": list(order.looks),
    }


def collect(running: Running, outcome: Outcome) -> Finished:
    """Return what came of a trial; a fault of any kind is a FAILED trial with its reason."""
    order, folder = running.order, running.child.folder
    trial = Trial(
        number=order.number,
        algorithm=order.candidate.algorithm,
        settings=dict(order.candidate.settings),
        seed=order.seed,
        seconds=outcome.seconds,
        peak_memory_mb=round(outcome.peak_memory_mb, 1),
    )
    if outcome.status is not OutcomeStatus.OK:
        own = outcome.status is OutcomeStatus.ERROR and outcome.error_code != ChildFailed.code
        hint = outcome.error_hint if own else ""
        return Finished(_failed(trial, outcome.reason), order, folder, hint=hint)
    result = outcome.result
    done = order.folds[: result["folds"]]
    trial = trial.model_copy(
        update={
            "n_rounds": _rounds(result["n_rounds"], order.forward),
            "n_rows": result["n_rows"],
            "predict_us_per_row": _cost(result["predict_us"], len(done), order.forward),
            "status": TrialStatus.DONE if len(done) == len(order.folds) else TrialStatus.PRUNED,
            "reason": "" if len(done) == len(order.folds) else "It fell behind after a fold.",
        }
    )
    prediction = np.load(folder / "prediction.npy") if result["predict_us"] is not None else None
    if prediction is not None and not np.isfinite(prediction).all():
        return Finished(_failed(trial, "It predicted a value that is no number."), order, folder)
    return Finished(
        trial,
        order,
        folder,
        prediction,
        done,
        tuple(result["losses"]),
        result["n_trees"],
        result["fit_seconds"],
        result["n_fitted"],
        is_cut_short=result["is_cut_short"],
    )


def _rounds(by_fold: Sequence[int | None], forward: bool) -> int | None:
    """Return the rounds of a fit on all rows: the folds' mean, or the last one's forward in time."""
    known = [n for n in by_fold if n is not None]
    if not known:
        return None
    return known[-1] if forward else round(sum(known) / len(known))


def _cost(each: float | None, n_folds: int, forward: bool) -> float | None:
    """Return the microseconds a row of the trial's own model, in which all folds' learners predict."""
    return each if each is None or forward else each * n_folds


def _failed(trial: Trial, reason: str) -> Trial:
    return trial.model_copy(
        update={"status": TrialStatus.FAILED, "reason": reason, "n_rounds": None}
    )


def race_line(finished: Sequence[Finished], rank: int = 5) -> tuple[float, ...]:
    """Return the mean loss after 1, 2, ... folds of the trial at ``rank``; empty while fewer are done.

    A trial that is behind it after a fold would not be among the first few, and is given up.
    """
    complete = [f for f in finished if f.complete]
    if len(complete) < rank or len(complete[0].order.folds) < 2:
        return ()
    means = np.array(
        [
            np.cumsum(f.losses) / np.arange(1, len(f.losses) + 1)
            for f in complete
            if len(f.losses) == len(complete[0].losses)
        ]
    )
    if len(means) < rank:
        return ()
    line = np.sort(means, axis=0)[rank - 1]
    return tuple(float(x) for x in line[:-1])
