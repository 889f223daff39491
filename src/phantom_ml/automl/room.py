"""What of the machine the trials of a run may use."""

from __future__ import annotations

import os
from dataclasses import dataclass

from phantom_ml.process.memory import process_tree_pss_mb, total_memory_mb

#: Share of the machine's memory that a run may use where the user named no limit.
MEMORY_SHARE = 0.8


@dataclass(frozen=True)
class Room:
    """What of the machine the trials may use: ``slots`` at once, each with its threads and memory."""

    slots: int
    n_threads: int
    memory_mb: int

    @classmethod
    def of(cls, n_threads: int | None, memory_limit_mb: int | None) -> Room:
        """Return one slot a thread; the memory that this process does not use is shared among them."""
        threads = n_threads or len(os.sched_getaffinity(0))
        limit = memory_limit_mb or int(MEMORY_SHARE * total_memory_mb())
        used = process_tree_pss_mb(os.getpid()) if memory_limit_mb else 0.0
        each = max(200, int((limit - used) / threads))
        return cls(threads, 1, each)

    def whole(self) -> Room:
        """Return the same machine as one slot with all threads."""
        return Room(1, self.slots * self.n_threads, self.memory_mb * self.slots)
