"""What the fork server imports before the first trial, in the order in which it is needed."""

from __future__ import annotations

from collections.abc import Iterable

from phantom_ml.algorithms.base import algorithms
from phantom_ml.config import AutoMLConfig
from phantom_ml.tasks.base import tasks

#: All algorithms and metrics: each fit looks up its own by name, which imports them all.
PLUGINS = "phantom_ml.automl.trials.plugins"
PRELOAD = (
    "numpy",
    "lightgbm",
    "phantom_ml.automl.trials.fit_child",
    "phantom_ml.algorithms.lightgbm",
    PLUGINS,
    "sklearn.linear_model",
    "sklearn.tree",
    "sklearn.ensemble",
    "xgboost",
    "scipy.optimize",
    "phantom_ml.automl.final_model.importance_child",
    "catboost",
)
#: Under a limit of memory: libraries that few trials need are left to those.
LEAN = (
    "numpy",
    "lightgbm",
    "phantom_ml.automl.trials.fit_child",
    "phantom_ml.algorithms.lightgbm",
    PLUGINS,
)
#: What the fits of networks import beside it: it takes seconds, which a child would lose of its own time.
DEEP, TORCH = "deep", "torch"
#: The same for forecasts.
FORECASTS = (
    "numpy",
    "phantom_ml.automl.forecast.child",
    "phantom_ml.forecasters.seasonal_naive",
    "lightgbm",
    "phantom_ml.forecasters.lag_lightgbm",
    "statsforecast.models",
)


def preload_of(config: AutoMLConfig) -> tuple[str, ...]:
    """Return what the server of a training imports before its first trial.

    Examples
    --------
    >>> preload_of(AutoMLConfig(target_column="y", memory_limit_mb=600)) == LEAN
    True
    """
    if tasks.get(config.task_type).of_series:
        return FORECASTS
    if config.memory_limit_mb is not None:
        return LEAN
    # Where trials are counted there is no first model, for which other libraries would be needed before.
    counts = config.max_trials is not None
    return (*libraries_of(config.algorithms_to_try or ()), *PRELOAD) if counts else PRELOAD


def libraries_of(names: Iterable[str]) -> tuple[str, ...]:
    """Return what the fits of some algorithms import beside ``PRELOAD``.

    Examples
    --------
    >>> libraries_of(["SVM"])
    ()
    """
    # A name that is none is told where the question is posed.
    known = set(names) & set(algorithms.names())
    return (TORCH,) if any(algorithms.get(name).extra == DEEP for name in known) else ()
