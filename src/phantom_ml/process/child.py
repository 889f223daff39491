"""Run a function in a supervised child process and learn, in every case, how it ended.

The function is named, not sent: ``"package.module:function"``. It takes a JSON payload and returns
a dictionary for JSON; arrays travel by files whose paths are in these.
"""

from __future__ import annotations

import atexit
import contextlib
import json
import os
import sys
import threading
import time
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from phantom_ml.errors import ProcessError
from phantom_ml.process.outcome import (
    ERROR_FILE,
    PAYLOAD_FILE,
    RESULT_FILE,
    Limits,
    Outcome,
    OutcomeStatus,
    error_of,
)
from phantom_ml.process.supervisor import Supervisor, Watched

DEFAULT_PRELOAD = (
    "numpy",
    "scipy.sparse",
    "scipy.stats",
    "sklearn.utils",
    "sklearn.tree",
    "sklearn.linear_model",
    "sklearn.ensemble",
    "lightgbm",
    "xgboost",
)
"""What the fork server imports so that its children need not."""
NO_LIMITS = Limits()


class _ThisProcess:
    """The supervisor of this process, if there is one yet, and the lock of everybody who waits."""

    def __init__(self) -> None:
        self.supervisor: Supervisor | None = None
        self.renew_locks()

    def renew_locks(self) -> None:
        self.starting = threading.RLock()
        self.changed = threading.Condition()

    def forget(self) -> None:
        """Begin anew after a fork: locks may be held by threads that are not in this copy."""
        self.renew_locks()
        supervisor, self.supervisor = self.supervisor, None
        if supervisor is not None:
            supervisor.forget(self.changed)


_here = _ThisProcess()
os.register_at_fork(after_in_child=_here.forget)


class Child:
    """A handle on a child process.

    Parameters
    ----------
    watched : Watched
        The child on its supervisor's list.
    supervisor : Supervisor
        Who watches it.

    Attributes
    ----------
    folder : Path
        Where its payload, its result and its log lie.
    """

    def __init__(self, watched: Watched, supervisor: Supervisor) -> None:
        self.folder = watched.folder
        self._watched = watched
        self._supervisor = supervisor

    def poll(self) -> Outcome | None:
        """Return the outcome, or None while the child runs."""
        return self._watched.outcome

    def wait(self, timeout: float | None = None) -> Outcome | None:
        """Return the outcome as soon as the child ends, or None after ``timeout`` seconds."""
        wait_any([self], timeout)
        return self.poll()

    def stop(self) -> None:
        """End the child and all that it started; returns when it is gone, within half a second."""
        with _here.changed:
            self._supervisor.stop(self._watched)
        self.wait()


def start_child(
    target: str, payload: dict[str, Any], folder: Path, limits: Limits = NO_LIMITS
) -> Child:
    """Start a function in a child process and return at once.

    Parameters
    ----------
    target : str
        ``"package.module:function"``, importable with the ``sys.path`` of this process.
    payload : dict
        The function's only argument; JSON.
    folder : Path
        Where the child leaves ``result.json`` or ``error.json``, and its output in ``log.txt``.
        It is made if needed; no two running children share one.
    limits : Limits
        Deadline, memory cap and threads.

    Raises
    ------
    ProcessError
        If this is not Linux, or the fork server cannot be started.
    """
    folder = Path(folder).absolute()
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    for stale in (RESULT_FILE, ERROR_FILE):
        (folder / stale).unlink(missing_ok=True)
    (folder / PAYLOAD_FILE).write_text(json.dumps(payload), encoding="utf-8")
    for _ in range(3):
        supervisor = _supervisor(DEFAULT_PRELOAD)
        try:
            return Child(supervisor.start(target, folder, limits), supervisor)
        except OSError:  # the server died a moment ago: the next one takes the request
            supervisor.hang_up()
    raise ProcessError(
        "The server that starts child processes ends at once.",
        f"Check that this interpreter runs and may fork: {sys.executable}",
    )


def run_child(
    target: str, payload: dict[str, Any], folder: Path, limits: Limits = NO_LIMITS
) -> dict[str, Any]:
    """Run a function in a child process, wait for it and return its result.

    Parameters
    ----------
    target, payload, folder, limits
        As for `start_child`.

    Raises
    ------
    ChildTimeout, ChildOutOfMemory, ChildCrashed, ChildStopped
        If the child did not come to its end.
    ChildFailed
        If the function raised; an error of Phantom ML comes back as its own class instead.
    """
    child = start_child(target, payload, folder, limits)
    try:
        outcome = child.wait()
    except BaseException:  # a Ctrl-C of the user, first of all
        child.stop()
        raise
    if outcome is None or outcome.status is not OutcomeStatus.OK:
        raise error_of(outcome) if outcome else ProcessError("The child has no outcome.")
    return outcome.result


def wait_any(children: Sequence[Child], timeout: float | None = None) -> list[Child]:
    """Return those that have ended, as soon as there is one; none after ``timeout`` seconds.

    Examples
    --------
    >>> wait_any([], timeout=1.0)
    []
    """
    over = None if timeout is None else time.monotonic() + timeout
    with _here.changed:
        while True:
            ended = [child for child in children if child.poll() is not None]
            left = None if over is None else over - time.monotonic()
            if ended or not children or (left is not None and left <= 0):
                return ended
            _here.changed.wait(left)


def warm_up(preload: Sequence[str] = DEFAULT_PRELOAD) -> None:
    """Start the fork server in the background, or let it import more, so that children start fast.

    Parameters
    ----------
    preload : sequence of str
        Modules to import there. They must start no thread; one that is missing does no harm.
    """
    with contextlib.suppress(
        OSError
    ):  # a server that died just now; the first child starts another
        _supervisor(preload).preload(preload)


def shut_down() -> None:
    """End the fork server and all children; the next child starts a new one."""
    with _here.starting:
        supervisor, _here.supervisor = _here.supervisor, None
        if supervisor is not None:
            supervisor.close()


def _supervisor(preload: Sequence[str]) -> Supervisor:
    if sys.platform != "linux":
        raise ProcessError(
            f"Child processes are supervised on Linux only, and this is {sys.platform}.",
            "Run Phantom ML on Linux, or in a container.",
        )
    with _here.starting:
        current = _here.supervisor
        if current is not None and current.alive:
            return current
        # A server that died while it imported would die again: its successor imports nothing.
        modules = preload if current is None or current.settled else ()
        _here.supervisor = None
        if current is not None:
            current.close()
        _here.supervisor = _new_supervisor(modules)
        return _here.supervisor


def _new_supervisor(preload: Sequence[str]) -> Supervisor:
    try:
        supervisor = Supervisor(_here.changed)
        supervisor.preload(preload)
    except OSError as error:
        raise ProcessError(
            f"The server that starts child processes cannot be started: {error}.",
            f"Check that this interpreter runs: {sys.executable}",
        ) from error
    return supervisor


atexit.register(shut_down)
