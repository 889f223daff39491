"""A run from the outside: start the worker, watch its memory, score what it left."""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import signal
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from benchmarks.datasets import load
from benchmarks.score import figures
from benchmarks.worker import PREDICTION, REPORT
from phantom_ml.process import process_tree_pss_mb

ROOT = Path(__file__).parents[1]
#: Seconds between two looks at the memory of a run.
LOOK_SECONDS = 0.2
#: A run is ended after this many times its budget and two minutes more: it hangs.
PATIENCE, GRACE_SECONDS = 3.0, 120.0
#: The last line of a traceback: an error's name and what it says.
RAISED = re.compile(r"[\w.]+(Error|Exception|Exit|Succeeded|Interrupt|Unusable)\b")


@dataclass(frozen=True)
class Run:
    """One system on one data folder.

    Attributes
    ----------
    system : str
        A file in ``benchmarks/systems``.
    python : Path
        The interpreter that has the system.
    folder : Path
    seconds : float
    seed : int
    """

    system: str
    python: Path
    folder: Path
    seconds: float
    seed: int

    @property
    def key(self) -> tuple[str, str, float, int]:
        """Return what tells this run from others in a file of results."""
        return self.system, self.folder.name, self.seconds, self.seed


def execute(run: Run, kept: Path | None = None) -> dict[str, Any]:
    """Return the record of a run; its prediction and the truth are kept as ``kept`` (.npz)."""
    scratch = Path(tempfile.mkdtemp(prefix=f"bench-{run.system}-"))
    try:
        fault, peak = _watch(run, scratch)
        found = {"failed": fault} if fault else _figures(run, scratch, kept)
        found["peak_mib"] = round(peak)
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    system, data, seconds, seed = run.key
    record = {"system": system, "data": data, "budget": seconds, "seed": seed, "figures": found}
    return record | ({"predictions": kept.name} if kept is not None and not fault else {})


def _watch(run: Run, scratch: Path) -> tuple[str, float]:
    """Return why there is no prediction (empty: there is one), and the peak of the tree in MiB."""
    order = {
        "system": run.system,
        "data": str(run.folder.absolute()),
        "seconds": run.seconds,
        "seed": run.seed,
        "scratch": str(scratch),
        "started": time.monotonic(),
    }
    (scratch / "order.json").write_text(json.dumps(order))
    command = [str(run.python), "-m", "benchmarks.worker", str(scratch / "order.json")]
    environment = {**os.environ, "TMPDIR": str(scratch)}
    with (scratch / "log.txt").open("wb") as log:
        process = subprocess.Popen(
            command, cwd=ROOT, stdout=log, stderr=log, env=environment, start_new_session=True
        )
        try:
            in_time, peak = _wait(process, PATIENCE * run.seconds + GRACE_SECONDS)
        finally:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
    return "" if process.returncode == 0 else _reason(scratch, in_time), peak


def _wait(process: subprocess.Popen[bytes], limit: float) -> tuple[bool, float]:
    over, peak = time.monotonic() + limit, 0.0
    while process.poll() is None:
        peak = max(peak, process_tree_pss_mb(process.pid))
        if time.monotonic() > over:
            return False, peak
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(LOOK_SECONDS)
    return True, peak


def _reason(scratch: Path, in_time: bool) -> str:
    if not in_time:
        return "It did not end."
    lines = (scratch / "log.txt").read_text(errors="replace").strip().splitlines()
    raised = [line for line in lines if RAISED.match(line)]
    return ([*lines[-1:], *raised] or ["It ended without a word."])[-1][:300]


def _figures(run: Run, scratch: Path, kept: Path | None) -> dict[str, Any]:
    report = json.loads((scratch / REPORT).read_text())
    prediction = np.load(scratch / PREDICTION)
    data = load(run.folder)
    if kept is not None:
        kept.parent.mkdir(parents=True, exist_ok=True)
        np.savez_compressed(
            kept, truth=data.truth, prediction=prediction.astype(np.float64), task=data.task
        )
    rounded = {key: round(report.pop(key), 2) for key in ("fit_s", "predict_s")}
    return {**rounded, **report, **figures(data.task, data.truth, prediction)}
