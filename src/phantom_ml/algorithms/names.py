"""Algorithm: the names that ``algorithms_to_try`` takes, to be completed by an editor."""

from __future__ import annotations

from enum import StrEnum


class Algorithm(StrEnum):
    """Every algorithm that the engine searches; a plugin's own name is given as plain text.

    Examples
    --------
    >>> Algorithm.LightGBM == "LightGBM"
    True
    """

    CatBoost = "CatBoost"
    ElasticNet = "ElasticNet"
    ExtraTrees = "ExtraTrees"
    GradientBoosting = "GradientBoosting"
    LSTM = "LSTM"
    LightGBM = "LightGBM"
    LogisticRegression = "LogisticRegression"
    NeuralNetwork = "NeuralNetwork"
    RandomForest = "RandomForest"
    SVM = "SVM"
    Transformer = "Transformer"
    XGBoost = "XGBoost"
