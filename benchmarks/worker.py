"""One run in a process of its own, alike for every system: ``python -m benchmarks.worker FILE``."""

from __future__ import annotations

import importlib
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

import numpy as np

PREDICTION, REPORT = "prediction.npy", "report.json"


def main(order: dict[str, Any]) -> None:
    """Load, fit and predict; leave the prediction and the times in the order's scratch folder.

    ``started`` is the parent's monotonic clock, the same for all processes of a machine, so that
    the start of the interpreter and of every library counts.
    """
    from benchmarks.datasets import load
    from benchmarks.systems.job import Job

    scratch = Path(order["scratch"])
    threads = len(os.sched_getaffinity(0))
    job = Job(load(Path(order["data"])), order["seconds"], order["seed"], threads, scratch)
    fitted = importlib.import_module(f"benchmarks.systems.{order['system']}").fit(job)
    done = time.monotonic()
    prediction = fitted.predict()
    report = {
        "fit_s": done - order["started"],
        "predict_s": time.monotonic() - done,
        "best": fitted.best,
        **fitted.more,
    }
    np.save(scratch / PREDICTION, prediction)
    (scratch / REPORT).write_text(json.dumps(report))


if __name__ == "__main__":
    main(json.loads(Path(sys.argv[1]).read_text()))
