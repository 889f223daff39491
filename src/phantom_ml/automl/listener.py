"""Who hears of a run: the engine tells, and touches neither the store nor the terminal itself."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from phantom_ml.automl.budget import Budget
from phantom_ml.automl.trials.draft import Draft
from phantom_ml.model.leaderboard import MetricLike
from phantom_ml.model.trial import Trial
from phantom_ml.progress import Progress


def _no_model(_: Draft) -> str | None:
    return None


def _nothing(_: object) -> None:
    return None


@dataclass(frozen=True)
class Listener:
    """Four callbacks.

    Attributes
    ----------
    on_progress : callable of Progress
    on_model : callable of Draft -> model id or None
        Keeps the draft; called for every trial that predicts, and for the finished model.
    on_trial : callable of Trial
        Called once a trial has its score and its model id.
    on_finished : callable of Draft -> model id or None
        Keeps the finished model in place of ``on_model``, where it is given.
    """

    on_progress: Callable[[Progress], None] = _nothing
    on_model: Callable[[Draft], str | None] = _no_model
    on_trial: Callable[[Trial], None] = _nothing
    on_finished: Callable[[Draft], str | None] | None = None

    def finished(self, draft: Draft) -> str | None:
        """Hand on the finished model and return its id."""
        return (self.on_finished or self.on_model)(draft)


def progress_of(
    stage: str, budget: Budget, trials: Sequence[Trial], metric: MetricLike, message: str = ""
) -> Progress:
    """Return where a run is, as a listener is told it."""
    scored = [t for t in trials if t.score is not None]
    sign = 1.0 if metric.greater_is_better else -1.0
    best = max(scored, key=lambda t: sign * (t.score or 0.0), default=None)
    return Progress(
        stage,
        budget.end.elapsed(),
        budget.seconds,
        sum(not t.members for t in trials),
        sum(t.status.value == "failed" for t in trials),
        None if best is None else best.score,
        None if best is None else best.algorithm,
        metric.name,
        message,
    )
