"""The thread that watches the children: hears of exits, enforces deadline and memory cap."""

from __future__ import annotations

import contextlib
import itertools
import math
import os
import signal
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from phantom_ml.process.connection import Connection, search_path
from phantom_ml.process.memory import process_tree_pss_mb, taken_mb
from phantom_ml.process.outcome import Exit, Limits, Outcome, OutcomeStatus, understand

TICK = 0.1
"""Seconds between two looks at memory."""
GRACE = 0.5
"""Seconds from SIGTERM to SIGKILL."""
SHARE = 0.05
"""The share of a core that looks at memory may take: the kernel walks all pages of a child."""
LONGEST_PAUSE = 1.0
"""Seconds between two looks at most, whatever they cost."""


@dataclass
class Watched:
    """A child on the supervisor's list."""

    number: int
    folder: Path
    limits: Limits
    started: float = field(default_factory=time.monotonic)
    pid: int | None = None
    inherited_mb: float = 0.0
    held_mb: float = 0.0
    peak_memory_mb: float = 0.0
    cause: OutcomeStatus | None = None
    kill_at: float = math.inf
    outcome: Outcome | None = None

    def used_mb(self) -> float:
        """Return the MiB that count for its limit."""
        if self.pid is None:
            return 0.0
        if self.limits.beside_start:
            return taken_mb(self.pid, self.held_mb)
        return process_tree_pss_mb(self.pid)


class Supervisor:
    """A fork server, its children, and the thread that watches both.

    Parameters
    ----------
    changed : threading.Condition
        Guards everything here, and is notified when a child has ended.

    Attributes
    ----------
    alive : bool
        Whether the server is there.
    settled : bool
        Whether the server has done, and outlived, its imports.
    """

    def __init__(self, changed: threading.Condition) -> None:
        self.changed = changed
        self.alive = True
        self.settled = True
        self._preloaded: set[str] = set()
        self._watched: dict[int, Watched] = {}
        self._numbers = itertools.count()
        self._sending = threading.Lock()
        self._look_at = 0.0
        self._connection = Connection()
        self._thread = threading.Thread(target=self._watch, name="phantom-children", daemon=True)
        self._thread.start()

    def preload(self, modules: Sequence[str]) -> None:
        """Let the server import modules when it is idle; raises OSError where it is gone."""
        with self.changed:
            new = [module for module in modules if module not in self._preloaded]
            self._preloaded.update(new)
            self.settled = self.settled and not new
        if new:
            self._send({"modules": new})

    def start(self, target: str, folder: Path, limits: Limits) -> Watched:
        """Ask for a child and put it on the list; raises OSError where the server is gone."""
        with self.changed:
            if limits.beside_start and limits.memory_mb is not None:
                # What the server has not imported yet the child would, and it would be the child's.
                self.changed.wait_for(self._may_begin, _seconds(limits))
            if not self.alive:
                raise BrokenPipeError
            child = Watched(next(self._numbers), folder, limits)
            self._watched[child.number] = child
        try:
            self._send(_request(child, target))
        except OSError:
            with self.changed:
                self._watched.pop(child.number, None)
            raise
        return child

    def stop(self, child: Watched) -> None:
        """Ask a child to end; half a second later it is made to. Hold ``changed`` while calling."""
        if child.outcome is None and child.cause is None:
            self._end(child, OutcomeStatus.STOPPED)

    def close(self) -> None:
        """End all children and the server."""
        with self.changed:
            for child in self._watched.values():
                child.cause = child.cause or OutcomeStatus.STOPPED
        self.hang_up()
        self._connection.close()

    def hang_up(self) -> None:
        """Return when no child is left to hear of; the server ends by itself."""
        self._connection.hang_up()
        self._thread.join()

    def forget(self, changed: threading.Condition) -> None:
        """Give up in a fork of this process: thread and children stayed with the original."""
        self.changed = changed
        self._connection.forget()
        with changed:
            self._lose_all()

    def _send(self, message: dict[str, Any]) -> None:
        with self._sending:
            self._connection.send(message)

    def _watch(self) -> None:
        try:
            while self._round():
                pass
        finally:  # nobody waits for ever, whatever went wrong here
            with self.changed:
                for child in self._watched.values():  # the server can no longer end their groups
                    _signal_group(child.pid, signal.SIGKILL)
                self._lose_all()

    def _round(self) -> bool:
        """Listen, look and act once; return False where the server is gone."""
        messages = self._connection.receive(self._patience())
        if messages is None:
            return False
        with self.changed:
            for message in messages:
                self._hear(message)
        memory = self._look()
        with self.changed:
            self._enforce(memory)
        return True

    def _patience(self) -> float | None:
        """Return the seconds until something may have to be done; None while nothing runs."""
        with self.changed:
            now, children = time.monotonic(), self._watched.values()
            due = [child.kill_at - now for child in children]
            due += [child.limits.deadline.left() for child in children if child.cause is None]
        return min([TICK, *due]) if due else None

    def _look(self) -> dict[int, float]:
        """Return the MiB of each child by number; empty where the last look was a moment ago."""
        now, before = time.monotonic(), time.thread_time()
        if now < self._look_at:
            return {}
        with self.changed:
            children = [child for child in self._watched.values() if child.pid]
        memory = {child.number: child.used_mb() for child in children}
        pause = (time.thread_time() - before) / SHARE
        self._look_at = now + min(max(0.9 * TICK, pause), LONGEST_PAUSE)
        return memory

    def _hear(self, message: dict[str, Any]) -> None:
        if "settled" in message:
            self.settled = True
            self.changed.notify_all()
            return
        child = self._watched.get(message["number"])
        if child is None:  # it was given up before the server came to it
            _signal_group(message.get("pid"), signal.SIGKILL)
        elif "pid" in message:
            child.inherited_mb, child.held_mb = message["inherited_mb"], message["held_mb"]
            child.pid = message["pid"]
            # One that soon ends is looked at once at least.
            self._look_at = 0.0
        elif "exit" in message:
            if not child.limits.beside_start:
                # Between two looks a peak can be missed; what grew on top of the server's pages cannot.
                grown = message["resident_mb"] - child.inherited_mb
                child.peak_memory_mb = max(child.peak_memory_mb, grown)
            self._finish(child, message["exit"])
        else:
            self._finish(child, None, message["refused"])

    def _enforce(self, memory: dict[int, float]) -> None:
        now = time.monotonic()
        for child in list(self._watched.values()):
            child.peak_memory_mb = max(child.peak_memory_mb, memory.get(child.number, 0.0))
            if now >= child.kill_at:
                _signal_group(child.pid, signal.SIGKILL)
                child.kill_at = now + GRACE
            elif child.cause is None:
                self._judge(child, memory.get(child.number, 0.0))

    def _judge(self, child: Watched, memory_mb: float) -> None:
        cap = child.limits.memory_mb
        if cap is not None and memory_mb > cap:
            self._end(child, OutcomeStatus.OUT_OF_MEMORY)
        elif child.limits.deadline.passed:
            self._end(child, OutcomeStatus.TIMEOUT)

    def _end(self, child: Watched, cause: OutcomeStatus) -> None:
        child.cause = cause
        child.kill_at = time.monotonic() + GRACE
        if child.pid is None:
            self._finish(child, None)
        elif cause is OutcomeStatus.OUT_OF_MEMORY:  # half a second may be more than the machine has
            _signal_group(child.pid, signal.SIGKILL)
        else:
            _signal_group(child.pid, signal.SIGTERM)

    def _finish(self, child: Watched, code: int | None, note: str = "") -> None:
        seconds = time.monotonic() - child.started
        end = Exit(code, note, child.cause, child.limits, seconds, child.peak_memory_mb)
        child.outcome = understand(child.folder, end)
        self._watched.pop(child.number, None)
        self.changed.notify_all()

    def _lose_all(self) -> None:
        self.alive = False
        for child in list(self._watched.values()):
            self._finish(child, None, "The fork server ended, and the child with it.")
        self.changed.notify_all()

    def _may_begin(self) -> bool:
        return self.settled or not self.alive


def _request(child: Watched, target: str) -> dict[str, Any]:
    return {
        "number": child.number,
        "target": target,
        "folder": str(child.folder),
        "n_threads": child.limits.n_threads,
        "beside_start": child.limits.beside_start,
        "sys_path": search_path(),
        "environment": dict(os.environ),
        "cwd": str(Path.cwd()),
    }


def _seconds(limits: Limits) -> float | None:
    """Return the seconds until a child's deadline; None where it has none."""
    left = limits.deadline.left()
    return left if math.isfinite(left) else None


def _signal_group(pid: int | None, number: signal.Signals) -> None:
    if pid is not None:
        with contextlib.suppress(OSError):
            os.killpg(pid, number)
