"""The engine as scikit-learn estimators."""

from phantom_ml.sklearn_api.classifier import PhantomClassifier
from phantom_ml.sklearn_api.regressor import PhantomRegressor

__all__ = ["PhantomClassifier", "PhantomRegressor"]
