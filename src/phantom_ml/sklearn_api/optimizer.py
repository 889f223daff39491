"""HyperparameterOptimizer as users hold it: it takes the name of an algorithm, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.automl.question.conditions import conditioned
from phantom_ml.automl.question.spaces import check_space, in_whole_numbers
from phantom_ml.config import SUPERVISED, ProblemKind
from phantom_ml.errors import BadSetting, UnknownName
from phantom_ml.process import DEFAULT_PRELOAD, warm_up
from phantom_ml.sklearn_api.algorithm import (
    AlgorithmClassifier,
    AlgorithmEstimator,
    AlgorithmRegressor,
)
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.tuning.bench import Bench, Measure
from phantom_ml.tuning.optimizer import EstimatorOptimizer
from phantom_ml.tuning.scoring import FUNCTION

#: So many different whole numbers in a target are values, not classes.
MOST_CLASSES = 100


class HyperparameterOptimizer(EstimatorOptimizer):
    """Searches the settings of an estimator, or of an algorithm, by cross-validation.

    Parameters
    ----------
    method : OptimizationMethod or str
        ``bayesian_optimization``, ``random_search``, ``grid_search`` or ``hyperband``.
    n_trials : int
    timeout_seconds : float, optional
        Of the whole search.
    trial_seconds : float, optional
        Of a trial.
    memory_limit_mb : int, optional
        Of a trial, in MiB, at least 16: what it takes beside what its process holds when it starts.

    Notes
    -----
    What ``optimize`` takes as ``estimator`` may be an ``Algorithm``, its name, or settings of one as well:
    then ``space`` may be None, which searches the settings within their own bounds. The first trial is then of
    the settings as they are.

    Examples
    --------
    >>> from sklearn.datasets import load_iris
    >>> X, y = load_iris(return_X_y=True)
    >>> optimizer = HyperparameterOptimizer("random_search", n_trials=2, timeout_seconds=60)
    >>> optimizer
    HyperparameterOptimizer(random_search, 2 trials, 60 s)
    >>> found = optimizer.optimize("LogisticRegression", None, X, y)
    >>> list(found.best_params)
    ['C', 'scaling']
    """

    def _estimator(self, given: Any, space: Mapping[str, Any] | None, y: Any) -> Any:
        """Return the estimator that is meant; raises BadSetting where it cannot have its settings or the space."""
        meant = as_estimator(given, y)
        if not isinstance(meant, AlgorithmEstimator):
            return meant
        settings = meant.validated()
        _check_solves(meant, y)
        if isinstance(space, Mapping):
            _check_known(meant, space)
            check_space(type(settings), space)
        own = {"seed": int(meant.seed), "n_threads": int(meant.n_threads)}
        return clone(meant).set_params(**own, **settings.model_dump())

    def _space(self, estimator: Any, space: Mapping[str, Any] | None) -> Mapping[str, Any]:
        given = super()._space(estimator, space)
        if space is None and isinstance(estimator, AlgorithmEstimator) and not given:
            raise _nothing_to_search(estimator)
        if not isinstance(space, Mapping) or not isinstance(estimator, AlgorithmEstimator):
            return given
        algorithm = algorithms.get(estimator.algorithm)
        whole = in_whole_numbers(algorithm, space)
        # To an algorithm 1 and 1.0 are the same, and its values were checked.
        once = {n: list(dict.fromkeys(v)) if isinstance(v, list) else v for n, v in whole.items()}
        return conditioned(algorithm, once, estimator.get_params())

    def _bench(self, bench: Bench) -> Measure:
        # A function may ask the estimator about rows of its own making, of which no child has predicted any.
        if not isinstance(bench.estimator, AlgorithmEstimator) or bench.scoring.is_own:
            return bench
        if self.memory_limit_mb is not None:
            # What a trial imports itself counts for it, which it must not do in one search and not in another.
            warm_up(DEFAULT_PRELOAD)
        return AlgorithmBench(bench)


def _nothing_to_search(estimator: AlgorithmEstimator) -> BadSetting:
    """Return the error of an algorithm none of whose settings has bounds."""
    name, kind = estimator.algorithm, type(estimator).__name__
    return BadSetting(
        f"{name} has no settings to search.",
        f"Fit it as it is, as {kind}({name!r}) does, or name another algorithm.",
    )


def as_estimator(given: Any, y: Any) -> Any:
    """Return an algorithm as the estimator for a target; anything else as it is.

    Raises
    ------
    BadSetting
        The algorithm learns without answers.
    """
    if isinstance(given, AlgorithmSettings):
        _learns_from_answers(given.name)
        return _kind_for(y)(given.name, **given.model_dump(exclude_unset=True))
    if isinstance(given, str):
        name = algorithms.name_of(given)
        _learns_from_answers(name)
        return _kind_for(y)(name)
    return given


def _check_known(meant: AlgorithmEstimator, space: Mapping[Any, Any]) -> None:
    """Raise UnknownName where a space names a setting that the algorithm has not."""
    kind = algorithms.get(meant.algorithm)
    for name in space:
        if isinstance(name, str) and name not in kind.model_fields:
            raise UnknownName(f"setting of {kind.name}", name, sorted(kind.model_fields))


def _check_solves(meant: AlgorithmEstimator, y: Any) -> None:
    """Raise BadSetting where an algorithm does not solve such problems as the answers pose."""
    if isinstance(meant, AlgorithmClassifier):
        two = len(set(np.asarray(y).ravel().tolist())) <= 2
        kind = ProblemKind.BINARY if two else ProblemKind.MULTICLASS
    else:
        kind = ProblemKind.REGRESSION
    if kind not in algorithms.get(meant.algorithm).kinds:
        able = [a.name for a in algorithms if kind in a.kinds]
        raise BadSetting(
            f"y poses a {kind.value} problem, which {meant.algorithm} does not solve.",
            f"Name another algorithm: {', '.join(able)}.",
        )


def _learns_from_answers(name: str) -> None:
    if algorithms.get(name).kinds & set(SUPERVISED):
        return
    raise BadSetting(
        f"{name} learns without answers: there is no score by which its settings could be compared.",
        "Train it with task_type='anomaly_detection', or search a scikit-learn detector with "
        f"{FUNCTION} as scoring.",
    )


def _kind_for(y: Any) -> type[AlgorithmEstimator]:
    values = np.asarray(y)
    whole = values.dtype.kind != "f" or bool((values == np.round(values)).all())
    classes = values.dtype.kind in "OUSb" or (whole and len(np.unique(values)) <= MOST_CLASSES)
    return AlgorithmClassifier if classes else AlgorithmRegressor
