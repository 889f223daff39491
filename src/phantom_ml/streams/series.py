"""One series: what its detectors say of each row becomes a score, an alert and a change point.

Detectors of events are averaged in nats: each finds what the others miss, and what all find stands out. A
state is told apart from an event: as long as the mean of the last rows is away from its usual place the rows
are anomalous, which makes no new alert; where level or spread stay away, a change point is told once an onset.
Everything is of constant size, and no row is judged by one that comes after it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from phantom_ml.parts.arrays import Arrays, require
from phantom_ml.streams.base import (
    Bools,
    Floats,
    StreamContext,
    StreamState,
    checked,
    filled,
    stream_detectors,
)
from phantom_ml.streams.change_points import LEARNED, ChangePoints
from phantom_ml.streams.settings import StreamConfig
from phantom_ml.streams.tail import Tail

#: Rows of a series at which the scores so far are replaced by those that a better model gives the same rows.
ANEW = (32, 64, 128, 256, 512)
#: Before so many rows nothing is odd: there is nothing to compare with.
LEAST_ROWS = ANEW[0]
#: While an event is recent, only one of so many times its height is something new.
ESCALATED = 2.0
#: What tells that a series is in another state than before.
LEVEL, SPREAD = "LevelShift", "SpreadShift"


@dataclass(frozen=True)
class Verdict:
    """What is said of rows.

    Attributes
    ----------
    surprise : mapping of detector to array of shape (n,)
        In nats.
    event : array of shape (n,)
        The mean over the detectors of events.
    score : array of shape (n,)
        From 0 to 1; from 0.5 on a row is anomalous.
    alert, change_point : bool arrays of shape (n,)
    """

    surprise: dict[str, Floats]
    event: Floats
    score: Floats
    alert: Bools
    change_point: Bools


@dataclass
class Series:
    """What is known of one series.

    Attributes
    ----------
    config : StreamConfig
    states, tails : mapping of detector to state and tail
    recent : array of shape (n_recent, 2)
        The last events beyond the line, less those that a later one was as high as: place, counted from the next
        row, and height. At most ``quiet_rows`` of them.
    changes : ChangePoints
    last : array of shape (n_columns,)
        The last known values.
    n_seen : int
    """

    config: StreamConfig
    states: dict[str, StreamState]
    tails: dict[str, Tail]
    recent: Floats
    changes: ChangePoints
    last: Floats
    n_seen: int

    @classmethod
    def begin(cls, config: StreamConfig, opening: Floats, seed: int = 0) -> Series:
        """Return a series after its opening part, shape (n, k), n at least 1; raises DataError."""
        opening = checked(opening)
        whole, last = filled(opening, np.zeros(opening.shape[1]))
        context = StreamContext(seed)
        names = dict.fromkeys((*config.detectors, LEVEL, SPREAD))
        states = {name: stream_detectors.get(name)().fit(whole, context) for name in names}
        tails = {name: Tail(config.line) for name in names}
        n = len(opening)
        changes = ChangePoints(config.lasting_rows, _is_known(opening)[-LEARNED:])
        found = cls(config, states, tails, np.empty((0, 2)), changes, last, n)
        if n >= LEAST_ROWS:
            found._compare_anew()
        return found

    def update(self, values: Floats) -> Verdict:
        """Return the verdict on further rows, shape (n, k), NaN where missing; raises DataError.

        A row of which nothing is known is not anomalous.
        """
        values = checked(values, len(self.last))
        whole, self.last = filled(values, self.last)
        found: dict[str, list[Floats]] = {name: [] for name in self.states}
        start = 0
        while start < len(whole):
            ahead = [n - self.n_seen for n in ANEW if n > self.n_seen]
            part = whole[start : start + ahead[0]] if ahead else whole[start:]
            for name, state in self.states.items():
                found[name].append(self._surprise(name, state.update(part)))
            self.n_seen += len(part)
            start += len(part)
            if self.n_seen in ANEW:
                self._compare_anew()
        surprise = {n: np.concatenate(parts or [np.empty(0)]) for n, parts in found.items()}
        return self._verdict(surprise, _is_known(values))

    def _surprise(self, name: str, raw: Floats) -> Floats:
        return self.tails[name].update(raw) if self.n_seen >= LEAST_ROWS else np.zeros(len(raw))

    def _compare_anew(self) -> None:
        for name, state in self.states.items():
            self.tails[name].begin(state.rescored(), self.n_seen)

    def _verdict(self, surprise: dict[str, Floats], known: Bools) -> Verdict:
        line, members = self.config.line, self.config.detectors
        event = np.where(known, np.mean([surprise[name] for name in members], axis=0), 0.0)
        level = np.where(known, np.minimum(surprise[LEVEL], line), 0.0)
        odd = np.maximum(event, level)
        is_away = np.stack([surprise[name] >= line for name in (LEVEL, SPREAD)])
        changed = self.changes.update(is_away, known)
        return Verdict(surprise, event, odd / (odd + line), self._alerts(event), changed)

    def _alerts(self, event: Floats) -> Bools:
        """Return where something new began: an event of more than half the height was not among the last rows."""
        found, recent = np.zeros(len(event), bool), self.recent
        # Rows beyond the line are few, and each decides about the next.
        for i in np.flatnonzero(event >= self.config.line):
            recent = recent[recent[:, 0] >= i - self.config.quiet_rows]
            found[i] = event[i] >= ESCALATED * recent[:, 1].max(initial=0.0)
            recent = np.concatenate([recent[recent[:, 1] > event[i]], [[i, event[i]]]])
        self.recent = recent - [len(event), 0.0]
        return found

    def arrays(self) -> Arrays:
        """Return what ``of_arrays`` takes."""
        told = {"quiet": self.recent, "last": self.last, "n_seen": np.array([self.n_seen])}
        parts: Arrays = {**told, **self.changes.arrays()}
        for name in self.states:
            for kind, part in (("state", self.states[name]), ("tail", self.tails[name])):
                parts |= {f"{name}/{kind}/{n}": a for n, a in part.arrays().items()}
        return parts

    @classmethod
    def of_arrays(cls, config: StreamConfig, arrays: Arrays) -> Series:
        """Return the series that was saved; raises BundleDamaged."""
        form = {"last": np.float64, "n_seen": np.int64}
        for name, kind in form.items():
            right = name in arrays and arrays[name].ndim == 1 and arrays[name].dtype == kind
            require(right, f"{name!r} of a series is missing")
        recent, last = _recent_of(arrays), arrays["last"].copy()
        changes = ChangePoints.of_arrays(config.lasting_rows, arrays)
        fits = len(arrays["n_seen"]) == 1 and bool(np.isfinite(last).all())
        require(fits, "the sizes of a series do not fit")
        states, tails = {}, {}
        for name in dict.fromkeys((*config.detectors, LEVEL, SPREAD)):
            settings = stream_detectors.get(name)()
            states[name] = StreamState.of_arrays(settings, below(arrays, f"{name}/state/"))
            tails[name] = Tail.of_arrays(config.line, below(arrays, f"{name}/tail/"))
            require(states[name].last.shape == last.shape, "detectors know other columns")
        return cls(config, states, tails, recent, changes, last, int(arrays["n_seen"][0]))


def _is_known(values: Floats) -> Bools:
    """Return of which rows anything is known."""
    return np.asarray((~np.isnan(values)).any(axis=1))


def _recent_of(arrays: Arrays) -> Floats:
    """Return the events that are recent; raises BundleDamaged."""
    recent = arrays.get("quiet", np.empty(0))
    if recent.shape == (2,):
        # An older file: rows since the last alert, and the highest event from it on.
        recent = recent[None] * [-1.0, 1.0]
    fits = recent.ndim == 2 and recent.shape[1] == 2 and recent.dtype == np.float64
    require(fits and bool(np.isfinite(recent).all()), "the events of a series do not fit")
    return recent


def below(arrays: Arrays, prefix: str) -> Arrays:
    """Return the arrays whose names begin so, without that beginning."""
    return {n.removeprefix(prefix): a for n, a in arrays.items() if n.startswith(prefix)}
