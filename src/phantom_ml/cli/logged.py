"""What the library logs as warnings, collected: a command shows it under its notes, not on standard error."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from contextlib import contextmanager


class _Collector(logging.Handler):
    """A handler that keeps what is logged."""

    def __init__(self) -> None:
        super().__init__(logging.WARNING)
        self.told: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        """Keep one message."""
        self.told.append(record.getMessage())


@contextmanager
def collected() -> Iterator[list[str]]:
    """Give the list to which warnings of the library are added while the block runs.

    Examples
    --------
    >>> with collected() as told:
    ...     logging.getLogger("phantom_ml").warning("3 of 4 cells are lost.")
    >>> told
    ['3 of 4 cells are lost.']
    """
    log, collector = logging.getLogger("phantom_ml"), _Collector()
    propagates, log.propagate = log.propagate, False
    log.addHandler(collector)
    try:
        yield collector.told
    finally:
        log.removeHandler(collector)
        log.propagate = propagates
