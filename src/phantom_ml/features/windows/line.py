"""One line of time for many entities: laid end to end, so that one search answers for all.

Silences are shortened to a little more than the longest window, and one such silence parts two entities.
So the difference of two places is exact within a window, and no window reaches into another entity.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phantom_ml.features.windows.events import Events, Ints

Flags = NDArray[np.bool_]
#: Microseconds in a second.
SECOND = 1_000_000
#: No feature looks back further than this many seconds, novelty aside: a state can be kept.
HORIZON = 604_800
#: The length of a shortened silence.
SILENCE = HORIZON * SECOND + 1
#: A pause of this many seconds ends a session.
PAUSE = 1800


@dataclass(frozen=True)
class Line:
    """Events by entity and time, and what the rows that are asked for can see of them.

    A row that is asked for need not be an event of the line: then no other row sees it.

    Attributes
    ----------
    events : Events
        All that can be seen, n_events.
    key : int64 array of shape (n_events,)
        Each event's place on the line.
    is_start, is_moment : bool arrays of shape (n_events,)
        Whether an entity, or another time of an entity, begins here.
    asked : Events
        The rows of the table, n_asked, by entity and time.
    asked_key : int64 array of shape (n_asked,)
        Their places on the line.
    head : int64 array of shape (n_asked,)
        For each of them, how many events lie before its moment: all of them are past.
    start : int64 array of shape (n_asked,)
        For each of them, how many events lie before its entity.
    """

    events: Events
    key: Ints
    is_start: Flags
    is_moment: Flags
    asked: Events
    asked_key: Ints
    head: Ints
    start: Ints

    @classmethod
    def of(cls, events: Events, *, alone: bool = False) -> Line:
        """Return the line of events that are in order, one at least; ``alone``: no row sees another."""
        is_start, is_moment, key = _places(events)
        asked = np.flatnonzero(events.row >= 0)
        head, start = last_true(is_moment)[asked], last_true(is_start)[asked]
        rows, asked_key = events.take(asked), key[asked]
        if alone:
            is_seen = events.row < 0
            n_seen: Ints = np.cumsum(is_seen) - is_seen
            head, start = n_seen[head], n_seen[start]
            seen = np.flatnonzero(is_seen)
            events, key = events.take(seen), key[seen]
            is_start, is_moment, _ = _places(events)
        return cls(events, key, is_start, is_moment, rows, asked_key, head, start)

    @cached_property
    def has_past(self) -> Flags:
        """Return which rows see an event of their entity, shape (n_asked,)."""
        return self.head > self.start

    def time_at(self, places: Ints) -> Ints:
        """Return when events happened; any time where there is no event at a place."""
        return self._times[places]

    @cached_property
    def _times(self) -> Ints:
        return np.append(self.events.time, 0)

    def since(self, seconds: int) -> Ints:
        """Return for each row the first event of the window before it, shape (n_asked,)."""
        return np.searchsorted(self.key, self.asked_key - seconds * SECOND, side="left")

    def session(self, since: Ints) -> Ints:
        """Return for each row the first event of its session, not before the event ``since``.

        A row that begins one has no event in it: its ``head`` is returned.
        """
        pause = np.diff(self.key, prepend=self.key[:1]) >= PAUSE * SECOND
        begun = np.append(last_true(self.is_start | pause), 0)[self.head - 1]
        silence = self.asked_key - np.append(self.key, 0)[self.head - 1]
        goes_on = self.has_past & (silence < PAUSE * SECOND)
        return np.maximum(np.where(goes_on, begun, self.head), since)


def _places(events: Events) -> tuple[Flags, Flags, Ints]:
    """Return where an entity, and where another time of one, begins, and the place of each event."""
    step = np.diff(events.time, prepend=events.time[:1])
    is_start = np.ones(len(events), np.bool_)
    np.not_equal(events.entity[1:], events.entity[:-1], out=is_start[1:])
    step[is_start] = SILENCE
    return is_start, is_start | (step > 0), np.cumsum(np.minimum(step, SILENCE))


def last_true(flags: Flags) -> Ints:
    """Return for each place the last one up to it that is true, 0 if none is.

    Examples
    --------
    >>> last_true(np.array([True, False, True, False])).tolist()
    [0, 0, 2, 2]
    """
    found: Ints = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), 0))
    return found
