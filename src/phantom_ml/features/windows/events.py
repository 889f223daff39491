"""Events as numbers: who, when, and what of it is counted."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times import to_datetime
from phantom_ml.features.base import as_text
from phantom_ml.features.cells.hashing import MISSING, Hashes, hash64, mix64
from phantom_ml.features.windows.plan import EntityPlan

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

    def ordered(self) -> Events:
        """Return the events by entity, and each entity's by time."""
        if len(self) <= FEW:
            return self.take(np.lexsort((self.time, self.entity)))
        table = pl.DataFrame({"entity": self.entity, "time": self.time})
        return self.take(table.select(pl.arg_sort_by("entity", "time")).to_series().to_numpy())


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


def microseconds(values: pl.Series) -> tuple[Ints, NDArray[np.bool_]]:
    """Return the times of a column, and where they are known.

    Examples
    --------
    >>> microseconds(pl.Series(["1970-01-01 00:00:01", None]))
    (array([1000000,       0]), array([ True, False]))
    """
    # A call of polars costs a tenth of a millisecond: a row alone takes the short way.
    times = (values if values.dtype == pl.Datetime("us") else to_datetime(values)).cast(pl.Int64)
    if not times.has_nulls():
        return times.to_numpy().astype(np.int64), np.ones(len(times), np.bool_)
    return times.fill_null(0).to_numpy().astype(np.int64), times.is_not_null().to_numpy()


def coded(plan: EntityPlan, frame: pl.DataFrame, time: Ints, known: NDArray[np.bool_]) -> Events:
    """Return the events of the rows whose entity and time are known, in the order of the table."""
    entity = hash64(as_text(frame[plan.columns[0]]))
    for column in plan.columns[1:]:
        other = hash64(as_text(frame[column]))
        entity = np.where((entity == MISSING) | (other == MISSING), MISSING, mix64(entity, other))
    n_rows = len(entity)
    values = np.empty((n_rows, len(plan.distinct)), np.uint64)
    for i, column in enumerate(plan.distinct):
        values[:, i] = hash64(as_text(frame[column]))
    amounts = np.empty((n_rows, len(plan.sums)), np.int64)
    for i, column in enumerate(plan.sums):
        amounts[:, i] = _amounts(frame[column])
    events = Events(entity, time, values, amounts, _outcome(plan, frame), np.arange(n_rows))
    kept = known & (entity != MISSING)
    return events if kept.all() else events.take(np.flatnonzero(kept))


def _amounts(values: pl.Series) -> Ints:
    numbers = values.cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    whole = np.clip(np.rint(numbers), -MOST, MOST)
    missing = np.isnan(whole)
    return np.where(missing, NO_AMOUNT, np.where(missing, 0.0, whole).astype(np.int64))


def _outcome(plan: EntityPlan, frame: pl.DataFrame) -> NDArray[np.int8]:
    """Return the outcome of each row: a failure if any column says so."""
    outcome = np.full(frame.height, UNKNOWN, np.int8)
    for told in plan.failures:
        text = outcome_text(frame[told.column])
        failed = text.is_in(list(told.values)).cast(pl.Int8).fill_null(UNKNOWN)
        np.maximum(outcome, failed.to_numpy(), out=outcome)
    return outcome


def outcome_text(values: pl.Series) -> pl.Series:
    """Return the words of a column that tells the outcome, as plans write them: lower case."""
    return as_text(values).str.strip_chars().str.to_lowercase()
