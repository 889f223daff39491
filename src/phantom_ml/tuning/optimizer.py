"""The settings of any scikit-learn estimator, searched in four ways."""

from __future__ import annotations

import math
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import numpy as np

from phantom_ml.config import OptimizationMethod
from phantom_ml.errors import BadSetting, BudgetTooSmall, NoTrialSucceeded
from phantom_ml.tuning.basis import check_columns, check_known, check_lengths, is_whole
from phantom_ml.tuning.bench import Bench, Measure, check_not_searched, check_resource
from phantom_ml.tuning.defaults import default_point
from phantom_ml.tuning.grid import grid, grid_around, is_too_wide
from phantom_ml.tuning.history import recalled
from phantom_ml.tuning.patience import Patience, is_late
from phantom_ml.tuning.real import by_value
from phantom_ml.tuning.result import FOLDS, OptimizationResult, TuningTrial, one_line
from phantom_ml.tuning.scoring import check_folds, scoring_for
from phantom_ml.tuning.search import Search
from phantom_ml.tuning.space import EXPECTED, Axis, axes
from phantom_ml.tuning.study import samplers_for, splitter_for, study_for
from phantom_ml.tuning.taken import names_taken
from phantom_ml.tuning.whole import in_whole_numbers
from phantom_ml.wording import counted

#: A copy of the process that does nothing takes 5 MiB, one that fits a tree on 240 rows 11.
LEAST_MEMORY_MB = 16
#: What to say of a history that was scored by a person's function.
OWN_SCORING = "The scoring is a function of yours: that the history was scored by it is taken on its name alone."
#: The most that numpy's random states take.
MOST_SEED = 2**32 - 1


class EstimatorOptimizer:
    """Searches the settings of an estimator by cross-validation.

    Parameters
    ----------
    method : OptimizationMethod or str
        ``bayesian_optimization`` (the tree-structured Parzen estimator, or with at most 30 trials a
        Gaussian process where torch is installed), ``random_search``, ``grid_search`` (the finest even
        grid of ``n_trials`` points; over an estimator's own space from its defaults outward) or
        ``hyperband`` (trials that fall behind are given up). All but the grid try the estimator's own settings
        first, where they lie in the space.
    n_trials : int
        At least 1.
    timeout_seconds : float, optional
        Of the whole search: a trial that is under way then is ended.
    trial_seconds : float, optional
        Of a trial: one that takes longer, or hangs, is ended, and is a failed trial. Where only
        ``timeout_seconds`` is given, a trial may take a third of it all, or more: half of what is left until
        one is done, and then thrice what the slowest took; never less than 2 s.
    memory_limit_mb : int, optional
        Of a trial, in MiB, at least 16: one that takes more beside what its process holds when it starts is
        ended, and is a failed trial.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> from sklearn.tree import DecisionTreeClassifier
    >>> X, y = load_iris(return_X_y=True)
    >>> optimizer = EstimatorOptimizer("random_search", n_trials=5)
    >>> tree = DecisionTreeClassifier(random_state=0)
    >>> found = optimizer.optimize(tree, {"max_depth": (1, 9)}, X, y)
    >>> len(found.trials), found.best_score > 0.9
    (5, True)
    """

    def __init__(
        self,
        method: OptimizationMethod | str = OptimizationMethod.BAYESIAN_OPTIMIZATION,
        n_trials: int = 50,
        timeout_seconds: float | None = None,
        *,
        trial_seconds: float | None = None,
        memory_limit_mb: int | None = None,
    ) -> None:
        self.method = _method(method)
        self.n_trials = _count("n_trials", n_trials)
        self.timeout_seconds = _seconds("timeout_seconds", timeout_seconds)
        self.trial_seconds = _seconds("trial_seconds", trial_seconds)
        self.memory_limit_mb = _memory(memory_limit_mb)

    def __repr__(self) -> str:
        timeout = "" if self.timeout_seconds is None else f", {self.timeout_seconds:g} s"
        return f"{type(self).__name__}({self.method.value}, {self.n_trials} trials{timeout})"

    def optimize(  # noqa: PLR0913 - scikit-learn's own way to ask, as in GridSearchCV and fit
        self,
        estimator: Any,
        space: Mapping[str, Any] | None,
        X: Any,
        y: Any = None,
        *,
        scoring: Any = None,
        cv: Any = 3,
        seed: int = 0,
        resource: str = FOLDS,
        history: OptimizationResult | str | Sequence[TuningTrial] | None = None,
        on_trial: Callable[[TuningTrial], None] | None = None,
    ) -> OptimizationResult:
        """Return the best settings and all trials.

        Parameters
        ----------
        estimator : scikit-learn estimator
            It is cloned, never fitted itself. `HyperparameterOptimizer` takes an ``Algorithm``, its name,
            or settings of one as well.
        space : mapping of setting to (low, high), (low, high, "log"), list of values, or Bound
            Both ends are inclusive; two whole numbers search whole numbers, and so do ``(2.0, 8.0)`` of a
            setting that the estimator takes as a whole number only. Settings of a step are ``step__setting``.
            None: the estimator's own ``search_space()``, which of an algorithm are its bounds.
        X : array or frame of shape (n_rows, n_features)
        y : array of shape (n_rows,), optional
            Only what learns without answers, and is scored without them, does not need it.
        scoring : str or callable, optional
            A scikit-learn scorer or a function of (estimator, X, y), more is better; the estimator's own
            ``score`` where not given. Where one of two classes is scored, the positive one is 1, else the
            one that sounds like an alert, else the rarer, which ``notes`` of the result tells;
            ``make_scorer(..., pos_label="attack")`` names it. Of a detector (IsolationForest, OneClassSVM),
            whose ``y`` is -1 for odd rows and 1 for normal ones, the positive one is -1: the score is how
            well the odd rows are found.
        cv : int or splitter
            Folds, shuffled by the seed (stratified by classes), or scikit-learn's own splitter.
        seed : int
            Of the folds and the search.
        resource : str
            What Hyperband gives trials more of, as long as they keep up: ``folds``, ``rows``, or a
            setting that counts what grows (``n_estimators``, ``max_iter``), whose greatest value is the
            estimator's, so that it cannot be searched too. The last rung's score is that of a fresh fit:
            ensembles of scikit-learn keep their trees from rung to rung, trees and networks of Phantom ML
            wait and go on, all else is fitted anew.
        history : OptimizationResult, its JSON text, or list of TuningTrial, optional
            Trials to go on from; they count among ``n_trials``. They must be of the same estimator, scoring,
            rows, columns, ``y`` and folds, and of Hyperband with the same resource; a list does not say what
            its trials were made of, so that this is not checked, and noted.
        on_trial : callable of TuningTrial, optional
            Called after each trial, a failed one too. What it raises ends the search and reaches the caller;
            a list's ``append`` keeps the trials that were done by then, to be given as ``history``.

        Raises
        ------
        BadSetting, UnknownName
            The space, the scorer, the folds, the resource, the history or ``on_trial`` cannot be used, the
            rows are too few or without columns, or answers are missing.
        ValueError
            ``X`` and ``y`` are not of one length: a BadSetting that is a ValueError too.
        ExtraMissing
            The algorithm needs a library that is not installed.
        NoTrialSucceeded
            Every trial failed; the message tells the reasons.
        BudgetTooSmall
            The time was over before one trial was done.
        """
        started = time.monotonic()
        seed = check_seed(seed)
        check_lengths(X, y)
        check_known(y)
        heard = _listener(on_trial)
        meant = _checked(self._estimator(estimator, space, y))
        check_columns(X, meant)
        known = names_taken(meant, space)
        searched = by_value(meant, in_whole_numbers(meant, axes(self._space(meant, space), known)))
        check_resource(resource, meant, known)
        gives_up = self.method is OptimizationMethod.HYPERBAND
        scored, splitter = scoring_for(meant, scoring, y), splitter_for(meant, y, cv, seed)
        rungs = resource if gives_up else FOLDS
        check_not_searched(rungs, meant, searched)
        bench = Bench(meant, X, y, scored, splitter, rungs, seed, gives_up)
        check_folds(scored, y, bench.folds)
        search = self._search(self._bench(bench), searched, seed, heard)
        if history is not None:
            search.replay(*recalled(history))
            search.notes.extend([OWN_SCORING] if scored.is_own else [])
        if self.method is OptimizationMethod.GRID_SEARCH:
            search.notes.extend(self._lined_up(search, seed, own=space is None))
        elif first := default_point(meant, searched):
            search.begin_with(first)
        self._run(search)
        return self._result(search, time.monotonic() - started)

    def _estimator(self, given: Any, space: Mapping[str, Any] | None, y: Any) -> Any:
        """Return the estimator that is meant."""
        return given

    def _space(self, estimator: Any, space: Mapping[str, Any] | None) -> Mapping[str, Any]:
        """Return what is searched, the estimator's own space where none is given; raises BadSetting."""
        return _space(estimator, space)

    def _bench(self, bench: Bench) -> Measure:
        """Return where trials are measured."""
        return bench

    def _search(
        self,
        bench: Measure,
        space: Mapping[str, Axis],
        seed: int,
        on_trial: Callable[[TuningTrial], None],
    ) -> Search:
        """Return the search before its first trial."""
        study = study_for(self.method, bench.n_rungs)
        samplers = samplers_for(self.method, seed, self.n_trials, space)
        patience = Patience.of(self.timeout_seconds, self.trial_seconds, self.memory_limit_mb)
        return Search(study, space, bench, patience, on_trial, samplers, seed)

    def _lined_up(self, search: Search, seed: int, *, own: bool) -> list[str]:
        """Put the points of the grid in line; return what to say where they are not ``n_trials``."""
        n_most, space = self.n_trials, search.space
        if own or is_too_wide(space, n_most):
            defaults = search.bench.estimator.get_params()
            points = grid_around(space, defaults, n_most, whole=not own)
        else:
            points = grid(space, n_most, seed)
        n_points = search.enqueue(points, n_most)
        if n_points <= n_most and search.n_beyond:
            what = f"of which {search.n_beyond} are not tried: trials of the history took their places."
        elif n_points < n_most:
            what = f"fewer than n_trials ({n_most}): the search ends with them."
        elif n_points > n_most:
            what = f"more than n_trials ({n_most}): those that are tried are spread over each setting's values."
        return (
            []
            if n_points == n_most and not search.n_beyond
            else [f"The grid has {counted(n_points, 'point')}, {what}"]
        )

    def _run(self, search: Search) -> None:
        most = self.n_trials
        if self.method is OptimizationMethod.GRID_SEARCH:
            most = min(most, len(search.trials) + search.n_waiting)
        if len(search.trials) < most:
            search.bench.prepare()
        while len(search.trials) < most and not search.patience.end.passed:
            if not search.run_one():
                search.notes.append(_tried_out(len(search.tried), most))
                return

    def _result(self, search: Search, seconds: float) -> OptimizationResult:
        from sklearn.base import clone

        trials = search.trials
        done = [t for t in trials if t.status == "done" and t.score is not None]
        if not done:
            raise _nothing(trials, self.trial_seconds)
        best = max(done, key=lambda t: t.score if t.score is not None else -math.inf)
        return OptimizationResult(
            best.params,
            float(best.score or 0.0),
            tuple(trials),
            clone(search.bench.estimator).set_params(**best.params),
            self.method,
            seconds,
            search.space,
            (*search.bench.notes, *search.notes),
            search.bench.basis,
        )


def _tried_out(n_tried: int, n_trials: int) -> str:
    """Return what to say of a space whose points are fewer than the trials."""
    if n_tried == 1:
        return f"The space has one point only, and n_trials is {n_trials}: the search ends with it."
    points = f"All {counted(n_tried, 'point')} of the space were tried"
    return f"{points}, which are fewer than n_trials ({n_trials}): the search ends with them."


def _listener(on_trial: Any) -> Callable[[TuningTrial], None]:
    """Return who is told of trials; raises BadSetting where it cannot be called."""
    if on_trial is None:
        return _silent
    if not callable(on_trial):
        raise BadSetting(
            f"on_trial is {on_trial!r}, which cannot be called.",
            "Give a function of one TuningTrial, or None.",
        )
    heard: Callable[[TuningTrial], None] = on_trial
    return heard


def _silent(_: TuningTrial) -> None:
    """Tell nobody."""


def _space(estimator: Any, space: Mapping[str, Any] | None) -> Mapping[str, Any]:
    if space is not None:
        return space
    if not hasattr(estimator, "search_space"):
        raise BadSetting(
            f"The search space is None, and {type(estimator).__name__} has none of its own.",
            EXPECTED,
        )
    own: Mapping[str, Any] = estimator.search_space()
    return own


def _method(method: OptimizationMethod | str) -> OptimizationMethod:
    try:
        return OptimizationMethod(method)
    except ValueError:
        known = ", ".join(m.value for m in OptimizationMethod)
        raise BadSetting(f"There is no method {method!r}.", f"Use one of: {known}.") from None


def _count(name: str, n: int) -> int:
    if not is_whole(n) or n < 1:
        raise BadSetting(f"{name} is {n!r}.", "Give a whole number of at least 1.")
    return int(n)


def _memory(limit: int | None) -> int | None:
    """Return the MiB that a trial may take; raises BadSetting where no trial can be done in them."""
    if limit is None:
        return None
    whole = _count("memory_limit_mb", limit)
    if whole < LEAST_MEMORY_MB:
        raise BadSetting(
            f"memory_limit_mb is {whole}, in which no trial can be done.",
            f"Give at least {LEAST_MEMORY_MB}, more where there are many rows or a model grows large, or None for "
            "no limit.",
        )
    return whole


def check_seed(seed: int) -> int:
    """Return the seed; raises BadSetting unless it is one that numpy takes."""
    if not (is_whole(seed) and 0 <= seed <= MOST_SEED):
        raise BadSetting(f"seed is {seed!r}.", f"Give a whole number from 0 to {MOST_SEED}.")
    return int(seed)


def _checked(estimator: Any) -> Any:
    """Return the estimator; raises BadSetting where it is a class, or nothing that can be fitted."""
    if isinstance(estimator, type):
        name = estimator.__name__
        raise BadSetting(f"The estimator is the class {name}.", f"Give an instance: {name}().")
    if not (hasattr(estimator, "get_params") and hasattr(estimator, "fit")):
        raise BadSetting(
            f"The estimator is of type {type(estimator).__name__}, which has no get_params and fit.",
            "Give a scikit-learn estimator.",
        )
    return estimator


def _seconds(name: str, seconds: float | None) -> float | None:
    if seconds is None:
        return None
    number = isinstance(seconds, int | float | np.number) and not isinstance(seconds, bool)
    if not (number and seconds > 0):
        raise BadSetting(f"{name} is {seconds!r}.", "Give more than 0 seconds, or None.")
    return float(seconds)


def _nothing(
    trials: list[TuningTrial], trial_seconds: float | None
) -> NoTrialSucceeded | BudgetTooSmall:
    """Return the error that tells what the trials did, none of which was done."""
    reasons = Counter((t.status, one_line(t.reason)) for t in trials)
    parts = (f"{n} {status}: {reason.rstrip('.')}" for (status, reason), n in reasons.items())
    told = one_line("; ".join(parts))
    in_time = [t for t in trials if t.status == "failed" and not is_late(t.reason)]
    if in_time or (trial_seconds is not None and trials and not _any_pruned(trials)):
        late = len(in_time) < len(trials)
        more = " Give more trial_seconds, fewer folds or fewer rows." if late else ""
        return NoTrialSucceeded(
            f"None of {len(trials)} trials succeeded. {told}.", f"Mend what the reasons name.{more}"
        )
    begun = told or "None was begun: it went by while rows and processes were prepared"
    return BudgetTooSmall(
        f"The time was over before a trial was done. {begun}.",
        "Give more timeout_seconds, fewer folds or fewer rows; where a trial may hang, trial_seconds ends it "
        "sooner.",
    )


def _any_pruned(trials: list[TuningTrial]) -> bool:
    return any(t.status == "pruned" for t in trials)
