"""What is asked and cannot be, told before any row is read: what a task does not read, wrong names, bad spaces."""

from __future__ import annotations

from phantom_ml.algorithms.base import algorithms
from phantom_ml.automl.question.device import check_devices
from phantom_ml.automl.question.named import check_named
from phantom_ml.automl.question.spaces import given_spaces
from phantom_ml.automl.question.usable import named_algorithm
from phantom_ml.config import AutoMLConfig, AutoMLTaskType, ProblemKind
from phantom_ml.forecasters.base import forecasters
from phantom_ml.tasks import settings
from phantom_ml.tasks.base import tasks

#: The kind of a problem where the task alone decides it; of others the target does.
KINDS = {
    AutoMLTaskType.ANOMALY_DETECTION: ProblemKind.ANOMALY,
    AutoMLTaskType.REGRESSION: ProblemKind.REGRESSION,
    AutoMLTaskType.SECURITY_THREAT_DETECTION: ProblemKind.BINARY,
}
#: What else a target may turn out to pose.
CLASSES = (ProblemKind.BINARY, ProblemKind.MULTICLASS)


def check_settings(config: AutoMLConfig) -> None:
    """Return if every setting that was given does something, each name is known, and each space can be searched.

    Raises
    ------
    BadSetting
        A setting does nothing or contradicts another, a named algorithm or one with a space is of no use, or a
        space is empty, or has values that its setting cannot have or that nothing can be fitted with on this
        machine.
    UnknownName
        ``algorithms_to_try`` or a space names an algorithm that there is not, or a space such a setting.
    ExtraMissing
        A space asks for a device that only a library knows which is not installed.
    """
    settings.check_settings(config)
    _check_names(config)
    for name, space in given_spaces(config.tuning).items():
        choices = {setting: bound.choices for setting, bound in space.items()}
        check_devices(algorithms.get(name), choices)


def _check_names(config: AutoMLConfig) -> None:
    """Return if each algorithm that is named, or has a space, is one, and of use as far as the task tells."""
    task, kind = tasks.get(config.task_type), KINDS.get(config.task_type)
    if kind is not None:
        check_named(config, task, kind)
        return
    for name in config.algorithms_to_try or ():
        if task.of_series:
            forecasters.get(name)
        else:
            named_algorithm(name, *CLASSES)
