"""One trial after the other, measured fold by fold; a failure is a trial too.

Hyperband: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
2018, arXiv:1603.06560; the resource that trials are given more or less of is folds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import TYPE_CHECKING, Any

import numpy as np

from phantom_ml.config import OptimizationMethod
from phantom_ml.errors import BadSetting
from phantom_ml.process.deadline import Deadline
from phantom_ml.tuning.propose import distribution_of, sampler_for
from phantom_ml.tuning.result import TrialStatus, TuningTrial
from phantom_ml.tuning.space import Axis

if TYPE_CHECKING:
    from optuna.study import Study
    from optuna.trial import Trial

#: Hyperband keeps this share, one in so many, from one fold to the next.
REDUCTION = 2
_STATES = {"pruned": "PRUNED", "failed": "FAIL"}


@dataclass(frozen=True)
class Bench:
    """Where one choice of settings is measured, fold by fold."""

    estimator: Any
    X: Any
    y: Any
    scorer: Any
    splitter: Any

    @cached_property
    def folds(self) -> list[tuple[Any, Any]]:
        """Return the rows of each fold; raises BadSetting where the table cannot be split so."""
        try:
            return list(self.splitter.split(self.X, self.y))
        except ValueError as error:
            raise BadSetting(f"The rows cannot be split: {error}", "Give fewer folds.") from None

    def score(self, params: Mapping[str, Any], fold: tuple[Any, Any]) -> float:
        """Return the score on one fold; raises whatever the estimator raises."""
        from sklearn.base import clone
        from sklearn.model_selection import cross_val_score

        estimator = clone(self.estimator).set_params(**params)
        scores = cross_val_score(
            estimator, self.X, self.y, cv=[fold], scoring=self.scorer, error_score="raise"
        )
        return float(scores[0])


@dataclass
class Search:
    """The trials so far, and how the next one is run."""

    study: Study
    space: Mapping[str, Axis]
    bench: Bench
    end: Deadline
    trials: list[TuningTrial] = field(default_factory=list)
    n_waiting: int = 0

    def enqueue(self, points: list[dict[str, Any]], seed: int) -> None:
        """Put points in line to be tried, in an order drawn at random, each different one once."""
        different = {repr(sorted(self._active(p).items())): p for p in points}
        chosen = list(different.values())
        for i in np.random.default_rng(seed).permutation(len(chosen)):
            self.study.enqueue_trial(chosen[i])
        self.n_waiting = len(chosen)

    def run_one(self) -> None:
        """Run the next trial and keep what came of it, a failure too."""
        from optuna.trial import TrialState

        started = time.monotonic()
        trial = self.study.ask({n: distribution_of(a.bound) for n, a in self.space.items()})
        params = self._active(trial.params)
        scores: list[float] = []
        status: TrialStatus = "failed"
        try:
            reason = self._measure(trial, params, scores)
            status = "pruned" if reason else "done"
        except Exception as error:  # whatever an estimator raises is its trial's failure
            reason = f"{type(error).__name__}: {error}"[:500]
        score = float(np.mean(scores)) if scores and status != "failed" else None
        if status == "done":
            self.study.tell(trial, score)
        else:
            self.study.tell(trial, state=getattr(TrialState, _STATES[status]))
        seconds = time.monotonic() - started
        number = len(self.trials)
        self.trials.append(
            TuningTrial(number, params, status, score, tuple(scores), seconds, reason)
        )

    def _measure(self, trial: Trial, params: dict[str, Any], scores: list[float]) -> str:
        """Add the scores of the folds; return why the trial was given up, or an empty string."""
        folds = self.bench.folds
        for i, fold in enumerate(folds):
            if i and self.end.passed:
                return "The time was over."
            score = self.bench.score(params, fold)
            if not math.isfinite(score):
                raise ValueError(f"the score is {score}")
            scores.append(score)
            trial.report(float(np.mean(scores)), step=i + 1)
            if i + 1 < len(folds) and trial.should_prune():
                return f"It fell behind after {i + 1} of {len(folds)} folds."
        return ""

    def _active(self, raw: Mapping[str, Any]) -> dict[str, Any]:
        """Return the settings as values, without those whose condition does not hold."""
        values = {name: self.space[name].decoded(value) for name, value in raw.items()}
        when = {name: self.space[name].bound.when for name in values}
        return {n: v for n, v in values.items() if _holds(when[n], values)}


def _holds(when: tuple[str, Any] | None, values: Mapping[str, Any]) -> bool:
    return when is None or values.get(when[0]) == when[1]


def study_for(method: OptimizationMethod, n_folds: int, seed: int) -> Study:
    """Return the study that proposes settings, and gives trials up where the method does."""
    import optuna

    optuna.logging.set_verbosity(optuna.logging.ERROR)
    pruner: Any = optuna.pruners.NopPruner()
    if method is OptimizationMethod.HYPERBAND:
        pruner = optuna.pruners.HyperbandPruner(1, max(1, n_folds), REDUCTION)
    # The name decides Hyperband's brackets: a fixed one makes equal runs equal.
    return optuna.create_study(
        direction="maximize", sampler=sampler_for(method, seed), pruner=pruner, study_name="tuning"
    )


def scorer_for(estimator: Any, scoring: Any) -> Any:
    """Return scikit-learn's scorer; raises BadSetting."""
    from sklearn.metrics import check_scoring

    try:
        return check_scoring(estimator, scoring=scoring)
    except (ValueError, TypeError) as error:
        raise BadSetting(
            f"The scoring {scoring!r} cannot be used: {str(error).splitlines()[0]}",
            "Give the name of a scikit-learn scorer, as 'average_precision', or a function.",
        ) from None


def splitter_for(estimator: Any, y: Any, cv: Any, seed: int) -> Any:
    """Return scikit-learn's splitter, shuffled where cv is a number; raises BadSetting."""
    from sklearn.base import is_classifier
    from sklearn.model_selection import KFold, StratifiedKFold, check_cv
    from sklearn.utils.multiclass import type_of_target

    if isinstance(cv, int) and not isinstance(cv, bool):
        if cv < 2:
            raise BadSetting(f"cv is {cv}.", "Give at least 2 folds, or a splitter.")
        classes = y is not None and type_of_target(y) in ("binary", "multiclass")
        kind = StratifiedKFold if is_classifier(estimator) and classes else KFold
        return kind(cv, shuffle=True, random_state=seed)
    try:
        return check_cv(cv, y, classifier=is_classifier(estimator))
    except ValueError as error:
        expected = "Give a number of folds or a splitter."
        raise BadSetting(f"cv is {cv!r}: {error}", expected) from None
