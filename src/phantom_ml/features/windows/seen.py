"""When keys were seen first and last, each key once."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from phantom_ml.features.cells.hashing import Hashes
from phantom_ml.features.windows.events import Ints

#: First and last time of a key that was never seen.
NEVER_YET, NEVER = np.iinfo(np.int64).max, np.iinfo(np.int64).min


@dataclass(frozen=True)
class Seen:
    """Keys with their times.

    Attributes
    ----------
    key : uint64 array of shape (n_keys,), ascending, each once
    first, last : int64 arrays of shape (n_keys,)
        Microseconds since 1970.
    """

    key: Hashes
    first: Ints
    last: Ints

    def __len__(self) -> int:
        return len(self.key)

    @classmethod
    def of(cls, key: Hashes, first: Ints, last: Ints) -> Seen:
        """Return each key once, with the earliest first time and the latest last time.

        Examples
        --------
        >>> seen = Seen.of(np.array([7, 3, 7], np.uint64), np.array([5, 1, 2]), np.array([5, 1, 2]))
        >>> seen.key.tolist(), seen.first.tolist(), seen.last.tolist()
        ([3, 7], [1, 2], [1, 5])
        """
        if len(key) == 0:
            return cls(key, first, last)
        order = np.argsort(key, kind="stable")
        key = key[order]
        starts = np.flatnonzero(np.append(True, key[1:] != key[:-1]))
        return cls(
            key[starts],
            np.minimum.reduceat(first[order], starts),
            np.maximum.reduceat(last[order], starts),
        )

    def newest(self, most: int) -> Seen:
        """Return at most ``most`` keys: those seen last."""
        if len(self) <= most:
            return self
        kept = np.sort(np.argsort(self.last, kind="stable")[len(self) - most :])
        return Seen(self.key[kept], self.first[kept], self.last[kept])


def joined_seen(parts: Sequence[Seen]) -> Seen:
    """Return the keys of all parts."""
    if len(parts) == 1:
        return parts[0]
    return Seen.of(
        np.concatenate([p.key for p in parts]),
        np.concatenate([p.first for p in parts]),
        np.concatenate([p.last for p in parts]),
    )


def seen_times(parts: Sequence[Seen], key: Hashes) -> tuple[Ints, Ints]:
    """Return first and last time of each key, shape (n_keys,); NEVER_YET and NEVER where unseen."""
    first, last = np.full(len(key), NEVER_YET), np.full(len(key), NEVER)
    for seen in parts:
        if len(seen) == 0:
            continue
        at = np.minimum(np.searchsorted(seen.key, key), len(seen) - 1)
        hit = np.flatnonzero(seen.key[at] == key)
        first[hit] = np.minimum(first[hit], seen.first[at[hit]])
        last[hit] = np.maximum(last[hit], seen.last[at[hit]])
    return first, last
