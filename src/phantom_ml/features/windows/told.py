"""The features of rows, from their state and from each other."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.features.windows.compute import told
from phantom_ml.features.windows.events import Events, Rows
from phantom_ml.features.windows.line import Line
from phantom_ml.features.windows.memory import Memory, events_before
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.state import WindowState

#: Events computed at a time; more only where one entity has more.
CHUNK = 200_000
MAX_THREADS = 4


def window_features(
    plan: WindowPlan,
    frame: pl.DataFrame | Rows,
    state: WindowState,
    others: Sequence[Events] | None = None,
) -> NDArray[np.float32]:
    """Return what the past of each row's entities tells, shape (n_rows, n_features).

    Parameters
    ----------
    plan : WindowPlan
    frame : DataFrame or Rows
        The rows, in any order, with the columns of ``plan.inputs``. Each sees those with an earlier
        time, and none at its own time.
    state : WindowState
        What happened before; it is not changed.
    others : sequence of Events, optional
        The rows of the table that these are from, for each entity of the plan by entity and time. Each row
        sees those with an earlier time, and none of ``frame``.

    Returns
    -------
    float32 array
        NaN where the time or the entity is missing, or nothing can be told.
    """
    rows, at = frame if isinstance(frame, Rows) else Rows(frame, plan), 0
    out = np.full((len(rows.time), len(plan.features)), np.nan, np.float32)
    besides = others or (None,) * len(plan.entities)
    for entity, memory, besides_it in zip(plan.entities, state.memories, besides, strict=True):
        width = len(entity.told)
        if not width:
            continue
        here = out[:, at : at + width]
        events = events_before(rows.events(entity), memory, besides_it)
        _tell(entity, events.ordered(), memory, here, alone=others is not None)
        at += width
    return out


def _tell(
    plan: EntityPlan, events: Events, memory: Memory, out: NDArray[np.float32], *, alone: bool
) -> None:
    def tell(some: slice) -> None:
        line = Line.of(events.take(some), alone=alone)
        block = np.empty((len(line.asked), out.shape[1]), np.float32)
        for i, column in enumerate(told(plan, line, memory)):
            block[:, i] = column
        out[line.asked.row] = block

    if len(events) <= CHUNK:
        deque(map(tell, _chunks(events)), maxlen=0)
        return
    # numpy works outside the interpreter's lock, and no two chunks hold the same rows.
    with ThreadPoolExecutor(min(MAX_THREADS, len(os.sched_getaffinity(0)))) as pool:
        deque(pool.map(tell, _chunks(events)), maxlen=0)


def _chunks(events: Events) -> Iterator[slice]:
    """Yield slices of whole entities with about CHUNK events, more where one entity has more."""
    first, n_events = 0, len(events)
    while first < n_events:
        last = min(first + CHUNK, n_events) - 1
        end = int(np.searchsorted(events.entity, events.entity[last], side="left"))
        if end <= first or last == n_events - 1:
            end = int(np.searchsorted(events.entity, events.entity[last], side="right"))
        yield slice(first, end)
        first = end
