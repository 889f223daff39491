"""What a setting may be: one declaration is its validation, search space and documentation."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from pydantic import Field
from pydantic.fields import FieldInfo

from phantom_ml.config.nested import Settings

Setting = bool | int | float | str


@dataclass(frozen=True)
class Bound:
    """What one setting may be while it is searched.

    Attributes
    ----------
    low, high : float
        Both inclusive; for choices 0 and 0.
    log : bool
        Whether equal ratios are equally likely, not equal steps.
    integer : bool
    choices : tuple
        The allowed values where the setting is one of a few.
    when : tuple of (name, value) or None
        Searched only where the other setting has this value.
    """

    low: float = 0.0
    high: float = 0.0
    log: bool = False
    integer: bool = False
    choices: tuple[Setting, ...] = ()
    when: tuple[str, Setting] | None = None

    @classmethod
    def of(cls, field: FieldInfo) -> Bound | None:
        """Return the bound that a field was declared with, None where it is not searched."""
        extra = field.json_schema_extra
        if not isinstance(extra, dict) or "search" not in extra:
            return None
        search: Any = extra["search"]
        values = dict(search)
        values["choices"] = tuple(values.get("choices", ()))
        when = values.get("when")
        values["when"] = None if when is None else (when[0], when[1])
        return cls(**values)


def bounded(
    default: float,
    low: float,
    high: float,
    *,
    log: bool = False,
    when: tuple[str, Setting] | None = None,
    description: str = "",
) -> Any:
    """Return a field that is searched between two inclusive bounds.

    An integer default makes it an integer. The bounds are the validation too.
    """
    integer = isinstance(default, int) and not isinstance(default, bool)
    search: dict[str, Any] = {"low": low, "high": high, "log": log, "integer": integer}
    if when is not None:
        search["when"] = list(when)
    return Field(
        default, ge=low, le=high, description=description, json_schema_extra={"search": search}
    )


def choice(
    default: Setting,
    choices: tuple[Setting, ...],
    *,
    when: tuple[str, Setting] | None = None,
    description: str = "",
) -> Any:
    """Return a field that is searched among a few values (its type is a Literal of them)."""
    search: dict[str, Any] = {"choices": list(choices)}
    if when is not None:
        search["when"] = list(when)
    return Field(default, description=description, json_schema_extra={"search": search})


class BoundedSettings(Settings):
    """The settings of a plugin: fields declared by ``bounded`` or ``choice`` are its search space."""

    @classmethod
    def available(cls) -> bool:
        """Return whether the library that it needs is installed."""
        return True

    @classmethod
    def space(cls) -> dict[str, Bound]:
        """Return the search space: every field that was declared by ``bounded`` or ``choice``."""
        bounds = {n: Bound.of(f) for n, f in cls.model_fields.items()}
        return {n: b for n, b in bounds.items() if b is not None}
