"""What a killed run leaves behind, so that it can go on: its splits and its finished trials."""

from __future__ import annotations

import json
from pathlib import Path

import numpy as np

from phantom_ml.automl.trials.children import Candidate, Finished, Order
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.data.splits import Split, SplitPlan
from phantom_ml.model.trial import Trial
from phantom_ml.process.deadline import Deadline

PLAN, FINISHED = "plan.json", "finished.json"


def save_plan(workspace: Workspace, plan: SplitPlan) -> None:
    """Write that encoding and folds are complete; written last, so that a torn run is not taken for whole."""
    text = json.dumps({"n_splits": plan.n_splits, "scheme": plan.scheme, "reason": plan.reason})
    _write(workspace.folder / PLAN, text)


def load_plan(workspace: Workspace) -> SplitPlan | None:
    """Return the splits of an earlier run; None where it did not get so far."""
    path = workspace.folder / PLAN
    if not path.exists():
        return None
    saved = json.loads(path.read_text())
    folds = [workspace.fold(str(i)) for i in range(saved["n_splits"])]
    splits = tuple(Split(f.train, f.valid) for f in folds)
    return SplitPlan(splits, saved["scheme"], saved["reason"])


def save_finished(finished: Finished, trial: Trial) -> None:
    """Write beside a trial's learners what a resumed run has to know of it."""
    order = finished.order
    values = {
        "trial": trial.model_dump(mode="json"),
        "folds": order.folds,
        "folds_done": finished.folds_done,
        "losses": finished.losses,
        "n_trees": finished.n_trees,
        "fit_seconds": finished.fit_seconds,
        "n_fitted": finished.n_fitted,
        "max_rows": order.candidate.max_rows,
        "raced": order.candidate.raced,
        "forward": order.forward,
        "seed": order.seed,
    }
    _write(finished.folder / FINISHED, json.dumps(values))


def load_finished(workspace: Workspace) -> list[tuple[Finished, Trial]]:
    """Return the finished trials of an earlier run, by number."""
    found = sorted((workspace.folder / "trials").glob(f"*/{FINISHED}"))
    return [_one(path) for path in found]


def _one(path: Path) -> tuple[Finished, Trial]:
    values = json.loads(path.read_text())
    trial = Trial.model_validate(values["trial"])
    candidate = Candidate(trial.algorithm, trial.settings, values["max_rows"], values["raced"])
    order = Order(
        trial.number,
        candidate,
        tuple(values["folds"]),
        values["seed"],
        Deadline.never(),
        forward=values["forward"],
    )
    file = path.parent / "prediction.npy"
    prediction = np.load(file) if file.exists() and values["folds_done"] else None
    finished = Finished(
        trial,
        order,
        path.parent,
        prediction,
        tuple(values["folds_done"]),
        tuple(values["losses"]),
        values["n_trees"],
        values["fit_seconds"],
        values["n_fitted"],
    )
    return finished, trial


def _write(path: Path, text: str) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(text)
    draft.replace(path)
