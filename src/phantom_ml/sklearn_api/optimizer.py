"""HyperparameterOptimizer as users hold it: it takes the name of an algorithm, too."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from phantom_ml.algorithms.base import AlgorithmSettings, algorithms
from phantom_ml.automl.spaces import check_space
from phantom_ml.sklearn_api.algorithm import (
    AlgorithmClassifier,
    AlgorithmEstimator,
    AlgorithmRegressor,
)
from phantom_ml.sklearn_api.algorithm_bench import AlgorithmBench
from phantom_ml.tuning.bench import Bench, Measure
from phantom_ml.tuning.optimizer import EstimatorOptimizer
from phantom_ml.tuning.result import OptimizationResult

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
        Of a trial, in MiB.

    Examples
    --------
    >>> HyperparameterOptimizer("hyperband", n_trials=20, timeout_seconds=60)
    HyperparameterOptimizer(hyperband, 20 trials, 60 s)
    """

    def optimize(
        self,
        estimator: Any,
        space: Mapping[str, Any] | None,
        X: Any,
        y: Any = None,
        **options: Any,
    ) -> OptimizationResult:
        """Return the best settings and all trials; see ``EstimatorOptimizer.optimize``.

        ``estimator`` may be an ``Algorithm``, its name, or settings of one as well: then ``space`` may be
        None, which searches the settings within their own bounds.

        Examples
        --------
        >>> from sklearn.datasets import load_iris
        >>> X, y = load_iris(return_X_y=True)
        >>> optimizer = HyperparameterOptimizer("random_search", n_trials=2)
        >>> found = optimizer.optimize("LogisticRegression", None, X, y)
        >>> list(found.best_params)
        ['C']
        """
        meant = as_estimator(estimator, y)
        if isinstance(space, Mapping) and isinstance(meant, AlgorithmEstimator):
            check_space(algorithms.get(meant.algorithm), space)
        return super().optimize(meant, space, X, y, **options)

    def _bench(self, bench: Bench) -> Measure:
        known = isinstance(bench.estimator, AlgorithmEstimator)
        return AlgorithmBench(bench) if known else bench


def as_estimator(given: Any, y: Any) -> Any:
    """Return an algorithm as the estimator for a target; anything else as it is."""
    if isinstance(given, AlgorithmSettings):
        return _kind_for(y)(given.name, **given.model_dump(exclude_unset=True))
    if isinstance(given, str):
        return _kind_for(y)(algorithms.name_of(given))
    return given


def _kind_for(y: Any) -> type[AlgorithmEstimator]:
    values = np.asarray(y)
    whole = values.dtype.kind != "f" or bool((values == np.round(values)).all())
    classes = values.dtype.kind in "OUSb" or (whole and len(np.unique(values)) <= MOST_CLASSES)
    return AlgorithmClassifier if classes else AlgorithmRegressor
