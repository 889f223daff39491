"""HyperparameterOptimizer as users hold it: it takes the name of an algorithm, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from sklearn.base import clone

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.automl.question.spaces import check_space
from phantom_ml.config import SUPERVISED
from phantom_ml.errors import BadSetting
from phantom_ml.sklearn_api.algorithm import (
    AlgorithmClassifier,
    AlgorithmEstimator,
    AlgorithmRegressor,
)
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.tuning.bench import Bench, Measure
from phantom_ml.tuning.optimizer import EstimatorOptimizer, check_memory
from phantom_ml.tuning.scoring import FUNCTION

#: So many different whole numbers in a target are values, not classes.
MOST_CLASSES = 100
#: A child that fits nothing takes 52 to 58 MiB, one that fits an algorithm on 60 rows 77.
LEAST_MEMORY_MB = 64


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
        Of a trial, in MiB: at least 16, of an algorithm's 64.

    Notes
    -----
    What ``optimize`` takes as ``estimator`` may be an ``Algorithm``, its name, or settings of one as well:
    then ``space`` may be None, which searches the settings within their own bounds.

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
        if isinstance(space, Mapping):
            check_space(type(settings), space)
        return clone(meant).set_params(**settings.model_dump())

    def _space(self, estimator: Any, space: Mapping[str, Any] | None) -> Mapping[str, Any]:
        given = super()._space(estimator, space)
        if space is None or not isinstance(estimator, AlgorithmEstimator):
            return given
        # To an algorithm 1 and 1.0 are the same, and its values were checked.
        return {n: list(dict.fromkeys(v)) if isinstance(v, list) else v for n, v in given.items()}

    def _bench(self, bench: Bench) -> Measure:
        if not isinstance(bench.estimator, AlgorithmEstimator):
            return bench
        check_memory(self.memory_limit_mb, LEAST_MEMORY_MB)
        return AlgorithmBench(bench)


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
