"""A state as one file: arrays in the safetensors format, the plan as JSON in its header."""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError
from safetensors.numpy import load, save

from phantom_ml.errors import BundleDamaged
from phantom_ml.features.windows.events import FAILURE, UNKNOWN, Events
from phantom_ml.features.windows.memory import Memory, Part
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.seen import Seen
from phantom_ml.features.windows.state import WindowState
from phantom_ml.parts.arrays import damaged, digest
from phantom_ml.parts.saved import require_version

FILE, HEADER = "windows.safetensors", "windows"
#: A plan is a few hundred bytes; nobody needs more than this.
MAX_HEADER = 16_000_000

#: What reading raises for bytes that ``save_state`` cannot have written.
MALFORMED = (OSError, SafetensorError, LookupError, RecursionError, TypeError, ValueError)

Arrays = Mapping[str, NDArray[Any]]


def save_state(state: WindowState, folder: Path) -> None:
    """Write ``state`` into ``folder`` (made if absent): all of it, or nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    arrays: dict[str, NDArray[Any]] = {}
    for i, (plan, memory) in enumerate(zip(state.plan.entities, state.memories, strict=True)):
        arrays |= {f"{i}.{name}": a for name, a in _arrays(memory.whole(plan, state.share)).items()}
    told = {
        "version": WindowPlan.version,
        "plan": state.plan.model_dump(mode="json"),
        "sha256": digest(arrays),
    }
    # One entry: the order of several is by chance, and equal states are equal files.
    _write(folder / FILE, save(arrays, {HEADER: json.dumps(told, sort_keys=True)}))


def load_state(folder: Path) -> WindowState:
    """Return what ``save_state`` wrote into a folder of its own.

    Raises
    ------
    BundleDamaged
        The file is missing, or not as it was written.
    BundleVersion
        It was written by another version of these features.
    """
    try:
        return _read(folder)
    except MALFORMED as error:
        raise BundleDamaged(
            f"The window state in {str(folder)!r} cannot be read ({type(error).__name__}).",
            "Name the folder that an earlier run kept it in, or a new one to begin with.",
        ) from None


def load_model_state(folder: Path) -> WindowState:
    """Return what ``save_state`` wrote into a folder of a model; raises as ``load_state``."""
    try:
        return _read(folder)
    except MALFORMED as error:
        damaged(f"{FILE} cannot be read ({type(error).__name__})")


def _read(folder: Path) -> WindowState:
    """Return the state in ``folder``; raises BundleVersion, and one of ``MALFORMED``."""
    raw = (folder / FILE).read_bytes()
    told = _header(raw)
    require_version(told["version"], WindowPlan.version, "window features")
    plan = WindowPlan.model_validate(told["plan"])
    arrays = load(raw)
    if digest(arrays) != told["sha256"]:
        raise ValueError("sha256")
    parts = [_part(e, arrays, f"{i}.") for i, e in enumerate(plan.entities)]
    memories = tuple(Memory((part,) if len(part.entities) else ()) for part in parts)
    return WindowState(plan, memories)


def _header(raw: bytes) -> dict[str, Any]:
    size = int.from_bytes(raw[:8], "little")
    if size > min(MAX_HEADER, len(raw)):
        raise ValueError(size)
    told: dict[str, Any] = json.loads(json.loads(raw[8 : 8 + size])["__metadata__"][HEADER])
    return told


def _arrays(part: Part) -> dict[str, NDArray[Any]]:
    events = part.events
    return {
        "entity": events.entity,
        "time": events.time,
        "values": np.ascontiguousarray(events.values),
        "amounts": np.ascontiguousarray(events.amounts),
        "outcome": events.outcome,
        **{f"entities.{k}": v for k, v in vars(part.entities).items()},
        **{f"pairs.{k}": v for k, v in vars(part.pairs).items()},
    }


def _part(plan: EntityPlan, arrays: Arrays, prefix: str) -> Part:
    """Return the part of saved arrays; raises ValueError unless they are what a state has."""

    def get(name: str, dtype: type, *shape: int) -> NDArray[Any]:
        found = arrays[prefix + name]
        if found.dtype != dtype or found.ndim != len(shape) + 1 or found.shape[1:] != shape:
            raise ValueError(name)
        return found

    def seen(name: str) -> Seen:
        times = (get(f"{name}.{t}", np.int64) for t in ("first", "last"))
        return Seen(get(f"{name}.key", np.uint64), *times)

    events = Events(
        get("entity", np.uint64),
        get("time", np.int64),
        get("values", np.uint64, len(plan.distinct)),
        get("amounts", np.int64, len(plan.sums)),
        get("outcome", np.int8),
        np.full(len(arrays[prefix + "time"]), -1),
    )
    part = Part(events, seen("entities"), seen("pairs"))
    if not _sound(part):
        raise ValueError(prefix)
    return part


def _sound(part: Part) -> bool:
    """Return whether lengths agree and everything is in order: searches rely on it."""
    events = part.events
    columns = (events.entity, events.values, events.amounts, events.outcome)
    if any(len(c) != len(events) for c in columns):
        return False
    entity, time = events.entity, events.time
    later = (entity[1:] > entity[:-1]) | ((entity[1:] == entity[:-1]) & (time[1:] >= time[:-1]))
    told = bool(np.all((events.outcome >= UNKNOWN) & (events.outcome <= FAILURE)))
    return bool(later.all()) and told and all(map(_sound_seen, (part.entities, part.pairs)))


def _sound_seen(seen: Seen) -> bool:
    if not len(seen.key) == len(seen.first) == len(seen.last):
        return False
    return bool(np.all(seen.key[1:] > seen.key[:-1]) and np.all(seen.first <= seen.last))


def _write(path: Path, raw: bytes) -> None:
    descriptor, draft = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(raw)
            file.flush()
            os.fsync(file.fileno())
        Path(draft).replace(path)
    except BaseException:
        Path(draft).unlink(missing_ok=True)
        raise
