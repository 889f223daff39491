"""The evasion check of a kept model, on labelled rows as the evaluation takes them."""

from __future__ import annotations

import polars as pl

from phantom_ml.data.target.column import require_target
from phantom_ml.explain.evasion.check import EvasionPlan, check_evasion
from phantom_ml.explain.evasion.report import EvasionReport
from phantom_ml.model.pipeline import Pipeline

__all__ = ["EvasionPlan", "evasion_report"]


def evasion_report(
    model_id: str, pipeline: Pipeline, frame: pl.DataFrame, plan: EvasionPlan
) -> EvasionReport:
    """Return what mutations cost a model; raises TargetMissing, and what ``check_evasion`` does."""
    target = pipeline.spec.target
    require_target(frame.columns, target)
    found = check_evasion(pipeline, frame, frame[target], plan)
    notes = (*pipeline.unread_times(frame), *pipeline.known_times(frame), *found.notes)
    return found.model_copy(update={"model_id": model_id, "notes": notes})
