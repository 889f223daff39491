"""What a person asks for, as frozen data."""

from phantom_ml.config.automl import AutoMLConfig
from phantom_ml.config.faults import bad_setting
from phantom_ml.config.nested import (
    Constraints,
    CostSettings,
    FeatureSettings,
    OptimizationMethod,
    RangeSettings,
    Settings,
    TaskSettings,
    ThresholdPolicy,
    TuningSettings,
)
from phantom_ml.config.task_type import SUPERVISED, AutoMLTaskType, ProblemKind

__all__ = [
    "SUPERVISED",
    "AutoMLConfig",
    "AutoMLTaskType",
    "Constraints",
    "CostSettings",
    "FeatureSettings",
    "OptimizationMethod",
    "ProblemKind",
    "RangeSettings",
    "Settings",
    "TaskSettings",
    "ThresholdPolicy",
    "TuningSettings",
    "bad_setting",
]
