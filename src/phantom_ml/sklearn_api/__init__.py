"""The scikit-learn faces: estimators that search, estimators of one algorithm, and the search of settings."""

from phantom_ml.sklearn_api.algorithm import AlgorithmClassifier, AlgorithmRegressor
from phantom_ml.sklearn_api.classifier import PhantomClassifier
from phantom_ml.sklearn_api.detector import PhantomAnomalyDetector
from phantom_ml.sklearn_api.forecaster import PhantomForecaster
from phantom_ml.sklearn_api.optimizer import HyperparameterOptimizer
from phantom_ml.sklearn_api.regressor import PhantomRegressor

__all__ = [
    "AlgorithmClassifier",
    "AlgorithmRegressor",
    "HyperparameterOptimizer",
    "PhantomAnomalyDetector",
    "PhantomClassifier",
    "PhantomForecaster",
    "PhantomRegressor",
]
