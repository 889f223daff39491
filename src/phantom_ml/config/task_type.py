"""What is asked: the five task types, and the kind of learning problem a table turns out to be."""

from __future__ import annotations

from enum import StrEnum
from typing import Any


def plain(name: str) -> str:
    """Return a name without case, underscores, hyphens and spaces.

    Examples
    --------
    >>> plain("SecurityThreatDetection") == plain("security_threat_detection")
    True
    """
    return "".join(c for c in name.lower() if c not in "_- ")


class AutoMLTaskType(StrEnum):
    """The five tasks. ``AutoMLTaskType("SecurityThreatDetection")`` works as well.

    Examples
    --------
    >>> AutoMLTaskType("Classification")
    <AutoMLTaskType.CLASSIFICATION: 'classification'>
    """

    CLASSIFICATION = "classification"
    REGRESSION = "regression"
    ANOMALY_DETECTION = "anomaly_detection"
    TIME_SERIES = "time_series"
    SECURITY_THREAT_DETECTION = "security_threat_detection"

    @classmethod
    def _missing_(cls, value: Any) -> AutoMLTaskType | None:
        return next((t for t in cls if plain(t.value) == plain(str(value))), None)


class ProblemKind(StrEnum):
    """What has to be produced: one probability, one a class, a number, how odd a row is, or what comes next."""

    BINARY = "binary"
    MULTICLASS = "multiclass"
    REGRESSION = "regression"
    ANOMALY = "anomaly"
    FORECAST = "forecast"

    @property
    def is_classification(self) -> bool:
        """Return whether the target is a class."""
        return self in (ProblemKind.BINARY, ProblemKind.MULTICLASS)


#: The kinds that are learned from answers.
SUPERVISED = (ProblemKind.BINARY, ProblemKind.MULTICLASS, ProblemKind.REGRESSION)
