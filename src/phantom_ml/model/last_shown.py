"""When the last shown alert of each entity was: what a stream carries on to tell repeats."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from safetensors.numpy import save

from phantom_ml.errors import BadSetting, BundleDamaged
from phantom_ml.features.cells.hashing import Hashes
from phantom_ml.model.durable import write_atomically
from phantom_ml.parts.arrays import FILE, Form, load_arrays, require

Ints = NDArray[np.int64]
#: Of more entities than this the longest silent are forgotten: 16 bytes each.
MAX_ENTITIES = 1_000_000
#: The folder within that of a stream.
FOLDER = "shown"
FORM: Form = {"entity": (np.uint64, 1), "time": (np.int64, 1)}


@dataclass(frozen=True)
class LastShown:
    """Entities whose alerts were shown, as hashes: no name can be read.

    Attributes
    ----------
    entity : uint64 array of shape (n_entities,), ascending
    time : int64 array of shape (n_entities,)
        Of the last shown alert, in microseconds since 1970.
    """

    entity: Hashes
    time: Ints

    @classmethod
    def nothing(cls) -> LastShown:
        """Return the state before any alert."""
        return cls(np.empty(0, np.uint64), np.empty(0, np.int64))

    def covers(self, entity: Hashes, time: Ints, window: int) -> NDArray[np.bool_]:
        """Return which alerts lie less than a window from the last shown one of their entity."""
        if len(self.entity) == 0:
            return np.zeros(len(entity), np.bool_)
        place = np.minimum(np.searchsorted(self.entity, entity), len(self.entity) - 1)
        known = self.entity[place] == entity
        return np.asarray(known & (np.abs(time - self.time[place]) < window))

    def after(self, entity: Hashes, time: Ints) -> LastShown:
        """Return the state once more alerts were shown, in any order."""
        if len(entity) == 0:
            return self
        both = np.concatenate([self.entity, entity]), np.concatenate([self.time, time])
        order = np.lexsort((both[1], both[0]))
        names, times = both[0][order], both[1][order]
        is_last = np.append(names[1:] != names[:-1], True)
        names, times = names[is_last], times[is_last]
        newest = np.sort(np.argsort(times, kind="stable")[-MAX_ENTITIES:])
        return LastShown(names[newest], times[newest])

    def save(self, folder: Path, columns: Sequence[str]) -> None:
        """Write the state into a stream's folder, all of it or nothing; raises DiskFull, StoreUnusable."""
        place = folder / FOLDER
        place.mkdir(parents=True, exist_ok=True)
        told = {"facts": json.dumps({"columns": list(columns)})}
        write_atomically(place / FILE, save({"entity": self.entity, "time": self.time}, told))

    @classmethod
    def load(cls, folder: Path, columns: Sequence[str]) -> LastShown:
        """Return what a stream's folder holds; nothing where no alert was kept in it.

        Raises
        ------
        BadSetting
            It tells entities apart by other columns.
        BundleDamaged
        """
        place = folder / FOLDER
        if not (place / FILE).exists():
            return cls.nothing()
        try:
            arrays, facts = load_arrays(place, FORM)
            entity, time = arrays["entity"], arrays["time"]
            in_order = bool(np.all(entity[1:] > entity[:-1]))
            require(len(entity) == len(time) and in_order, "its entities are not in order")
        except BundleDamaged:
            raise BundleDamaged(
                f"What was shown before cannot be read from {str(place)!r}.",
                "Name the folder that an earlier run kept it in, or a new one to begin with.",
            ) from None
        if facts.get("columns") != list(columns):
            raise BadSetting(
                f"The state in {str(folder)!r} suppresses by other columns than {', '.join(columns)}.",
                "Name a new folder for this model.",
            )
        return cls(entity, time)
