"""A command's options as dataclasses: typer sees each field as an option of its own."""

from __future__ import annotations

import functools
import inspect
from collections.abc import Callable, Iterator
from dataclasses import MISSING, fields, is_dataclass
from typing import Any, get_type_hints


def flat(function: Callable[..., None]) -> Callable[..., None]:
    """Return ``function`` with the fields of its dataclass parameters in their place.

    Parameters
    ----------
    function : callable
        Its parameters are typer's own, or dataclasses whose fields are. All are passed by name.

    Examples
    --------
    >>> from dataclasses import dataclass
    >>> @dataclass(frozen=True)
    ... class Point:
    ...     x: int = 0
    ...     y: int = 0
    >>> def show(name: str, at: Point) -> None:
    ...     print(name, at.x, at.y)
    >>> inspect.signature(flat(show))
    <Signature (name: str, x: int = 0, y: int = 0)>
    >>> flat(show)(name="a", x=1, y=2)
    a 1 2
    """
    hints = get_type_hints(function, include_extras=True)
    groups: dict[str, Any] = {n: kind for n, kind in hints.items() if is_dataclass(kind)}

    @functools.wraps(function)
    def call(**values: Any) -> None:
        for name, kind in groups.items():
            values[name] = kind(**{field.name: values.pop(field.name) for field in fields(kind)})
        function(**values)

    parameters = list(_parameters(function, hints))
    call.__signature__ = inspect.Signature(parameters)  # type: ignore[attr-defined]
    call.__annotations__ = {p.name: p.annotation for p in parameters}
    del call.__wrapped__
    return call


def _parameters(
    function: Callable[..., None], hints: dict[str, Any]
) -> Iterator[inspect.Parameter]:
    for name, parameter in inspect.signature(function).parameters.items():
        kind = hints[name]
        if not is_dataclass(kind):
            yield parameter.replace(annotation=kind)
            continue
        inner = get_type_hints(kind, include_extras=True)
        for field in fields(kind):
            default = parameter.empty if field.default is MISSING else field.default
            yield inspect.Parameter(
                field.name, parameter.kind, default=default, annotation=inner[field.name]
            )
