"""AutoML for security data: a file of events in, a ranked leaderboard and an explained model out.

Every public name is imported when it is first asked for: ``import phantom_ml`` costs nothing.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from phantom_ml.algorithms.names import Algorithm
    from phantom_ml.config import AutoMLConfig, AutoMLTaskType, OptimizationMethod, ThresholdPolicy
    from phantom_ml.core import AsyncPhantomMLCore, AutoMLResult, PhantomMLCore
    from phantom_ml.errors import PhantomError
    from phantom_ml.features.transformer import AutoFeatureEngineer
    from phantom_ml.sklearn_api import (
        AlgorithmClassifier,
        AlgorithmRegressor,
        HyperparameterOptimizer,
        PhantomAnomalyDetector,
        PhantomClassifier,
        PhantomForecaster,
        PhantomRegressor,
    )
    from phantom_ml.streams.scorer import StreamScorer
    from phantom_ml.streams.settings import StreamConfig

__all__ = [
    "Algorithm",
    "AlgorithmClassifier",
    "AlgorithmRegressor",
    "AsyncPhantomMLCore",
    "AutoFeatureEngineer",
    "AutoMLConfig",
    "AutoMLResult",
    "AutoMLTaskType",
    "HyperparameterOptimizer",
    "OptimizationMethod",
    "PhantomAnomalyDetector",
    "PhantomClassifier",
    "PhantomError",
    "PhantomForecaster",
    "PhantomMLCore",
    "PhantomRegressor",
    "StreamConfig",
    "StreamScorer",
    "ThresholdPolicy",
    "__version__",
]
__version__ = "0.1.0"

_MODULES = {
    "Algorithm": "phantom_ml.algorithms.names",
    "AlgorithmClassifier": "phantom_ml.sklearn_api",
    "AlgorithmRegressor": "phantom_ml.sklearn_api",
    "AsyncPhantomMLCore": "phantom_ml.core",
    "AutoFeatureEngineer": "phantom_ml.features.transformer",
    "AutoMLConfig": "phantom_ml.config",
    "AutoMLResult": "phantom_ml.core",
    "AutoMLTaskType": "phantom_ml.config",
    "HyperparameterOptimizer": "phantom_ml.sklearn_api",
    "OptimizationMethod": "phantom_ml.config",
    "PhantomClassifier": "phantom_ml.sklearn_api",
    "PhantomError": "phantom_ml.errors",
    "PhantomMLCore": "phantom_ml.core",
    "PhantomAnomalyDetector": "phantom_ml.sklearn_api",
    "PhantomForecaster": "phantom_ml.sklearn_api",
    "PhantomRegressor": "phantom_ml.sklearn_api",
    "StreamConfig": "phantom_ml.streams.settings",
    "StreamScorer": "phantom_ml.streams.scorer",
    "ThresholdPolicy": "phantom_ml.config",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module 'phantom_ml' has no attribute {name!r}")
    return getattr(import_module(_MODULES[name]), name)


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
