"""The parent's end of the fork server: start it, talk to it, end it."""

from __future__ import annotations

import contextlib
import json
import os
import select
import socket
import subprocess
import sys
from typing import Any

from phantom_ml.process.forked import THREAD_VARIABLES

CHUNK = 1 << 16
PATIENCE = 2.0
"""Seconds that a server is given to end by itself."""
BOOT = (
    "import json, os, sys; sys.path[:] = json.loads(sys.argv[2]); "
    "from phantom_ml.process.server import main; main(int(sys.argv[1])); os._exit(0)"
)
"""Who ends the server waits for it: taking all that it imported down piece by piece would take a while."""


def search_path() -> list[str]:
    """Return ``sys.path`` as absolute folders, so that it means the same in another place."""
    return [os.path.abspath(entry) for entry in sys.path if isinstance(entry, str)]  # noqa: PTH100


class Connection:
    """A running fork server and the socket to it."""

    def __init__(self) -> None:
        self.channel, theirs = socket.socketpair()
        self._unread = b""
        descriptor = theirs.fileno()
        command = [sys.executable, "-P", "-c", BOOT, str(descriptor), json.dumps(search_path())]
        with theirs:
            self.process = subprocess.Popen(
                command,
                pass_fds=[descriptor],
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
                env=_environment(),
                start_new_session=True,
            )

    def send(self, message: dict[str, Any]) -> None:
        """Send one line; raises OSError where the server is gone."""
        self.channel.sendall(json.dumps(message).encode() + b"\n")

    def receive(self, timeout: float | None) -> list[dict[str, Any]] | None:
        """Return what came within ``timeout`` seconds; None where the server is gone."""
        poll = select.poll()
        poll.register(self.channel, select.POLLIN)
        if not poll.poll(None if timeout is None else max(0.0, timeout) * 1000):
            return []
        try:
            chunk = self.channel.recv(CHUNK)
        except OSError:
            return None
        *lines, self._unread = (self._unread + chunk).split(b"\n")
        return [json.loads(line) for line in lines] if chunk else None

    def hang_up(self) -> None:
        """Let both ends see that the talk is over; the server then ends its children and itself."""
        with contextlib.suppress(OSError):
            self.channel.shutdown(socket.SHUT_RDWR)

    def close(self) -> None:
        """Wait for the server's end, and bring it about where it does not come."""
        self.hang_up()
        try:
            self.process.wait(PATIENCE)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self.channel.close()

    def forget(self) -> None:
        """Drop the copy that a fork of this process made; the server is the other's."""
        self.channel.close()
        self.process.returncode = 0


def _environment() -> dict[str, str]:
    # The server never computes. OpenMP reads its wait policy when it is loaded, that is in the
    # server: threads that spin while they wait would starve the other children. Arrow's allocator
    # would start a thread, and a process with threads is not to be forked.
    quiet = {"OMP_WAIT_POLICY": "PASSIVE", "JE_ARROW_MALLOC_CONF": "background_thread:false"}
    return os.environ | dict.fromkeys(THREAD_VARIABLES, "1") | quiet
