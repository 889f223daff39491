"""What a person sees while waiting: events from the engine, told to whoever asked."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Progress:
    """One moment of a run.

    Attributes
    ----------
    stage : str
        One of ``reading``, ``profiling``, ``encoding``, ``training``, ``ensembling``, ``finishing``, ``done``.
    elapsed_seconds, total_seconds : float
        Since the start; the whole budget (None where trials are counted, not seconds).
    trials_done, trials_failed : int
        Trials finished so far, those that failed among them.
    best_score : float or None
        The best validation score so far, in the metric's own direction.
    best_algorithm : str or None
        Whose it is.
    message : str
        One sentence for a person.
    """

    stage: str
    elapsed_seconds: float
    total_seconds: float | None = None
    trials_done: int = 0
    trials_failed: int = 0
    best_score: float | None = None
    best_algorithm: str | None = None
    metric: str = ""
    message: str = ""

    @property
    def fraction(self) -> float | None:
        """Return how much of the budget is used, in [0, 1]; None where it is not known."""
        if self.total_seconds is None or self.total_seconds <= 0:
            return None
        return min(1.0, self.elapsed_seconds / self.total_seconds)


ProgressCallback = Callable[[Progress], None]


def silent(_: Progress) -> None:
    """Tell nobody."""
