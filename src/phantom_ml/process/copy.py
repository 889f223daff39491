"""A copy of this process that works step by step: it knows every object here, and may fail, hang or grow.

For objects of the user, which have no name to be found by and are not to be serialised. The copy has one
thread: those of the original are not in it, and a library that waits for its own (polars, for one) waits for
ever. What uses such a library goes its way ``Here``.
"""

from __future__ import annotations

import contextlib
import faulthandler
import json
import os
import select
import signal
import sys
import warnings
from collections.abc import Callable, Iterator
from types import TracebackType
from typing import Any, NoReturn

from phantom_ml.errors import ChildCrashed, ChildFailed, ChildOutOfMemory, ChildTimeout
from phantom_ml.process.forked import die_with
from phantom_ml.process.memory import held_mb, taken_mb
from phantom_ml.process.outcome import Limits
from phantom_ml.wording import raised

Steps = Callable[[], Iterator[dict[str, Any]]]
#: Between two looks at the clock and at the memory.
LOOK_SECONDS = 0.05
GO, BLOCK = b"g", 1 << 16


class Copy:
    """A copy of this process on its way through ``steps``, a generator of JSON values.

    Parameters
    ----------
    steps : callable
        Called in the copy; the copy waits before each step until it is asked for.
    limits : Limits
        Deadline, and memory beside what this process holds; beyond them the copy is ended.

    Examples
    --------
    >>> with Copy(lambda: iter([{"score": 1}, {"score": 2}]), Limits()) as copy:
    ...     copy.step(), copy.step(), copy.step()
    ({'score': 1}, {'score': 2}, None)
    """

    def __init__(self, steps: Steps, limits: Limits) -> None:
        self._limits, self._rest = limits, b""
        answers, tell = os.pipe()
        hear, orders = os.pipe()
        sys.stdout.flush()
        sys.stderr.flush()
        parent = os.getpid()
        # The kernel walks all pages for it.
        self._before = 0.0 if limits.memory_mb is None else held_mb(parent)
        with warnings.catch_warnings():
            # Other threads are not in the copy; it does not need them.
            warnings.simplefilter("ignore", DeprecationWarning)
            self._pid = os.fork()
        if self._pid == 0:
            os.close(answers)
            os.close(orders)
            _work(steps, hear, tell, parent)
        os.close(tell)
        os.close(hear)
        self._answers, self._orders = answers, orders

    def step(self) -> dict[str, Any] | None:
        """Return what the next step gives, None after the last one.

        Raises
        ------
        ChildTimeout, ChildOutOfMemory, ChildCrashed
            The copy was ended, or ended by itself.
        ChildFailed
            The step raised an error; it is told.
        """
        try:
            os.write(self._orders, GO)
        except BrokenPipeError:
            raise self._crashed() from None
        told: dict[str, Any] = json.loads(self._line())
        if "error" in told:
            raise ChildFailed(str(told["error"]))
        return told.get("step")

    def _line(self) -> bytes:
        while b"\n" not in self._rest:
            if select.select([self._answers], [], [], LOOK_SECONDS)[0]:
                more = os.read(self._answers, BLOCK)
                if not more:
                    raise self._crashed()
                self._rest += more
            else:
                self._check()
        line, _, self._rest = self._rest.partition(b"\n")
        return line

    def _check(self) -> None:
        limits = self._limits
        if limits.deadline.passed:
            raise ChildTimeout("It was not done in time and was ended.")
        if limits.memory_mb is None:
            return
        # What the original holds, the copy holds as well; pages of files are no memory of its own.
        used = taken_mb(self._pid, self._before)
        if used > limits.memory_mb:
            raise ChildOutOfMemory(
                f"It used {used:,.0f} MB of memory, more than {limits.memory_mb:,}, and was ended."
            )

    def _crashed(self) -> ChildCrashed | ChildOutOfMemory:
        status = self._reaped()
        number = os.WTERMSIG(status) if os.WIFSIGNALED(status) else 0
        if number == signal.SIGKILL:
            return ChildOutOfMemory("The system ended it, most likely for want of memory.")
        name = signal.Signals(number).name if number else f"status {os.WEXITSTATUS(status)}"
        return ChildCrashed(f"It crashed ({name}).")

    def _reaped(self) -> int:
        pid, self._pid = self._pid, 0
        return os.waitpid(pid, 0)[1] if pid else 0

    def _end(self) -> None:
        """End the copy and all that it started."""
        with contextlib.suppress(ProcessLookupError):
            os.kill(self._pid, signal.SIGKILL)
            os.killpg(self._pid, signal.SIGKILL)
        self._reaped()

    def __enter__(self) -> Copy:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._pid:
            self._end()
        os.close(self._answers)
        os.close(self._orders)


class Here:
    """The same steps in this process, for what cannot work in a copy: nothing ends it but itself."""

    def __init__(self, steps: Steps) -> None:
        self._todo = steps()

    def step(self) -> dict[str, Any] | None:
        """Return what the next step gives, None after the last one; raises ChildFailed."""
        try:
            return next(self._todo, None)
        except Exception as error:
            raise ChildFailed(raised(error)[:500]) from error

    def __enter__(self) -> Here:
        return self

    def __exit__(self, *_: object) -> None:
        """Nothing is left behind."""


def _work(steps: Steps, hear: int, tell: int, parent: int) -> NoReturn:
    """Go through the steps in the copy, one an order, and end it without the handlers of the original."""
    try:
        die_with(parent)
        os.setpgid(0, 0)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        _silence()
        _one_thread()
        todo = steps()
        while os.read(hear, 1):
            told: dict[str, Any] = {"step": next(todo, None)}
            _write(tell, told)
    except BaseException as error:
        _write(tell, {"error": raised(error)[:500]})
    finally:
        os._exit(0)


def _silence() -> None:
    """Let nothing of what it prints come to the terminal, which is the original's."""
    faulthandler.disable()
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.dup2(nowhere, 2)


def _one_thread() -> None:
    import threadpoolctl

    threadpoolctl.threadpool_limits(1)
    os.environ["OMP_NUM_THREADS"] = "1"


def _write(tell: int, told: dict[str, Any]) -> None:
    rest = json.dumps(told).encode() + b"\n"
    while rest:
        rest = rest[os.write(tell, rest) :]
