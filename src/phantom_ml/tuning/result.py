"""What a search of settings came to: every trial, and the best of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from phantom_ml.config import OptimizationMethod

TrialStatus = Literal["done", "failed", "pruned"]


@dataclass(frozen=True)
class TuningTrial:
    """One choice of settings and what came of it.

    Attributes
    ----------
    number : int
    params : dict
    status : str
        ``done``, ``failed``, or ``pruned``: given up after some of the folds.
    score : float or None
        Mean over the folds that were done, more is better.
    fold_scores : tuple of float
    seconds : float
    reason : str
        Why it failed or was given up.
    """

    number: int
    params: dict[str, Any]
    status: TrialStatus
    score: float | None
    fold_scores: tuple[float, ...]
    seconds: float
    reason: str = ""


@dataclass(frozen=True)
class OptimizationResult:
    """The best settings that were found.

    Attributes
    ----------
    best_params : dict
    best_score : float
        Mean over the folds, by the scorer: more is better.
    trials : tuple of TuningTrial
        In the order in which they ran.
    best_estimator : estimator
        A clone with the best settings, not fitted.
    method : OptimizationMethod
    seconds : float
    """

    best_params: dict[str, Any]
    best_score: float
    trials: tuple[TuningTrial, ...]
    best_estimator: Any
    method: OptimizationMethod
    seconds: float

    def __repr__(self) -> str:
        statuses = [t.status for t in self.trials]
        counts = {status: statuses.count(status) for status in dict.fromkeys(statuses)}
        told = ", ".join(f"{n} {status}" for status, n in counts.items())
        lines = [
            f"Best score  {self.best_score:.6g} ({self.method.value})",
            f"Trials      {told} in {self.seconds:.1f} s",
            *(f"  {name} = {value!r}" for name, value in self.best_params.items()),
        ]
        return "\n".join(lines)
