"""HyperparameterOptimizer: the settings of any scikit-learn estimator, searched in four ways.

Hyperband: Li et al., "Hyperband: A Novel Bandit-Based Approach to Hyperparameter Optimization",
2018, arXiv:1603.06560; the resource that trials are given more or less of is folds.
"""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from typing import Any

from phantom_ml.config import OptimizationMethod
from phantom_ml.errors import BadSetting, BudgetTooSmall, NoTrialSucceeded
from phantom_ml.process.deadline import Deadline
from phantom_ml.tuning.result import OptimizationResult, TuningTrial
from phantom_ml.tuning.search import Bench, Search, scorer_for, splitter_for, study_for
from phantom_ml.tuning.space import axes, grid


class HyperparameterOptimizer:
    """Searches the settings of an estimator by cross-validation.

    Parameters
    ----------
    method : OptimizationMethod or str
        ``bayesian_optimization`` (the tree-structured Parzen estimator), ``random_search``,
        ``grid_search`` (the finest even grid of ``n_trials`` points) or ``hyperband`` (trials that
        fall behind are given up after a fold).
    n_trials : int
        At least 1.
    timeout_seconds : float, optional
        No trial and no fold is begun after so long; a fit that has begun is finished.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> optimizer = HyperparameterOptimizer("random_search", n_trials=5)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> found = optimizer.optimize(tree, {"max_depth": (1, 4)}, X, y)
    >>> len(found.trials), found.best_score > 0.9
    (5, True)
    """

    def __init__(
        self,
        method: OptimizationMethod | str = OptimizationMethod.BAYESIAN_OPTIMIZATION,
        n_trials: int = 50,
        timeout_seconds: float | None = None,
    ) -> None:
        self.method = _method(method)
        self.n_trials = _count(n_trials)
        self.timeout_seconds = _seconds(timeout_seconds)

    def __repr__(self) -> str:
        timeout = "" if self.timeout_seconds is None else f", {self.timeout_seconds:g} s"
        return f"HyperparameterOptimizer({self.method.value}, {self.n_trials} trials{timeout})"

    def optimize(  # noqa: PLR0913 - scikit-learn's own way to ask, as in GridSearchCV and fit
        self,
        estimator: Any,
        space: Mapping[str, Any],
        X: Any,
        y: Any = None,
        *,
        scoring: Any = None,
        cv: Any = 3,
        seed: int = 0,
    ) -> OptimizationResult:
        """Return the best settings and all trials.

        Parameters
        ----------
        estimator : scikit-learn estimator
            It is cloned, never fitted itself.
        space : mapping of setting to (low, high), (low, high, "log"), list of values, or Bound
            Both ends are inclusive; two whole numbers search whole numbers. Settings of a step are
            ``step__setting``.
        X : array or frame of shape (n_rows, n_features)
        y : array of shape (n_rows,), optional
        scoring : str or callable, optional
            A scikit-learn scorer, more is better; the estimator's own ``score`` where not given.
        cv : int or splitter
            Folds, shuffled by the seed (stratified for classes), or scikit-learn's own splitter.
        seed : int
            Of the folds and the search.

        Raises
        ------
        BadSetting, UnknownName
            The space, the scorer or the folds cannot be used.
        NoTrialSucceeded
            Every trial failed; the message tells the reasons.
        BudgetTooSmall
            The time was over before one trial was done.
        """
        started = time.monotonic()
        searched = axes(space, list(estimator.get_params()))
        bench = Bench(
            estimator, X, y, scorer_for(estimator, scoring), splitter_for(estimator, y, cv, seed)
        )
        end = Deadline.never()
        if self.timeout_seconds is not None:
            end = Deadline.after(self.timeout_seconds)
        search = Search(study_for(self.method, len(bench.folds), seed), searched, bench, end)
        if self.method is OptimizationMethod.GRID_SEARCH:
            search.enqueue(grid(searched, self.n_trials), seed)
        n_trials = min(self.n_trials, search.n_waiting or self.n_trials)
        while len(search.trials) < n_trials and not end.passed:
            search.run_one()
        return self._result(estimator, search.trials, time.monotonic() - started)

    def _result(
        self, estimator: Any, trials: list[TuningTrial], seconds: float
    ) -> OptimizationResult:
        from sklearn.base import clone

        done = [t for t in trials if t.status == "done" and t.score is not None]
        if not done:
            raise _nothing(trials)
        best = max(done, key=lambda t: t.score if t.score is not None else -math.inf)
        return OptimizationResult(
            best.params,
            float(best.score or 0.0),
            tuple(trials),
            clone(estimator).set_params(**best.params),
            self.method,
            seconds,
        )


def _method(method: OptimizationMethod | str) -> OptimizationMethod:
    try:
        return OptimizationMethod(method)
    except ValueError:
        known = ", ".join(m.value for m in OptimizationMethod)
        raise BadSetting(f"There is no method {method!r}.", f"Use one of: {known}.") from None


def _count(n_trials: int) -> int:
    if isinstance(n_trials, bool) or not isinstance(n_trials, int) or n_trials < 1:
        raise BadSetting(f"n_trials is {n_trials!r}.", "Give a whole number of at least 1.")
    return n_trials


def _seconds(timeout: float | None) -> float | None:
    if timeout is not None and not timeout > 0:
        raise BadSetting(f"timeout_seconds is {timeout!r}.", "Give more than 0 seconds, or None.")
    return timeout


def _nothing(trials: list[TuningTrial]) -> NoTrialSucceeded | BudgetTooSmall:
    reasons = "; ".join(dict.fromkeys(t.reason for t in trials if t.reason))[:500]
    if all(t.status == "pruned" for t in trials):
        return BudgetTooSmall(
            f"The time was over before a trial was done. {reasons}".strip(),
            "Give more seconds or fewer folds.",
        )
    return NoTrialSucceeded(
        f"None of {len(trials)} trials succeeded. {reasons}", "Mend what the reasons name."
    )
