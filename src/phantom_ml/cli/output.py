"""Standard output of a program: where it cannot be written that is told in words, as every mistake is."""

from __future__ import annotations

import io
import sys
from typing import Any

from phantom_ml.errors import DiskFull, StoreUnusable

HINT = (
    "Free some space there or send it to another place, and run again; a model that was trained is "
    "kept: phantom models lists it."
)


class Output(io.FileIO):
    """A raw file that fails once, in words: what is written after that goes nowhere.

    So what is still in a buffer does not fail again when the program ends.
    """

    _has_failed = False

    def write(self, data: Any, /) -> int:
        """Write some bytes and return how many; raises DiskFull or StoreUnusable where they cannot be written.

        A reader that went away is no such fault: BrokenPipeError is raised as everywhere else.
        """
        # Whether a stream takes text is tried with no bytes at all, and that must not be what fails.
        if self._has_failed or not len(data):
            return len(data)
        try:
            return super().write(data)
        except BrokenPipeError:
            raise
        except OSError as error:
            self._has_failed = True
            raise _unwritable(error) from None


def _unwritable(error: OSError) -> DiskFull | StoreUnusable:
    from phantom_ml.model.durable import FULL

    kind = DiskFull if error.errno in FULL else StoreUnusable
    return kind(f"The output cannot be written: {error.strerror}.", HINT)


def guard_output() -> None:
    """Let standard output be one that tells in words what it cannot write."""
    given = sys.stdout
    # What stands for a closed one, or for a test, is not of this process.
    if given is not sys.__stdout__ or not isinstance(given, io.TextIOWrapper):
        return
    given.flush()
    raw = Output(given.fileno(), "w", closefd=False)
    # Python leaves the buffer out where it shall not hold anything back (``python -u``).
    sys.stdout = io.TextIOWrapper(
        raw if given.write_through else io.BufferedWriter(raw),
        encoding=given.encoding,
        errors=given.errors,
        line_buffering=given.line_buffering,
        write_through=given.write_through,
    )
