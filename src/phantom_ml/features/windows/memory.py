"""The past of one kind of entity, in parts: a large one, and ever smaller ones that came later.

A new part is merged with the one before it as soon as it is not much smaller (as in log-structured
merge trees: O'Neil et al., Acta Informatica 1996), so that one event more does not copy a million.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phantom_ml.features.cells.hashing import MISSING, Hashes, mix64
from phantom_ml.features.windows.events import Events, Ints, joined
from phantom_ml.features.windows.line import HORIZON, SECOND
from phantom_ml.features.windows.plan import EntityPlan
from phantom_ml.features.windows.seen import Seen, joined_seen, seen_times

#: Parts as small as this are merged always; others once they are this share of the one before.
SMALL, SHARE = 512, 8

#: So many events of a clock that runs ahead do not make all others old.
STRAYS = 1000


@dataclass(frozen=True)
class Limits:
    """How much is remembered at most; what is oldest goes first."""

    events: int = 2_000_000
    pairs: int = 1_000_000


@dataclass(frozen=True)
class Part:
    """Events in order, with the times of all entities and pairs, of events long dropped too.

    Attributes
    ----------
    events : Events
        By entity and time.
    entities : Seen
    pairs : Seen
        An entity with a value of a column, as one key (see pair_key).
    """

    events: Events
    entities: Seen
    pairs: Seen

    @classmethod
    def of(cls, events: Events) -> Part:
        """Return the part of new events, in any order."""
        events = events.past()
        entities = Seen.of(events.entity, events.time, events.time)
        return cls(events, entities, _pairs(events))

    def merged(self, other: Part) -> Part:
        """Return both as one part."""
        return Part(
            joined([self.events, other.events]).ordered(),
            joined_seen([self.entities, other.entities]),
            joined_seen([self.pairs, other.pairs]),
        )

    def trimmed(self, limits: Limits) -> Part:
        """Return what can still matter, within the limits."""
        time = self.events.time
        kept = np.arange(len(time))
        if len(time) > STRAYS:
            at = len(time) - STRAYS
            kept = np.flatnonzero(time >= np.partition(time, at)[at] - HORIZON * SECOND)
        if len(kept) > limits.events:
            newest = np.argsort(time[kept], kind="stable")[len(kept) - limits.events :]
            kept = np.sort(kept[newest])
        return Part(
            self.events if len(kept) == len(time) else self.events.take(kept),
            self.entities.newest(limits.pairs),
            self.pairs.newest(limits.pairs),
        )


@dataclass(frozen=True)
class Memory:
    """The past of one kind of entity: parts, each older and larger than the next."""

    parts: tuple[Part, ...] = ()

    def after(self, part: Part, limits: Limits) -> Memory:
        """Return this past with one part more."""
        if len(part.events) == 0:
            return self
        parts = list(self.parts)
        while parts and (len(parts[-1].events) <= max(SMALL, SHARE * len(part.events))):
            part = parts.pop().merged(part)
        return Memory((*parts, part.trimmed(limits)))

    def whole(self, plan: EntityPlan, limits: Limits) -> Part:
        """Return all parts as one."""
        whole = Part.of(no_events(plan))
        for part in self.parts:
            whole = whole.merged(part)
        return whole.trimmed(limits)

    @property
    def times(self) -> Ints:
        """Return the times of all events that are remembered, in no order."""
        return np.concatenate([np.empty(0, np.int64), *(part.events.time for part in self.parts)])

    def events_of(self, entities: Hashes, until: int) -> list[Events]:
        """Return what is remembered of entities (ascending, each once) at times up to ``until``, by part."""
        found = [part.events.of_entities(entities, until) for part in self.parts]
        return [events for events in found if len(events)]

    def entity_times(self, entities: Hashes) -> tuple[Ints, Ints]:
        """Return when each entity was seen first and last."""
        return seen_times([p.entities for p in self.parts], entities)

    def pair_first(self, pairs: Hashes) -> Ints:
        """Return when each pair was seen first."""
        return seen_times([p.pairs for p in self.parts], pairs)[0]


def events_before(events: Events, memory: Memory, others: Events | None = None) -> Events:
    """Return what is known of the entities of some events, and behind it the events themselves.

    Parameters
    ----------
    events : Events
    memory : Memory
        What happened before.
    others : Events or None
        What happened besides, by entity and time, whatever its time.
    """
    if not len(events) or (others is None and not memory.parts):
        return events
    entities, until = np.unique(events.entity), int(events.time.max())
    besides = [] if others is None else [others.of_entities(entities, until)]
    return joined([*memory.events_of(entities, until), *besides, events])


def _pairs(events: Events) -> Seen:
    columns = range(events.values.shape[1])
    known = [np.flatnonzero(events.values[:, i] != MISSING) for i in columns]
    key = [pair_key(events, i)[known[i]] for i in columns]
    time = [events.time[known[i]] for i in columns]
    if not key:
        return Seen(np.empty(0, np.uint64), np.empty(0, np.int64), np.empty(0, np.int64))
    times = np.concatenate(time)
    return Seen.of(np.concatenate(key), times, times)


def pair_key(events: Events, column: int) -> Hashes:
    """Return the key of each event's entity with its value of a column, shape (n_events,)."""
    return mix64(events.entity + np.uint64(column), events.values[:, column])


def no_events(plan: EntityPlan) -> Events:
    """Return no events, of the shapes that the plan gives."""
    return Events(
        np.empty(0, np.uint64),
        np.empty(0, np.int64),
        np.empty((0, len(plan.distinct)), np.uint64),
        np.empty((0, len(plan.sums)), np.int64),
        np.empty(0, np.int8),
        np.empty(0, np.int64),
    )
