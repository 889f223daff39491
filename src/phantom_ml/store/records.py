"""What the store tells of an experiment and of a model."""

from __future__ import annotations

from datetime import datetime
from enum import StrEnum
from typing import Any

from pydantic import Field

from phantom_ml.config import Settings


class ExperimentStatus(StrEnum):
    """Where an experiment stands."""

    RUNNING = "running"
    DONE = "done"
    STOPPED = "stopped"
    FAILED = "failed"


class ExperimentRecord(Settings):
    """One experiment: what was asked, of which data, and what came of it."""

    id: str
    created: datetime
    status: ExperimentStatus
    config: dict[str, Any]
    data_name: str
    fingerprint: str = Field(description="Of the data.")
    metric: str
    kind: str = Field(description="binary, multiclass or regression.")
    result: dict[str, Any] | None = None
    seconds_used: float = Field(0.0, ge=0, description="Of the budget, over all runs.")


class ExperimentView(ExperimentRecord):
    """One experiment as it stands now, whatever became of the process that worked on it."""

    best_score: float | None = Field(description="So far, on held-out rows.")
    resumable: bool = Field(description="Whether it stopped with enough kept to go on.")


class ModelRecord(Settings):
    """One published model."""

    id: str
    experiment_id: str | None = Field(description="None for a model that was imported.")
    algorithm: str
    created: datetime
    metric: str
    score: float | None
    threshold: dict[str, Any] | None = None
    size_bytes: int = Field(ge=0)
    signed_by: str = Field(description="Fingerprint of the key that signed it.")
