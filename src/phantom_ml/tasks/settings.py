"""Settings that mean nothing for what is asked: refused before any work, instead of being left unread.

A task names what it reads of the settings that not all read (``Task.reads``), ``NEEDS`` which do something
only beside another, ``SAME`` which say the same, ``ROLES`` which name columns other than the target, and
``APART`` which name columns other than each other's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from enum import Enum
from typing import Any

from pydantic import BaseModel

from phantom_ml.config import AutoMLConfig, ProblemKind
from phantom_ml.config.task_type import plain
from phantom_ml.errors import BadSetting, listed, nearest
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
ROLES = (
    "time_column",
    "group_columns",
    "weight_column",
    "ignored_columns",
    "task_settings.type_column",
)
#: Pairs of settings that cannot name one column, and why.
APART = {
    ("task_settings.type_column", "time_column"): "A time is no kind of attack.",
    ("task_settings.type_column", "weight_column"): "A weight is no kind of attack.",
    (
        "task_settings.suppress_by",
        "time_column",
    ): "Alerts are repeats by whom they are of, not by their time.",
    ("task_settings.known_ahead", "task_settings.past_only"): "Its future is known, or it is not.",
}
#: Settings that name what a forecast reads: none of it can be ignored.
OF_SERIES = (
    "time_column",
    "group_columns",
    "task_settings.series_columns",
    "task_settings.known_ahead",
    "task_settings.past_only",
)
#: Kinds of problems that nothing is alerted of.
WITHOUT_ALERTS = (ProblemKind.MULTICLASS, ProblemKind.REGRESSION)
#: Characters of a value that an error shows.
SHOWN = 80


def check_settings(config: AutoMLConfig) -> None:
    """Return if every setting that was given does something.

    Raises
    ------
    BadSetting
        The task does not read one, one needs another that is not given, a column has two roles of which
        one rules out the other, or a search space is of an algorithm that is not tried.
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
    _check_apart(config, task)
    _check_spaces(config)


def check_roles(config: AutoMLConfig) -> None:
    """Return if the target is nothing else; raises BadSetting."""
    for path in ROLES:
        if config.target_column in _columns(config, path):
            raise BadSetting(
                f"The target {config.target_column!r} is named by {_name(path)} as well.",
                f"No other role may know the target: take it out of {path}, or name another column.",
            )


def _check_apart(config: AutoMLConfig, task: Task) -> None:
    """Raise BadSetting where a column has two roles of which one rules out the other."""
    for (path, other), why in _apart(task):
        both = [c for c in _columns(config, path) if c in _columns(config, other)]
        if both:
            raise BadSetting(
                f"Column {both[0]!r} is named by {_name(path)} and by {_name(other)}.",
                f"{why} Take it out of {path}, or name another column in {other}.",
            )


def _apart(task: Task) -> Iterator[tuple[tuple[str, str], str]]:
    """Yield the pairs of settings that cannot name one column in a task, and why."""
    yield from APART.items()
    for path in OF_SERIES if task.of_series else ():
        yield ("ignored_columns", path), "A forecast reads it."
    for path in ("group_columns", "task_settings.series_columns") if task.of_series else ():
        yield (path, "time_column"), "Each time would be a series of its own."


def _check_spaces(config: AutoMLConfig) -> None:
    """Raise BadSetting where a search space is of an algorithm that others are named instead of."""
    tried = config.algorithms_to_try
    for name in config.tuning.spaces if tried is not None else ():
        if plain(name) not in {plain(other) for other in tried or ()}:
            raise BadSetting(
                f"config.tuning.spaces has one of {name!r}, which is not among algorithms_to_try: "
                f"{listed(tried or ())}.{nearest(name, tried or ())}",
                f"Add {name} to algorithms_to_try, or leave its space out.",
            )


def check_alerts(config: AutoMLConfig, kind: ProblemKind) -> None:
    """Return if there is an alert for all that was asked of alerts; raises BadSetting."""
    for path in _given(config, OF_ALERTS) if kind in WITHOUT_ALERTS else ():
        leaves = _leaves(config, path)
        raise BadSetting(
            f"{_named(config, leaves[0])}, but {config.target_column!r} has not two classes: nothing is "
            "alerted.",
            f"Leave {' and '.join(leaves)} out, or make two classes of the target.",
        )


def _of_some_tasks() -> frozenset[str]:
    """Return the settings that some task reads and others may not."""
    return frozenset().union(*(task.reads for task in tasks))


def _unread(config: AutoMLConfig, path: str, task: Task) -> BadSetting:
    readers = ", ".join(other.task_type.value for other in tasks if path in other.reads)
    instead = task.instead.get(path, f"Read by: {readers}.")
    leaves = _leaves(config, path)
    return BadSetting(
        f"config.{leaves[0]} is of no use for {task.task_type.value}, but was set to "
        f"{_shown(config, leaves[0])}.",
        f"Leave {' and '.join(leaves)} out. {instead}",
    )


def _given(config: AutoMLConfig, paths: Iterable[str]) -> list[str]:
    """Return those of some settings that are not as they are where nobody sets them, in order."""
    # Whoever reads a configuration again, to go on with it, gives all settings.
    return [p for p in sorted(paths) if _value(config, p) != _value(AutoMLConfig(), p)]


def _leaves(config: AutoMLConfig, path: str) -> list[str]:
    """Return the settings that were given of a part of a configuration, as a person wrote them."""
    value = _value(config, path)
    if not isinstance(value, BaseModel):
        return [path]
    return [f"{path}.{name}" for name in value.model_dump(exclude_defaults=True)]


def _columns(config: AutoMLConfig, path: str) -> tuple[str, ...]:
    """Return the columns that a setting names."""
    named = _value(config, path) or ()
    return (named,) if isinstance(named, str) else tuple(named)


def _value(config: AutoMLConfig, path: str) -> Any:
    found: Any = config
    for name in path.split("."):
        found = getattr(found, name)
    return found


def _named(config: AutoMLConfig, path: str) -> str:
    return f"config.{path} is {_shown(config, path)}"


def _shown(config: AutoMLConfig, path: str) -> str:
    value = _value(config, path)
    value = value.value if isinstance(value, Enum) else value
    text = repr(value.model_dump(exclude_defaults=True) if isinstance(value, BaseModel) else value)
    return text if len(text) <= SHOWN else text[: SHOWN - 3] + "..."


def _name(path: str) -> str:
    return path.rpartition(".")[2]
