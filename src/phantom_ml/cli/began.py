"""When the command that runs was called: the time of a budget counts from there, imports included."""

from __future__ import annotations

import time
from contextvars import ContextVar

_began: ContextVar[float | None] = ContextVar("began", default=None)


def begin() -> None:
    """Let the command begin now."""
    _began.set(time.monotonic())


def began() -> float | None:
    """Return when the command began, on the monotonic clock; None where it was not called as a program."""
    return _began.get()
