"""Algorithm: the names that ``algorithms_to_try`` takes, to be completed by an editor."""

from __future__ import annotations

from enum import StrEnum


class Algorithm(StrEnum):
    """Every algorithm of the engine, detectors among them; a plugin's own name is given as plain text.

    Examples
    --------
    >>> Algorithm.LightGBM == "LightGBM"
    True
    """

    Autoencoder = "Autoencoder"
    COPOD = "COPOD"
    CatBoost = "CatBoost"
    DeepLog = "DeepLog"
    ECOD = "ECOD"
    ElasticNet = "ElasticNet"
    EntityBaseline = "EntityBaseline"
    ExtraTrees = "ExtraTrees"
    GradientBoosting = "GradientBoosting"
    HBOS = "HBOS"
    IsolationForest = "IsolationForest"
    KNN = "KNN"
    LSTM = "LSTM"
    LightGBM = "LightGBM"
    LogisticRegression = "LogisticRegression"
    NeuralNetwork = "NeuralNetwork"
    PCA = "PCA"
    RandomForest = "RandomForest"
    SVM = "SVM"
    SurpriseLightGBM = "SurpriseLightGBM"
    Transformer = "Transformer"
    XGBoost = "XGBoost"
