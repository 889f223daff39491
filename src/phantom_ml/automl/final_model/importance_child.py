"""What runs beside the last fits: how much the ensemble loses when a raw column of held-out rows is shuffled."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from phantom_ml.algorithms.base import load_learner
from phantom_ml.automl.trials.workspace import Workspace
from phantom_ml.data.matrix import Matrix, Samples
from phantom_ml.explain.permutation import Array, PermutationPlan, permutation_importance
from phantom_ml.features.fold_fitted import FoldFitted
from phantom_ml.metrics.lookup import get_metric
from phantom_ml.model.combine import combine
from phantom_ml.process.deadline import Deadline

MAX_ROWS, REPEATS = 1_000, 2


def measure(payload: dict[str, Any]) -> dict[str, Any]:
    """Return ``{"drops": {column: [mean, spread]}}``; called by the supervised child.

    Each member is represented by its learner of one fold, measured on that fold's held-out rows.
    """
    workspace = Workspace(Path(payload["workspace"]))
    facts, fold = workspace.facts(), workspace.fold(payload["fold"])
    samples = workspace.samples().rows(fold.valid)
    if fold.side is not None:
        fitted = FoldFitted.load(workspace.side_folder(fold.name))
        added = fitted.sourced(payload["text_source"])
        wide = samples.matrix.beside(fold.side[fold.valid], added)
        samples = Samples(wide, samples.target, samples.weight)
    learners = [load_learner(Path(folder)) for folder in payload["learners"]]
    weights = payload["weights"]

    def predict(matrix: Matrix) -> Array:
        predictions = [learner.predict(matrix) for learner in learners]
        return combine(predictions, weights, payload["combination"], payload["intercept"])

    plan = PermutationPlan(
        seed=payload["seed"],
        n_repeats=REPEATS,
        max_rows=MAX_ROWS,
        deadline=Deadline.never() if payload["deadline"] is None else Deadline(payload["deadline"]),
        columns=tuple(payload["columns"]),
        text_source=payload["text_source"],
    )
    drops = permutation_importance(predict, samples, get_metric(facts.metric, facts.kind), plan)
    return {"drops": {column: list(drop) for column, drop in drops.items()}}
