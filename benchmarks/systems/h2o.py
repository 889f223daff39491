"""H2O AutoML at its defaults, in a Java machine of its own."""

from __future__ import annotations

import numpy as np

from benchmarks.systems.job import Fitted, Job

METRIC = {"binary": "AUCPR", "multiclass": "logloss", "regression": "RMSE"}


def fit(job: Job) -> Fitted:
    """Train by ``H2OAutoML``; the start of the Java machine counts, as every start does."""
    import h2o
    from h2o.automl import H2OAutoML

    h2o.init(nthreads=job.n_threads, port=_free_port(), bind_to_localhost=True, verbose=False)
    h2o.no_progress()
    data = job.data
    train, test = (h2o.H2OFrame(table.to_pandas()) for table in (data.train, data.test))
    if data.classes:
        train[data.target] = train[data.target].asfactor()
    metric = METRIC[data.task]
    automl = H2OAutoML(
        max_runtime_secs=round(job.seconds),
        seed=job.seed,
        sort_metric=metric,
        stopping_metric=metric,
    )
    automl.train(x=data.features, y=data.target, training_frame=train)
    leader = automl.leader
    if leader is None:
        raise RuntimeError("H2O built no model in this time")

    def predict() -> np.ndarray:
        frame = leader.predict(test).as_data_frame(use_multi_thread=False)
        names = [f"p{code}" for code in range(len(data.classes))]
        return frame[names].to_numpy() if names else frame["predict"].to_numpy()

    return Fitted(predict, leader.model_id)


def _free_port() -> int:
    import socket

    # H2O takes the port and the next one.
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
