"""Suppression: of the alerts of one entity, the first within a window is shown; those after it are repeats.

Which alerts are shown is a chain from each to the first that lies a window later. All chains are followed
at once by pointer jumping (Wyllie, "The Complexity of Parallel Computations", 1979).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray
from pydantic import Field

from phantom_ml.config import AutoMLConfig, Settings
from phantom_ml.data.target.column import require_columns
from phantom_ml.data.times.parse import NO_TIME
from phantom_ml.data.times.stray import days_of, strays_of
from phantom_ml.errors import BadSetting
from phantom_ml.features.cells.entity import row_hashes
from phantom_ml.features.cells.hashing import MISSING, Hashes
from phantom_ml.features.windows.events import microseconds
from phantom_ml.model.align import refuse_junk
from phantom_ml.model.last_shown import LastShown

Ints = NDArray[np.int64]
Flags = NDArray[np.bool_]
HOUR_US = 3_600_000_000
DAY_US = 24 * HOUR_US


class Suppression(Settings):
    """How often one entity may alert.

    Attributes
    ----------
    columns : tuple of str
        Rows that agree in all of them are of one entity.
    time_column : str
    hours : float
        An alert less than so long after the last shown one of its entity is a repeat.
    time_form : str or None
        How the times of training are written; None: decided by those that are given.
    """

    columns: tuple[str, ...] = Field(min_length=1)
    time_column: str
    hours: float = Field(gt=0)
    time_form: str | None = None

    @classmethod
    def asked(cls, config: AutoMLConfig, columns: Sequence[str]) -> Suppression | None:
        """Return what a configuration asks for; None where it asks for nothing.

        Raises
        ------
        BadSetting
            There is no time column, or the target would tell entities apart.
        ColumnMissing
        """
        by, time = config.task_settings.suppress_by, config.time_column
        if not by:
            return None
        require_columns(columns, by)
        if time is None:
            raise BadSetting(
                f"Repeated alerts are to be suppressed by {', '.join(by)}, but no time_column is named.",
                "Name the time column, or leave suppress_by out.",
            )
        if config.target_column in by:
            raise BadSetting(
                f"The target {config.target_column!r} is in suppress_by, and rows to score have none.",
                "Name columns that are known when a row is scored: a host, a rule's technique.",
            )
        return cls(columns=by, time_column=time, hours=config.task_settings.suppress_hours)

    @property
    def inputs(self) -> list[str]:
        """Return the raw columns that are read."""
        return list(dict.fromkeys([*self.columns, self.time_column]))

    @property
    def window(self) -> int:
        """Return the window in microseconds."""
        return max(1, round(self.hours * HOUR_US))

    @property
    def text(self) -> str:
        """Return the rule in words."""
        return f"1 alert per {' + '.join(self.columns)} in {self.hours:g} h"

    def repeats(
        self, frame: pl.DataFrame, alert: Flags, last: LastShown
    ) -> tuple[Flags, LastShown]:
        """Return which rows are alerts that need not be shown, and when each entity was shown last.

        Parameters
        ----------
        frame : DataFrame
            Rows in any order; what counts is their time, and of equal times their position.
        alert : bool array of shape (n_rows,)
        last : LastShown
            Of rows before these. An alert that comes late, less than a window before the last shown
            one of its entity, is a repeat of it.

        Raises
        ------
        ColumnMissing
            A column of the entity or the time is not there.
        TypeUnsafe
            The time column of many alerts holds values, and none of them is a time.
        """
        placed = self.placed(frame, np.flatnonzero(alert))
        shown = ~last.covers(placed.entity, placed.time, self.window)
        free = np.flatnonzero(shown)
        shown[free] = firsts(placed.entity[free], placed.time[free], self.window)
        repeated = np.zeros(frame.height, np.bool_)
        repeated[placed.row[~shown]] = True
        return repeated, last.after(placed.entity[shown], placed.time[shown])

    def placed(self, frame: pl.DataFrame, rows: Ints) -> Placed:
        """Return some rows by entity and time; those whose entity or time is unknown are left out."""
        require_columns(frame.columns, self.inputs)
        some = frame.select(self.inputs)[rows]
        entity = row_hashes(some, self.columns)
        time, known = self._times(some[self.time_column])
        kept = np.flatnonzero(known & (entity != MISSING))
        kept = kept[np.lexsort((time[kept], entity[kept]))]
        return Placed(rows[kept], entity[kept], time[kept])

    def days(self, frame: pl.DataFrame) -> float | None:
        """Return the days that rows span but stray ones; None where no time is known, or all are the same."""
        time, known = self._times(frame[self.time_column])
        times = np.where(known, time, NO_TIME)
        stray = strays_of(frame[self.time_column], times, DAY_US)
        return days_of(times[~stray], DAY_US)

    def _times(self, values: pl.Series) -> tuple[Ints, Flags]:
        time, known = microseconds(values, self.time_form)
        if not known.any():
            told = f"Column {values.name!r} is to tell when alerts were, and no cell is a time"
            refuse_junk(values, told)
        return time, known


@dataclass(frozen=True)
class Placed:
    """Rows by entity, then time, then position.

    Attributes
    ----------
    row : int64 array of shape (n,)
    entity : uint64 array of shape (n,)
    time : int64 array of shape (n,)
        Microseconds since 1970.
    """

    row: Ints
    entity: Hashes
    time: Ints


def firsts(entity: Hashes, time: Ints, window: int) -> Flags:
    """Return which alerts are shown, given that nothing was shown before.

    Parameters
    ----------
    entity : uint64 array of shape (n,), ascending
    time : int64 array of shape (n,), ascending within an entity
    window : int

    Examples
    --------
    >>> entity = np.array([1, 1, 1, 1, 2], np.uint64)
    >>> firsts(entity, np.array([0, 9, 10, 19, 3]), 10).tolist()
    [True, False, True, False, True]
    """
    n = len(entity)
    jump = _first_later(entity, time, window)
    # One place more stands for the end of every chain.
    shown = np.ones(n + 1, np.bool_)
    shown[1:n] = entity[1:] != entity[:-1]
    while not shown[ahead := jump[shown]].all():
        shown[ahead] = True
        jump = jump[jump]
    return shown[:n]


def _first_later(entity: Hashes, time: Ints, window: int) -> Ints:
    """Return for each alert the first of its entity a window later; n for none, and for the end itself."""
    n = len(entity)
    moments, rank = np.unique(time, return_inverse=True)
    later = np.searchsorted(moments, time + window)
    code = np.unique(entity, return_inverse=True)[1] * (len(moments) + 1)
    found = np.searchsorted(code + rank, code + later)
    same = np.append(code, -1)[found] == code
    return np.append(np.where(same, found, n), n)
