"""One line of time for many entities: laid end to end, so that one search answers for all.

Silences are shortened to a little more than the longest window, and one such silence parts two entities.
So the difference of two places is exact within a window, and no window reaches into another entity.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phantom_ml.features.windows.events import Events, Ints

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

    Attributes
    ----------
    events : Events
    key : int64 array of shape (n_events,)
        Each event's place on the line.
    is_start, is_moment : bool arrays of shape (n_events,)
        Whether an entity, or another time of an entity, begins here.
    asked : int64 array of shape (n_asked,)
        Positions of the events that are rows of the table.
    head : int64 array of shape (n_asked,)
        For each of them, the first event that happened at the same time: all before it is past.
    start : int64 array of shape (n_asked,)
        For each of them, the first event of the entity.
    """

    events: Events
    key: Ints
    is_start: np.ndarray[tuple[int], np.dtype[np.bool_]]
    is_moment: np.ndarray[tuple[int], np.dtype[np.bool_]]
    asked: Ints
    head: Ints
    start: Ints

    @classmethod
    def of(cls, events: Events) -> Line:
        """Return the line of events that are in order, one at least."""
        step = np.diff(events.time, prepend=events.time[:1])
        is_start = np.ones(len(events), np.bool_)
        np.not_equal(events.entity[1:], events.entity[:-1], out=is_start[1:])
        step[is_start] = SILENCE
        key = np.cumsum(np.minimum(step, SILENCE))
        is_moment = is_start | (step > 0)
        asked = np.flatnonzero(events.row >= 0)
        head, start = last_true(is_moment)[asked], last_true(is_start)[asked]
        return cls(events, key, is_start, is_moment, asked, head, start)

    def since(self, seconds: int) -> Ints:
        """Return for each row the first event of the window before it, shape (n_asked,)."""
        return np.searchsorted(self.key, self.key[self.asked] - seconds * SECOND, side="left")

    def session(self, since: Ints) -> Ints:
        """Return for each row the first event of its session, not before the event ``since``."""
        pause = np.diff(self.key, prepend=self.key[:1]) >= PAUSE * SECOND
        return np.maximum(last_true(self.is_start | pause)[self.head], since)


def last_true(flags: np.ndarray[tuple[int], np.dtype[np.bool_]]) -> Ints:
    """Return for each place the last one up to it that is true, 0 if none is.

    Examples
    --------
    >>> last_true(np.array([True, False, True, False])).tolist()
    [0, 0, 2, 2]
    """
    found: Ints = np.maximum.accumulate(np.where(flags, np.arange(len(flags)), 0))
    return found
