"""AutoGluon's TabularPredictor with its preset ``medium_quality``, the one for small budgets."""

from __future__ import annotations

import numpy as np

from benchmarks.systems.job import Fitted, Job

METRIC = {
    "binary": "average_precision",
    "multiclass": "log_loss",
    "regression": "root_mean_squared_error",
}
PRESET = "medium_quality"


def fit(job: Job) -> Fitted:
    """Train by ``TabularPredictor``. It has no seed for the whole of a run."""
    from autogluon.tabular import TabularPredictor

    data = job.data
    train, test = data.train.to_pandas(), data.test.to_pandas()
    predictor = TabularPredictor(
        label=data.target,
        problem_type=data.task,
        eval_metric=METRIC[data.task],
        path=str(job.scratch / "models"),
        verbosity=0,
    )
    predictor.fit(train, time_limit=job.seconds, presets=PRESET, num_cpus=job.n_threads)

    def predict() -> np.ndarray:
        if not data.classes:
            return predictor.predict(test).to_numpy(np.float64)
        return predictor.predict_proba(test)[list(range(len(data.classes)))].to_numpy(np.float64)

    return Fitted(predict, str(predictor.model_best))
