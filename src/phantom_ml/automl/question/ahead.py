"""What is asked and cannot be, told before any row is read: what a task does not read, and bad search spaces."""

from __future__ import annotations

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.able import check_spaces
from phantom_ml.automl.question.device import check_devices
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.config import AutoMLConfig, AutoMLTaskType, ProblemKind
from phantom_ml.tasks import settings
from phantom_ml.tasks.base import tasks

#: The kind of a problem where the task alone decides it; of others the target does.
KINDS = {
    AutoMLTaskType.REGRESSION: ProblemKind.REGRESSION,
    AutoMLTaskType.SECURITY_THREAT_DETECTION: ProblemKind.BINARY,
}


def check_settings(config: AutoMLConfig) -> None:
    """Return if every setting that was given does something, and every search space can be searched.

    Raises
    ------
    BadSetting
        A setting does nothing or contradicts another, a space is of an algorithm that is of no use, is empty,
        or has values that its setting cannot have or that nothing can be fitted with on this machine.
    UnknownName
        A space names an algorithm or a setting that there is not.
    ExtraMissing
        A space asks for a device that only a library knows which is not installed.
    """
    settings.check_settings(config)
    kind = KINDS.get(config.task_type)
    if kind is not None:
        check_spaces(config, tasks.get(config.task_type), kind)
    for name, space in given_spaces(config.tuning).items():
        choices = {setting: bound.choices for setting, bound in space.items()}
        check_devices(algorithms.get(name), choices)
