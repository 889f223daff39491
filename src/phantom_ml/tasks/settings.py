"""Settings that mean nothing for what is asked: refused before any work, instead of being left unread.

A task names what it reads of the settings that not all read (``Task.reads``), ``NEEDS`` which do something
only beside another, ``SAME`` which say the same, and ``ROLES`` which name columns other than the target.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pydantic import BaseModel

from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.errors import BadSetting
from phantom_ml.tasks.base import OF_ALERTS, Task, tasks

#: A setting, and the one without which it does nothing.
NEEDS = {
    "positive_class": "target_column",
    "task_settings.label_delay": "time_column",
    "task_settings.suppress_hours": "task_settings.suppress_by",
}
#: Settings that say the same in two words: given both, they must agree.
SAME = {"task_settings.series_columns": "group_columns"}
#: Settings that name columns; no such column may be the target.
ROLES = ("time_column", "group_columns", "weight_column", "task_settings.type_column")
#: Kinds of problems that nothing is alerted of.
WITHOUT_ALERTS = (ProblemKind.MULTICLASS, ProblemKind.REGRESSION)
#: Characters of a value that an error shows.
SHOWN = 80


def check_settings(config: AutoMLConfig) -> None:
    """Return if every setting that was given does something.

    Raises
    ------
    BadSetting
        The task does not read one, one needs another that is not given, or the target has a second role.
    """
    task = tasks.get(config.task_type)
    for path in _given(config, _of_some_tasks() - task.reads):
        raise _unread(config, path, task)
    for path in _given(config, NEEDS):
        if not _value(config, NEEDS[path]):
            raise BadSetting(
                f"{_named(config, path)}, and does nothing without {_name(NEEDS[path])}, which is not given.",
                f"Give {NEEDS[path]}, or leave {path} out.",
            )
    for path in _given(config, SAME):
        if _value(config, SAME[path]) not in ((), _value(config, path)):
            raise BadSetting(
                f"{_named(config, path)}, and {_name(SAME[path])} is {_shown(config, SAME[path])}.",
                f"Both tell series apart: leave {_name(SAME[path])} out.",
            )
    check_roles(config)


def check_roles(config: AutoMLConfig) -> None:
    """Return if the target is nothing else; raises BadSetting."""
    for path in ROLES:
        named = _value(config, path) or ()
        if config.target_column in ((named,) if isinstance(named, str) else named):
            raise BadSetting(
                f"The target {config.target_column!r} is named by {_name(path)} as well.",
                "No other role may know the target: name another column.",
            )


def check_alerts(config: AutoMLConfig, kind: ProblemKind) -> None:
    """Return if there is an alert for all that was asked of alerts; raises BadSetting."""
    for path in _given(config, OF_ALERTS) if kind in WITHOUT_ALERTS else ():
        raise BadSetting(
            f"{_named(config, path)}, but {config.target_column!r} has not two classes: nothing is alerted.",
            f"Leave {path} out, or make two classes of the target.",
        )


def _of_some_tasks() -> frozenset[str]:
    """Return the settings that some task reads and others may not."""
    return frozenset().union(*(task.reads for task in tasks))


def _unread(config: AutoMLConfig, path: str, task: Task) -> BadSetting:
    readers = ", ".join(other.task_type.value for other in tasks if path in other.reads)
    instead = task.instead.get(path, f"Read by: {readers}.")
    return BadSetting(
        f"config.{path} is of no use for {task.task_type.value}, but was set to {_shown(config, path)}.",
        f"Leave {path} out. {instead}",
    )


def _given(config: AutoMLConfig, paths: Iterable[str]) -> list[str]:
    """Return those of some settings that are not as they are where nobody sets them, in order."""
    # Whoever reads a configuration again, to go on with it, gives all settings.
    return [p for p in sorted(paths) if _value(config, p) != _value(AutoMLConfig(), p)]


def _value(config: AutoMLConfig, path: str) -> Any:
    found: Any = config
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _named(config: AutoMLConfig, path: str) -> str:
    return f"config.{path} is {_shown(config, path)}"


def _shown(config: AutoMLConfig, path: str) -> str:
    value = _value(config, path)
    text = repr(value.model_dump(exclude_defaults=True) if isinstance(value, BaseModel) else value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _name(path: str) -> str:
    return path.rpartition(".")[2]
