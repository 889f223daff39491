"""The fork server: one thread, the heavy libraries imported once, a fork for each request.

Forking the user's own process would copy locks that other threads hold and OpenMP pools that do not
survive it, and ``multiprocessing`` would run the user's script a second time. This process does
nothing but import, fork and reap. It speaks JSON lines over one socket: its parent sends requests
and modules to import, it answers with process ids and exits. Where the socket ends, all ends.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import select
import signal
import socket
from collections import deque
from collections.abc import Callable
from typing import Any

from phantom_ml.process.forked import Request, run_forked
from phantom_ml.process.memory import held_mb, resident_mb

CHUNK = 1 << 16


def main(descriptor: int) -> None:
    """Serve the socket with this file descriptor until its other end closes."""
    for number in (signal.SIGINT, signal.SIGHUP):
        signal.signal(number, signal.SIG_IGN)
    server = ForkServer(socket.socket(fileno=descriptor))
    try:
        server.serve()
    finally:
        server.end_all()


class ForkServer:
    """The state of the loop: whom it listens to, what runs, and what is still to be imported."""

    def __init__(self, channel: socket.socket) -> None:
        self.channel = channel
        self.running: dict[int, int] = {}
        self.to_import: deque[str] = deque()
        self.unread = b""
        self.set_threads: Callable[[int], None] = _limit_threads
        self.woken, self.waker = os.pipe()
        os.set_blocking(self.woken, False)
        os.set_blocking(self.waker, False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        signal.set_wakeup_fd(self.waker, warn_on_full_buffer=False)

    def serve(self) -> None:
        """Answer requests; import in between, one module at a time, so that none waits for all."""
        poll = select.poll()
        poll.register(self.channel, select.POLLIN)
        poll.register(self.woken, select.POLLIN)
        while True:
            ready = {descriptor for descriptor, _ in poll.poll(0 if self.to_import else None)}
            if self.woken in ready:
                with contextlib.suppress(BlockingIOError):
                    os.read(self.woken, CHUNK)
                self.reap()
            if self.channel.fileno() in ready and not self.listen():
                return
            if not ready:
                self.import_next()

    def listen(self) -> bool:
        """Take what the parent has sent; return False where it is gone."""
        chunk = self.channel.recv(CHUNK)
        *lines, self.unread = (self.unread + chunk).split(b"\n")
        for line in lines:
            message = json.loads(line)
            if "modules" in message:
                self.to_import.extend(message["modules"])
            else:
                self.fork(message)
        return bool(chunk)

    def import_next(self) -> None:
        """Import one module; one that fails is the business of the child that needs it."""
        with contextlib.suppress(Exception):
            importlib.import_module(self.to_import.popleft())
        if not self.to_import:
            pools = _pools()
            self.set_threads = lambda n_threads: pools.limit(limits=n_threads)
            # What the garbage collector never touches stays shared with the children.
            gc.collect()
            gc.freeze()
            self.send({"settled": True})

    def fork(self, request: Request) -> None:
        """Start a child for one request and tell its process id."""
        server, resident = os.getpid(), resident_mb(os.getpid())
        # The kernel walks all pages for it.
        held = held_mb(server) if request["beside_start"] else 0.0
        try:
            pid = os.fork()
        except OSError as error:
            self.send(
                {"number": request["number"], "refused": f"The fork server cannot fork: {error}."}
            )
            return
        if pid == 0:
            self.channel.close()
            run_forked(request, server, self.set_threads)
        with contextlib.suppress(OSError):  # the child does the same; whoever is first
            os.setpgid(pid, pid)
        self.running[pid] = request["number"]
        told = {"pid": pid, "inherited_mb": resident, "held_mb": held}
        self.send({"number": request["number"], **told})

    def reap(self) -> None:
        """Tell the exit of each child that ended, and end what it left behind in its group."""
        # Until it is reaped, a child's process id, and so its group's, cannot pass to another.
        while (pid := _ended_child()) is not None:
            _end_group(pid)
            _, status, usage = os.wait4(pid, 0)
            number = self.running.pop(pid, None)
            if number is not None:
                code = os.waitstatus_to_exitcode(status)
                self.send({"number": number, "exit": code, "resident_mb": usage.ru_maxrss / 1024})

    def send(self, message: dict[str, Any]) -> None:
        """Send one line; a parent that is gone is noticed by ``listen``."""
        with contextlib.suppress(BrokenPipeError, ConnectionResetError):
            self.channel.sendall(json.dumps(message).encode() + b"\n")

    def end_all(self) -> None:
        """End every child's group at once."""
        for pid in self.running:
            _end_group(pid)


def _ended_child() -> int | None:
    try:
        ended = os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
    except ChildProcessError:
        return None
    return None if ended is None else ended.si_pid


def _end_group(pid: int) -> None:
    with contextlib.suppress(OSError):
        os.killpg(pid, signal.SIGKILL)


def _limit_threads(n_threads: int) -> None:
    """Bound the thread pools of the libraries that are loaded now, looking for them first."""
    _pools().limit(limits=n_threads)


def _pools() -> Any:
    from threadpoolctl import ThreadpoolController

    return ThreadpoolController()
