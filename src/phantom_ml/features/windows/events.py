"""Events as numbers: who, when, and what of it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.schema import ColumnKind
from phantom_ml.data.times.parse import NO_TIME, to_datetime
from phantom_ml.features.base import as_text
from phantom_ml.features.cells.hashing import MISSING, Hashes, hash64, mix64
from phantom_ml.features.parsing.spellings import one_spelling
from phantom_ml.features.windows.plan import EntityPlan, FailureValues, WindowPlan

Ints = NDArray[np.int64]

#: What stands for a missing amount.
NO_AMOUNT = np.iinfo(np.int64).min
#: Greater amounts count as this: so the sum over any window fits 64 bits, and is exact.
MOST = 10**12
#: So few events are ordered here; more by polars, on all cores.
FEW = 4096
#: Outcomes of an event.
UNKNOWN, SUCCESS, FAILURE = -1, 0, 1


@dataclass(frozen=True)
class Events:
    """Events of known entities at known times.

    Attributes
    ----------
    entity : uint64 array of shape (n_events,)
        Hashes of the entities, never 0.
    time : int64 array of shape (n_events,)
        Microseconds since 1970.
    values : uint64 array of shape (n_events, n_distinct)
        Hashes of the values that are counted; 0 where missing.
    amounts : int64 array of shape (n_events, n_sums)
        Whole amounts; NO_AMOUNT where missing.
    outcome : int8 array of shape (n_events,)
        UNKNOWN, SUCCESS or FAILURE.
    row : int64 array of shape (n_events,)
        Where the event stands in the table that is told of; -1: only remembered.
    """

    entity: Hashes
    time: Ints
    values: Hashes
    amounts: Ints
    outcome: NDArray[np.int8]
    row: Ints

    def __len__(self) -> int:
        return len(self.time)

    def take(self, where: Ints | slice) -> Events:
        """Return the events at the positions ``where``, in that order."""
        return Events(
            self.entity[where],
            self.time[where],
            self.values[where],
            self.amounts[where],
            self.outcome[where],
            self.row[where],
        )

    def past(self) -> Events:
        """Return the events in order, as ones that are no longer rows of a table."""
        return replace(self.ordered(), row=np.full(len(self), -1))

    def of_entities(self, entities: Hashes, until: int) -> Events:
        """Return those of events by entity and time that may matter at times up to ``until``.

        ``entities`` are ascending, each once; of one alone, nothing later is returned.
        """
        first = np.searchsorted(self.entity, entities, side="left")
        size = np.searchsorted(self.entity, entities, side="right") - first
        if len(entities) == 1:
            start = int(first[0])
            times = self.time[start : start + int(size[0])]
            return self.take(slice(start, start + int(np.searchsorted(times, until, side="right"))))
        ends = np.cumsum(size)
        return self.take(np.arange(size.sum()) + np.repeat(first - (ends - size), size))

    def ordered(self) -> Events:
        """Return the events by entity, and each entity's by time."""
        if self._in_order():
            return self
        if len(self) <= FEW:
            return self.take(np.lexsort((self.time, self.entity)))
        table = pl.DataFrame({"entity": self.entity, "time": self.time})
        return self.take(table.select(pl.arg_sort_by("entity", "time")).to_series().to_numpy())

    def _in_order(self) -> bool:
        """Return whether they are so already, as those of one entity are whose last event comes last."""
        one, other = self.entity[:-1], self.entity[1:]
        later = (one < other) | ((one == other) & (self.time[:-1] <= self.time[1:]))
        return bool(later.all())


def joined(parts: Sequence[Events]) -> Events:
    """Return the events of all parts, one part after the other."""
    if len(parts) == 1:
        return parts[0]
    return Events(
        np.concatenate([p.entity for p in parts]),
        np.concatenate([p.time for p in parts]),
        np.concatenate([p.values for p in parts]),
        np.concatenate([p.amounts for p in parts]),
        np.concatenate([p.outcome for p in parts]),
        np.concatenate([p.row for p in parts]),
    )


def microseconds(values: pl.Series, form: str | None = None) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the times of a column, and where they are known.

    ``form`` tells how its cells are written, as for ``to_datetime``.

    Examples
    --------
    >>> microseconds(pl.Series(["1970-01-01 00:00:01", None]))
    (array([1000000,       0]), array([ True, False]))
    """
    # A call of polars costs a tenth of a millisecond: a row alone takes the short way. What a Datetime
    # is made of is UTC, whatever its zone.
    is_plain = isinstance(values.dtype, pl.Datetime) and values.dtype.time_unit == "us"
    times = (values if is_plain else to_datetime(values, form)).cast(pl.Int64)
    if not times.has_nulls():
        return times.to_numpy().astype(np.int64), np.ones(len(times), np.bool_)
    return times.fill_null(0).to_numpy().astype(np.int64), times.is_not_null().to_numpy()


class Rows:
    """Rows of a table as numbers; each column is read once, however many entities look at it."""

    def __init__(self, frame: pl.DataFrame, plan: WindowPlan) -> None:
        self.frame, self.kinds = frame, plan.kinds
        self.time, self.known = microseconds(frame[plan.time], plan.time_form)
        self._hashes: dict[str, Hashes] = {}
        self._amounts: dict[str, Ints] = {}
        self._failed: dict[FailureValues, NDArray[np.int8]] = {}

    @property
    def moments(self) -> Ints:
        """Return the time of each row in microseconds since 1970; NO_TIME where it is not known."""
        return self.time if self.known.all() else np.where(self.known, self.time, NO_TIME)

    def hashes(self, column: str) -> Hashes:
        """Return the hash of each cell, the same for all spellings of a value; MISSING where there is none."""
        if column not in self._hashes:
            kind = self.kinds.get(column, ColumnKind.CATEGORY)
            self._hashes[column] = hash64(one_spelling(self.frame[column], kind))
        return self._hashes[column]

    def amounts(self, column: str) -> Ints:
        """Return whole amounts; NO_AMOUNT where there is none."""
        if column not in self._amounts:
            self._amounts[column] = _amounts(self.frame[column])
        return self._amounts[column]

    def outcome(self, told: FailureValues) -> NDArray[np.int8]:
        """Return the outcome that one column tells."""
        if told not in self._failed:
            self._failed[told] = _outcome(self.frame[told.column], told.values)
        return self._failed[told]

    def events(self, plan: EntityPlan) -> Events:
        """Return the events of the rows whose entity and time are known, in the order of the table."""
        entity = self.hashes(plan.columns[0])
        for column in plan.columns[1:]:
            other = self.hashes(column)
            entity = np.where(
                (entity == MISSING) | (other == MISSING), MISSING, mix64(entity, other)
            )
        n_rows = len(entity)
        values = np.empty((n_rows, len(plan.distinct)), np.uint64)
        for i, column in enumerate(plan.distinct):
            values[:, i] = self.hashes(column)
        amounts = np.empty((n_rows, len(plan.sums)), np.int64)
        for i, column in enumerate(plan.sums):
            amounts[:, i] = self.amounts(column)
        # A failure if any column says so.
        outcome = np.full(n_rows, UNKNOWN, np.int8)
        for told in plan.failures:
            np.maximum(outcome, self.outcome(told), out=outcome)
        events = Events(entity, self.time, values, amounts, outcome, np.arange(n_rows))
        kept = self.known & (entity != MISSING)
        return events if kept.all() else events.take(np.flatnonzero(kept))


def _amounts(values: pl.Series) -> Ints:
    numbers = values.cast(pl.Float64, strict=False).to_numpy()
    whole = np.clip(np.rint(numbers), -MOST, MOST)
    missing = np.isnan(whole)
    return np.where(missing, NO_AMOUNT, np.where(missing, 0.0, whole).astype(np.int64))


def _outcome(values: pl.Series, failures: Sequence[str]) -> NDArray[np.int8]:
    failed = outcome_text(values).is_in(list(failures)).cast(pl.Int8)
    return failed.fill_null(UNKNOWN).to_numpy()


def outcome_text(values: pl.Series) -> pl.Series:
    """Return the words of a column that tells the outcome, as plans write them: lower case."""
    return as_text(values).str.strip_chars().str.to_lowercase()
