"""What a detector of a stream promises: it is its settings, and two functions that know the past alone.

A detector is one file with one class of bounded settings, derived from StreamSettings and filed by
``@stream_detectors.add(name)``. It says what it learns of the last rows (``learned``) and how odd the newest
rows are by that (``raw``). When it learns is decided here, by the number of rows seen and nothing else: between
two such rows its model stands still, so that a chunk is scored at once, and the scores of a stream do not depend
on how it was cut into chunks.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import ClassVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config.bounds import BoundedSettings, Setting
from phantom_ml.errors import DataError
from phantom_ml.parts.arrays import Arrays, require
from phantom_ml.process.deadline import Deadline
from phantom_ml.registry import Registry

Floats = NDArray[np.float64]
Bools = NDArray[np.bool_]
#: Greater sizes, the infinite ones too, are taken for this one: their squares can still be added up.
LARGEST = 1e100
#: Columns of a series, at most.
MAX_COLUMNS = 1_000


@dataclass(frozen=True)
class StreamContext:
    """All that a fit needs to know beside the values.

    Attributes
    ----------
    seed : int
    deadline : Deadline
        A detector that trains in rounds stops here and keeps what it has.
    """

    seed: int = 0
    deadline: Deadline = field(default_factory=Deadline.never)


class StreamSettings(BoundedSettings, ABC):
    """The settings of one detector; the class is the family, an instance one choice.

    Class attributes
    ----------------
    name : the registered name.
    form : name of an array of its model -> number of dimensions; all are float64.
    quick : small settings for checks.
    """

    name: ClassVar[str]
    form: ClassVar[dict[str, int]]
    quick: ClassVar[Mapping[str, Setting]] = {}

    window: int = Field(1000, ge=8, le=100_000, description="Rows that it remembers.")
    every: int = Field(64, ge=1, le=100_000, description="Rows after which it learns anew.")

    @abstractmethod
    def learned(self, past: Floats, model: Arrays, n_seen: int) -> Arrays:
        """Return the model for the rows to come.

        Parameters
        ----------
        past : array of shape (n_kept, n_columns)
            The last rows, at least 1 and at most ``window``, finite.
        model : mapping
            What was learned before; empty the first time. It is not changed.
        n_seen : int
            Rows of the series so far.
        """

    @abstractmethod
    def raw(self, rows: Floats, n_new: int, model: Arrays) -> Floats:
        """Return how odd the last ``n_new`` of ``rows`` are, shape (n_new,), finite, higher is odder.

        Each is scored by itself and the rows before it; at least one row lies before all new ones.
        """

    def fit(self, values: Floats, context: StreamContext | None = None) -> StreamState:
        """Return the state of a series after its opening part, shape (n, k), NaN where missing, n at least 1.

        Raises
        ------
        DataError
            There is no row or no column, or there are more than 1,000 columns.
        """
        values = checked(values)
        if not len(values):
            raise DataError("The series has no row.", "Give the first row at least.")
        whole, last = filled(values, np.zeros(values.shape[1]))
        past = whole[-self.window :]
        return StreamState(self, past, last, len(whole), self.learned(past, {}, len(whole)))


@dataclass
class StreamState:
    """What a detector knows of one series; of constant size.

    Attributes
    ----------
    settings : StreamSettings
    past : array of shape (n_kept, n_columns)
        The last rows, their gaps filled.
    last : array of shape (n_columns,)
        The last known value of each column.
    n_seen : int
    model : mapping of name to array
    """

    settings: StreamSettings
    past: Floats
    last: Floats
    n_seen: int
    model: Arrays

    def update(self, values: Floats) -> Floats:
        """Return the raw scores of further rows, shape (n, k), any number of them; raises DataError.

        A missing cell is taken for the last known value of its column.
        """
        values = checked(values, self.past.shape[1])
        whole, self.last = filled(values, self.last)
        found, start = np.empty(len(whole)), 0
        while start < len(whole):
            stop = min(len(whole), start + next_multiple(self.n_seen, self.settings.every))
            found[start:stop] = self._scored(whole[start:stop])
            start = stop
        return found

    def _scored(self, rows: Floats) -> Floats:
        joined = np.concatenate([self.past, rows])
        found = self.settings.raw(joined, len(rows), self.model)
        self.past = joined[-self.settings.window :]
        due = next_multiple(self.n_seen, self.settings.every)
        self.n_seen += len(rows)
        if len(rows) == due:
            self.model = self.settings.learned(self.past, self.model, self.n_seen)
        return found

    def rescored(self) -> Floats:
        """Return scores of the rows that are remembered by what is known now, shape (n_kept - 1,)."""
        n = len(self.past) - 1
        return self.settings.raw(self.past, n, self.model) if n else np.empty(0)

    def arrays(self) -> Arrays:
        """Return what ``of_arrays`` takes."""
        told = {"past": self.past, "last": self.last, "n_seen": np.array([self.n_seen])}
        return {**told, **{f"model.{name}": array for name, array in self.model.items()}}

    @classmethod
    def of_arrays(cls, settings: StreamSettings, arrays: Arrays) -> StreamState:
        """Return the state that was saved; raises BundleDamaged."""
        form = {"past": 2, "last": 1, **{f"model.{n}": d for n, d in settings.form.items()}}
        for name, n_dimensions in form.items():
            array = arrays.get(name)
            require(array is not None and array.ndim == n_dimensions, f"{name!r} is missing")
            require(array is not None and array.dtype == np.float64, f"{name!r} is of another type")
            require(bool(np.isfinite(arrays[name]).all()), f"{name!r} is not finite")
        past, last, n_seen = arrays["past"], arrays["last"], arrays.get("n_seen", np.empty(0))
        fits = 0 < len(past) <= settings.window and last.shape == past.shape[1:]
        require(fits and n_seen.shape == (1,), "the sizes of a state do not fit")
        require(int(n_seen[0]) >= len(past), "a state remembers more rows than it saw")
        model = {name: arrays[f"model.{name}"] for name in settings.form}
        found = cls(settings, past, last, int(n_seen[0]), model)
        try:
            found.rescored()
        except (ValueError, IndexError):
            require(False, "a model does not fit its rows")
        return found


def next_multiple(n: int, every: int) -> int:
    """Return how many rows after the n-th a detector learns again: at powers of two, then each ``every``.

    Examples
    --------
    >>> [next_multiple(n, 16) for n in (1, 2, 5, 15, 16, 40)]
    [1, 2, 3, 1, 16, 8]
    """
    if n < every:
        return min(1 << int(n).bit_length(), every) - n
    return every - n % every


def checked(values: Floats, n_columns: int | None = None) -> Floats:
    """Return values as float64 of shape (n, k), too large ones cut; raises DataError."""
    try:
        values = np.asarray(values, np.float64)
    except (TypeError, ValueError):
        raise DataError("A series holds something else than numbers.", "Give numbers.") from None
    if values.ndim != 2 or not 0 < values.shape[1] <= MAX_COLUMNS:
        raise DataError(
            f"The values of a series have the shape {values.shape}.",
            f"Give one row a point and from 1 to {MAX_COLUMNS:,} columns.",
        )
    if n_columns is not None and values.shape[1] != n_columns:
        raise DataError(
            f"A row has {values.shape[1]} columns; the series has {n_columns}.",
            "Give the columns that the series began with.",
        )
    return np.clip(values, -LARGEST, LARGEST)


def filled(values: Floats, last: Floats) -> tuple[Floats, Floats]:
    """Return values with each gap filled by what was known before it, and the last values known."""
    known = ~np.isnan(values)
    if known.all():
        return values, values[-1].copy() if len(values) else last
    place = np.where(known, np.arange(1, len(values) + 1)[:, None], 0)
    whole = np.concatenate([last[None], values])
    whole = np.take_along_axis(whole, np.maximum.accumulate(place, axis=0), axis=0)
    return whole, whole[-1].copy()


stream_detectors: Registry[type[StreamSettings]] = Registry(
    "stream detector", "phantom_ml.streams.detectors"
)
