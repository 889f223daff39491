"""A killed search for anomalies goes on, though its first model was fitted on one of two halves alone."""

import os

import pytest

from phantom_ml.core import PhantomMLCore
from tests.core.scripts import begin
from tests.core.test_anomaly import flows

# Stops, as if it hung, where so many trials are done.
STOPPING = """
import os, signal, sys
from phantom_ml.core import PhantomMLCore
from tests.core.test_anomaly import flows

def progress(now):
    if (now.stage, now.trials_done) == (sys.argv[2], int(sys.argv[3])):
        os.kill(os.getpid(), signal.SIGSTOP)

config = {
    "task_type": "anomaly_detection",
    "algorithms_to_try": ["HBOS", "PCA"],
    "time_budget_seconds": 60,
    "n_threads": 1,
}
PhantomMLCore(home=sys.argv[1]).auto_create_model(
    flows(400).drop("is_odd"), config, progress=progress
)
"""


@pytest.mark.parametrize(
    ("stage", "n_done"), [("encoding", 1), ("training", 2)], ids=["first model", "second model"]
)
def test_a_resumed_detector_predicts(tmp_path, stage, n_done):
    with begin(STOPPING, str(tmp_path / "home"), stage, str(n_done)) as program:
        _, status = os.waitpid(program.pid, os.WUNTRACED)
        assert os.WIFSTOPPED(status), program.stderr.read()
        program.kill()
    core = PhantomMLCore(home=tmp_path / "home")
    result = core.resume("latest")
    scored = core.predict(result.model_id, flows(9).drop("is_odd"))
    assert scored.columns == ["score", "alert"]
