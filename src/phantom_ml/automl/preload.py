"""What the fork server imports before the first trial, in the order in which it is needed."""

from __future__ import annotations

PRELOAD = (
    "numpy",
    "lightgbm",
    "phantom_ml.automl.fit_child",
    "phantom_ml.algorithms.lightgbm",
    "sklearn.linear_model",
    "sklearn.tree",
    "sklearn.ensemble",
    "xgboost",
    "scipy.optimize",
    "phantom_ml.automl.importance_child",
    "catboost",
)
#: The same for forecasts.
FORECASTS = (
    "numpy",
    "phantom_ml.automl.forecast.child",
    "phantom_ml.forecasters.seasonal_naive",
    "lightgbm",
    "phantom_ml.forecasters.lag_lightgbm",
    "statsforecast.models",
)
