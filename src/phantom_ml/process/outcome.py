"""How a child may run, and how it ended."""

from __future__ import annotations

import json
import signal
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any

from phantom_ml.errors import (
    ChildCrashed,
    ChildFailed,
    ChildOutOfMemory,
    ChildStopped,
    ChildTimeout,
    PhantomError,
)
from phantom_ml.process.deadline import Deadline
from phantom_ml.wording import NO_TEXT

RESULT_FILE = "result.json"
ERROR_FILE = "error.json"
PAYLOAD_FILE = "payload.json"
LOG_FILE = "log.txt"
NEAR_THE_CAP = 0.8
"""A child that somebody else killed at this share of its cap is taken to have run out of memory."""


@dataclass(frozen=True)
class Limits:
    """What a child may use.

    Parameters
    ----------
    deadline : Deadline
        When it is ended: asked to by SIGTERM, made to half a second later.
    memory_mb : int or None
        MiB that its process tree may hold; None leaves it to the kernel.
    beside_start : bool
        Whether these are the MiB that the child takes beside what the fork server holds when it starts: then
        it does not matter which libraries are imported there. The child waits until they are.
    n_threads : int
        Threads of BLAS and OpenMP, at least 1.
    """

    deadline: Deadline = field(default_factory=Deadline.never)
    memory_mb: int | None = None
    n_threads: int = 1
    beside_start: bool = False


class OutcomeStatus(StrEnum):
    """How a child ended."""

    OK = "ok"
    ERROR = "error"
    TIMEOUT = "timeout"
    OUT_OF_MEMORY = "out_of_memory"
    CRASHED = "crashed"
    STOPPED = "stopped"


@dataclass(frozen=True)
class Outcome:
    """What came of a child: its result, or the reason in a sentence.

    Parameters
    ----------
    status : OutcomeStatus
        How it ended.
    result : dict
        What its function returned; empty unless the status is OK.
    reason : str
        Why it ended so; empty if the status is OK.
    error_code, error_hint : str
        The code and the hint of the error that tells it.
    seconds : float
        Wall clock from the request to the end.
    peak_memory_mb : float
        The most MiB that were seen in its process tree, or seen taken by it where its limit is of these.
    """

    status: OutcomeStatus
    result: dict[str, Any]
    reason: str
    error_code: str
    error_hint: str
    seconds: float
    peak_memory_mb: float


@dataclass(frozen=True)
class Exit:
    """The bare facts of an end, before they are understood.

    Parameters
    ----------
    code : int or None
        Exit status, or a signal's number below zero; None where there is none to tell.
    note : str
        What there is to say instead.
    cause : OutcomeStatus or None
        Why the supervisor ended it, None if it did not.
    limits : Limits
        What it was allowed.
    seconds, peak_memory_mb : float
        As in Outcome.
    """

    code: int | None
    note: str
    cause: OutcomeStatus | None
    limits: Limits
    seconds: float
    peak_memory_mb: float


def understand(folder: Path, end: Exit) -> Outcome:
    """Return the outcome that an exit and the files in the child's folder add up to.

    A result counts even if the child was being ended: it was faster. Otherwise what the supervisor
    did explains the exit, then what the child wrote, then the signal.
    """
    if end.code == 0:
        result = _json_object(folder / RESULT_FILE)
        if result is not None:
            return Outcome(OutcomeStatus.OK, result, "", "", "", end.seconds, end.peak_memory_mb)
    if end.cause is not None:
        return _ended(end, end.cause)
    error = _json_object(folder / ERROR_FILE)
    return _raised(end, error) if end.code is not None and error is not None else _crashed(end)


def error_of(outcome: Outcome) -> PhantomError:
    """Return the error that tells an outcome which is not OK.

    An error of ours that the child raised comes back as its own class.
    """
    cls = _class_with(outcome.error_code) or ChildFailed
    error = cls.__new__(cls)
    # The classes' own constructors build a message from parts that are no longer there.
    PhantomError.__init__(error, outcome.reason, outcome.error_hint)
    return error


def _ended(end: Exit, cause: OutcomeStatus) -> Outcome:
    if cause is OutcomeStatus.TIMEOUT:
        reason = f"The child was ended at its deadline, after {end.seconds:.1f} s."
        return _told(end, cause, ChildTimeout(reason, "Allow more time, or give it less to do."))
    if cause is OutcomeStatus.OUT_OF_MEMORY:
        return _out_of_memory(end)
    return _told(end, cause, ChildStopped(f"The child was stopped after {end.seconds:.1f} s."))


def _out_of_memory(end: Exit) -> Outcome:
    cap = end.limits.memory_mb
    allowed = "" if cap is None else f"; its cap is {cap} MB"
    error = ChildOutOfMemory(
        f"The child ran out of memory at {end.peak_memory_mb:.0f} MB{allowed}.",
        "Allow more memory, or give it less to do.",
    )
    return _told(end, OutcomeStatus.OUT_OF_MEMORY, error)


def _raised(end: Exit, error: dict[str, Any]) -> Outcome:
    if error.get("out_of_memory"):
        return _out_of_memory(end)
    message, code = str(error.get("message", "")), str(error.get("code", ""))
    if not code:
        message = f"{error.get('type', 'Error')}: {message or NO_TEXT}"
    return Outcome(
        OutcomeStatus.ERROR,
        {},
        message,
        code or ChildFailed.code,
        str(error.get("hint", "")),
        end.seconds,
        end.peak_memory_mb,
    )


def _crashed(end: Exit) -> Outcome:
    if end.code is None:
        why = end.note
    elif end.code >= 0:
        why = f"The child ended with exit status {end.code} and without a result."
    elif -end.code == signal.SIGKILL and _near_the_cap(end):
        return _out_of_memory(end)
    else:
        why = f"The child was ended by {_signal_name(-end.code)}."
    return _told(end, OutcomeStatus.CRASHED, ChildCrashed(why, _crash_hint(end.code)))


def _crash_hint(code: int | None) -> str:
    if code == -signal.SIGKILL:
        return "The kernel may have run out of memory: see its log, and set a memory cap."
    return f"Its own words, if any, are in {LOG_FILE} in its folder."


def _told(end: Exit, status: OutcomeStatus, error: PhantomError) -> Outcome:
    return Outcome(
        status, {}, error.message, error.code, error.hint, end.seconds, end.peak_memory_mb
    )


def _near_the_cap(end: Exit) -> bool:
    cap = end.limits.memory_mb
    return cap is not None and end.peak_memory_mb >= NEAR_THE_CAP * cap


def _signal_name(number: int) -> str:
    try:
        return signal.Signals(number).name
    except ValueError:
        return f"signal {number}"


def _json_object(path: Path) -> dict[str, Any] | None:
    try:
        value = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    return value if isinstance(value, dict) else None


def _class_with(code: str, among: type[PhantomError] = PhantomError) -> type[PhantomError] | None:
    if among.code == code:
        return among
    found = (_class_with(code, cls) for cls in among.__subclasses__())
    return next((cls for cls in found if cls is not None), None)
