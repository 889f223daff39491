"""What of the machine the trials of a run may use."""

from __future__ import annotations

import math
import os
from dataclasses import dataclass

from phantom_ml.errors import BadSetting
from phantom_ml.process.memory import (
    anonymous_mb,
    file_pages_mb,
    total_memory_mb,
    tree_anonymous_mb,
)

#: Share of the machine's memory that a run may use where the user named no limit.
MEMORY_SHARE = 0.8
#: What a trial may take then at the least.
LEAST_MB = 200
#: Under a limit, measured on tables of 4,000 to 34,000 rows: what this process grows by until a table is encoded,
#: and by MiB of the table beside; what it grows by from there on.
GROWTH_MB, GROWTH_OF_TABLE, LATE_GROWTH_MB = 120, 20, 20
#: What the server that starts its children holds beside the pages of files; what a trial of a small table adds.
SERVER_MB, LEAST_TRIAL_MB = 132, 80
#: The pages of libraries that all processes together map, each counted once.
FILES_MB = 150
#: What the server holds beside where it imports torch, its libraries among it, and what it holds for forecasts.
TORCH_MB, FORECASTS_MB = 170, 200
#: Of the least limit that is told: no two runs hold quite the same.
MARGIN_MB = 10
#: Under a limit, a second trial runs beside the first where each may add so much: networks and forests do.
COMFORTABLE_MB = 200


@dataclass(frozen=True)
class Room:
    """What of the machine the trials may use: ``slots`` at once, each with its threads and memory."""

    slots: int
    n_threads: int
    memory_mb: int

    @classmethod
    def of(
        cls,
        n_threads: int | None,
        memory_limit_mb: int | None,
        growth_mb: int = GROWTH_MB,
        server_mb: int = SERVER_MB,
    ) -> Room:
        """Return one slot a thread, or fewer where a limit leaves no memory for so many.

        Parameters
        ----------
        n_threads : int, optional
            None: all that the process may use.
        memory_limit_mb : int, optional
            MiB of all processes together, this one among them.
        growth_mb : int
            MiB that are kept for what this process has still to do.
        server_mb : int
            MiB that the server of children holds at the least once it has imported what it is to.

        Raises
        ------
        BadSetting
            The limit leaves no memory for a single trial.
        """
        threads = n_threads or len(os.sched_getaffinity(0))
        if memory_limit_mb is None:
            each = max(LEAST_MB, int(MEMORY_SHARE * total_memory_mb() / threads))
            return cls(threads, 1, each)
        # Counted so that it is the same whatever else the machine runs: PSS would fall where others map the same
        # libraries, and a limit that was enough would be too little later.
        own = anonymous_mb(os.getpid())
        server = max(server_mb, tree_anonymous_mb(os.getpid()) - own)
        own += max(FILES_MB, file_pages_mb(os.getpid()))
        left = int(memory_limit_mb - own - growth_mb - server)
        if left < LEAST_TRIAL_MB:
            least = memory_limit_mb - left + LEAST_TRIAL_MB
            raise _too_little(memory_limit_mb, own, least)
        slots = max(1, min(threads, left // COMFORTABLE_MB))
        # A trial is charged its share of what the server and all trials have in common.
        return cls(slots, threads // slots, int(left / slots + server / (slots + 1)))

    def whole(self) -> Room:
        """Return the same machine as one slot with all threads."""
        return Room(1, self.slots * self.n_threads, self.memory_mb * self.slots)


def growth_of(table_mb: float) -> int:
    """Return the MiB that this process grows by until a table of so many MiB is encoded.

    Examples
    --------
    >>> growth_of(0.1), growth_of(2.0)
    (122, 160)
    """
    return int(GROWTH_MB + GROWTH_OF_TABLE * table_mb)


def _too_little(limit: int, own: float, least: int) -> BadSetting:
    told = math.ceil((least + MARGIN_MB) / 10) * 10
    return BadSetting(
        f"config.memory_limit_mb is {limit}, of which this process and its libraries hold {own:.0f} MB: that "
        "leaves too little for a trial in a process of its own.",
        f"Give at least {told}, or a smaller table, or leave memory_limit_mb out.",
    )
