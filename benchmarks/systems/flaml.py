"""FLAML's AutoML at its defaults."""

from __future__ import annotations

import numpy as np

from benchmarks.systems.job import Fitted, Job

METRIC = {"binary": "ap", "multiclass": "log_loss", "regression": "rmse"}


def fit(job: Job) -> Fitted:
    """Train by ``flaml.AutoML``."""
    from flaml import AutoML

    data = job.data
    train, test = data.train.to_pandas(), data.test.to_pandas()
    automl = AutoML()
    automl.fit(
        train[data.features],
        train[data.target],
        task="classification" if data.classes else "regression",
        metric=METRIC[data.task],
        time_budget=job.seconds,
        seed=job.seed,
        n_jobs=job.n_threads,
        verbose=0,
    )
    if automl.best_estimator is None or automl.model is None:
        raise RuntimeError("FLAML built no model in this time")

    def predict() -> np.ndarray:
        found = automl.predict_proba(test) if data.classes else automl.predict(test)
        return np.asarray(found, np.float64)

    return Fitted(predict, str(automl.best_estimator))
