"""What pydantic finds wrong with settings, as one sentence for a person."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import Enum
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from phantom_ml.errors import BadSetting, nearest

#: Settings of other libraries that have no counterpart, and what is done instead.
NOT_ASKED = {
    "contamination": "No share of anomalies is to be guessed: the line of an alert is set by threshold, "
    'as {"max_fpr": 0.001} or {"top_k": 10}.'
}

#: Bounds of a number as pydantic calls them, and in words.
LIMITS = (("gt", "greater than"), ("ge", "at least"), ("lt", "less than"), ("le", "at most"))


def bad_setting(
    owner: str,
    error: ValidationError,
    settings: type[BaseModel],
    given_as: Mapping[str, str] | None = None,
) -> BadSetting:
    """Return the first fault of a pydantic error as one sentence with the value in it.

    Parameters
    ----------
    owner : str
        What the setting belongs to, the first word of the sentence's path.
    error : ValidationError
        What pydantic found.
    settings : class of settings
        What was to be made: its names, or those of a part of it, are the ones allowed.
    given_as : mapping of name to name, optional
        What a person calls the settings that have another name here.
    """
    fault = error.errors(include_url=False)[0]
    parts = [str(part) for part in fault["loc"]]
    where = ".".join([owner, *((given_as or {}).get(part, part) for part in parts[:1]), *parts[1:]])
    if fault["type"] == "extra_forbidden":
        *path, name = (str(part) for part in fault["loc"])
        known = _names_at(settings, path)
        return BadSetting(
            f"There is no setting {where!r}.{nearest(name, known)}",
            NOT_ASKED.get(name, f"The settings are: {', '.join(known)}."),
        )
    given = fault["input"]
    value = repr(given.value if isinstance(given, Enum) else given)
    value = value if len(value) <= 80 else value[:77] + "..."
    meant = _meant(str(given), _words(str(fault.get("ctx", {}).get("expected", ""))))
    told = (
        f"{where} is {value}: {plain_message(fault['msg'])}{_range(fault, settings, parts)}.{meant}"
    )
    return BadSetting(told, "Change the setting and run again.")


def _range(fault: Any, settings: type[BaseModel], path: list[str]) -> str:
    """Return what else a number must be that is not even finite; an empty string of other faults."""
    field = _settings_at(settings, path[:-1]).model_fields.get(path[-1]) if path else None
    if field is None or fault["type"] != "finite_number":
        return ""
    limits = [(words, getattr(m, name, None)) for m in field.metadata for name, words in LIMITS]
    told = [f"{words} {limit:g}" for words, limit in limits if limit is not None]
    return f", {' and '.join(told)}" if told else ""


def plain_message(message: str) -> str:
    """Return what pydantic says of a value, without its own words.

    Examples
    --------
    >>> plain_message("Value error, it must be a number"), plain_message("Input should be 1")
    ('it must be a number', 'it must be 1')
    >>> plain_message("Input should be a valid number, unable to parse string as a number")
    'it must be a valid number'
    """
    told = message.removeprefix("Value error, ").replace("Input should be", "it must be")
    return told.partition(", unable to parse")[0]


def _meant(given: str, words: list[str]) -> str:
    """Return a question for the word that is nearest, or whose first part is; an empty string for none.

    Examples
    --------
    >>> _meant("grdi", ["grid_search", "random_search"])
    " Did you mean 'grid_search'?"
    """
    if found := nearest(given, words):
        return found
    begun = (word for word in words if nearest(given, [word.partition("_")[0]]))
    return next((f" Did you mean {word!r}?" for word in begun), "")


def _words(expected: str) -> list[str]:
    """Return the quoted words of a list, as pydantic writes what may stand for a setting."""
    return re.findall(r"'([^']*)'", expected)


def _names_at(settings: type[BaseModel], path: list[str]) -> list[str]:
    """Return the names of the settings that lie at a path of names below others."""
    return list(_settings_at(settings, path).model_fields)


def _settings_at(settings: type[BaseModel], path: list[str]) -> type[BaseModel]:
    """Return the settings that lie at a path of names below others."""
    for part in path:
        field = settings.model_fields.get(part)
        kinds = () if field is None else (field.annotation, *get_args(field.annotation))
        settings = next((k for k in kinds if _is_model(k)), settings)
    return settings


def _is_model(kind: Any) -> bool:
    return isinstance(kind, type) and issubclass(kind, BaseModel)
