"""What the windows of remembered events held: what is usual, to hold a row against."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.windows.compute import told
from phantom_ml.features.windows.events import Events, joined
from phantom_ml.features.windows.line import Line
from phantom_ml.features.windows.memory import Memory, events_before
from phantom_ml.features.windows.plan import EntityPlan, WindowPlan
from phantom_ml.features.windows.state import WindowState

Floats = NDArray[np.float64]
#: Events that are looked at, of each kind of entity.
MOST = 2_000
#: They are of so much of the time that is remembered, its newest part: the past of older ones is cut off.
NEWEST = 1 / 7


def usual_values(plan: WindowPlan, state: WindowState) -> list[Floats]:
    """Return the values of each feature of a plan among the newest events that are remembered.

    Parameters
    ----------
    plan : WindowPlan
    state : WindowState

    Returns
    -------
    list of float64 arrays
        One for each of ``plan.features``, ascending, without what is not known; it may be empty.
    """
    found: list[Floats] = []
    for entity, memory in zip(plan.entities, state.memories, strict=True):
        found += _of_entity(entity, memory)
    return found


def _of_entity(plan: EntityPlan, memory: Memory) -> list[Floats]:
    if not plan.told or not memory.parts:
        return [np.empty(0)] * len(plan.told)
    asked = _newest(memory)
    # An event does not see its own time, so that it is remembered too does not matter.
    line = Line.of(events_before(asked, memory).ordered(), alone=True)
    columns = (np.asarray(column, np.float64) for column in told(plan, line, memory))
    return [np.sort(column[~np.isnan(column)]) for column in columns]


def _newest(memory: Memory) -> Events:
    """Return some of the newest events, drawn at random, as rows of a table."""
    time = memory.times
    start = time.max() - (time.max() - time.min()) * NEWEST
    newest = joined([p.events.take(np.flatnonzero(p.events.time >= start)) for p in memory.parts])
    n = min(len(newest), MOST)
    drawn = np.sort(np.random.default_rng(0).choice(len(newest), n, replace=False))
    return replace(newest.take(drawn), row=np.arange(n))
