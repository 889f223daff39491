"""ModelSpec: the graph of a fitted model as data; every word of it is checked before a part is opened."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from phantom_ml.config import AutoMLTaskType, ProblemKind, Settings
from phantom_ml.data.schema import TableSchema
from phantom_ml.metrics.calibration import Calibrator
from phantom_ml.metrics.thresholds import Threshold
from phantom_ml.model.suppression import Suppression

Scalar = bool | int | float | str


class FittedPart(Settings):
    """One learner and the fold-fitted features that it was trained with, as folders of the bundle."""

    learner: str
    side: str


class Member(Settings):
    """One voice of an ensemble: the mean of one or more fits of the same algorithm and settings."""

    name: str
    algorithm: str
    weight: float
    parts: tuple[FittedPart, ...] = Field(min_length=1)


class ModelSpec(Settings):
    """All that is needed to turn a raw table into predictions.

    Attributes
    ----------
    combination : str
        ``mean``: weighted mean of predictions (weights sum to 1). ``logit``: weighted sum of log-odds (or
        log-probabilities) plus ``intercept``, turned back into probabilities.
    """

    task_type: AutoMLTaskType
    kind: ProblemKind
    target: str
    classes: tuple[Scalar, ...] = ()
    inputs: TableSchema
    members: tuple[Member, ...] = Field(min_length=1)
    combination: Literal["mean", "logit"] = "mean"
    intercept: float = 0.0
    calibrator: Calibrator
    threshold: Threshold | None = None
    suppression: Suppression | None = None

    @property
    def n_outputs(self) -> int:
        """Return the columns of a raw prediction."""
        return len(self.classes) if self.kind is ProblemKind.MULTICLASS else 1
