"""Rows whose times lie where a model's past lies already: counted, and told where most do.

A model that counts what happened before goes on from where training ended. Of a row from before that, it
counts what training saw of the same times beside what the row's own table holds of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.wording import counted

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass
class KnownTimes:
    """How many rows are not after a model's past, block by block.

    Attributes
    ----------
    until : int or None
        The end of the past, in microseconds since 1970 (UTC); None: there is none. The newest hundredth of what
        training saw may lie after it: a clock that runs ahead ends nothing.
    n_timed : int
        Rows with a time that were looked at.
    n_known : int
        Those of them that are not after the end.

    Examples
    --------
    >>> known = KnownTimes(until=3_000_000)
    >>> known.add(np.array([1_000_000, 3_000_000, 4_000_000]))
    >>> known.notes()[0][:65]
    '2 of 3 rows are not after 1970-01-01 00:00:03, until when trainin'
    """

    until: int | None = None
    n_timed: int = 0
    n_known: int = 0

    def add(self, times: NDArray[np.int64]) -> None:
        """Count some rows by their times, in microseconds since 1970; NO_TIME where not known."""
        if self.until is None:
            return
        timed = int(np.count_nonzero(times != NO_TIME))
        self.n_timed += timed
        self.n_known += int(np.count_nonzero(times <= self.until)) - (len(times) - timed)

    def notes(self) -> tuple[str, ...]:
        """Return what to say; nothing unless most rows are not after the end."""
        if self.until is None or 2 * self.n_known <= self.n_timed:
            return ()
        end = (EPOCH + timedelta(microseconds=self.until)).replace(tzinfo=None, microsecond=0)
        are = "is" if self.n_known == 1 else "are"
        return (
            f"{self.n_known:,} of {counted(self.n_timed, 'row')} {are} not after {end}, until when training saw "
            "almost all of its rows: those of the same times are counted as what happened before them, what "
            "training saw itself twice, and scores and alerts say little. Score rows that came later.",
        )
