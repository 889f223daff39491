"""Change points of one series: where one of several views has been away from the usual for so many rows.

The views see one onset at different rows, and a view that falters is away again: an onset is told once. Gaps are
filled by what was known before them, which looks like a series that stands still, and for as long as most of the
past is filled, usual rows look odd: such rows are no evidence.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from phantom_ml.parts.arrays import Arrays, require
from phantom_ml.streams.base import Bools

Ints = NDArray[np.int64]
#: Level and spread.
N_VIEWS = 2
#: Rows within which the views tell of one onset (22 to 37 were measured), and for which a view must have been back
#: before it tells again.
APART = 60
#: Rows that the wider view looks at, the share of them that must be known, and the rows that it learns from.
LOOKED_AT, LEAST_KNOWN, LEARNED = 40, 0.25, 1000
#: Of the rows that are learned from so much of that share must be known.
OF_SHARE = 0.5


@dataclass
class ChangePoints:
    """What is remembered to tell each onset once; of constant size.

    Attributes
    ----------
    lasting_rows : int
        Rows that a view must be away in a row.
    known : bool array of shape (n_kept,)
        Of which of the last rows, 1,000 at most, anything was known.
    runs : int array of shape (2,)
        For how many rows level and spread have been away, negative for how many they have been back.
    is_told : bool array of shape (2,)
        Whether what a view sees was told, and it has not been back for long.
    last : int
        Place of the last change point, counted from the next row.
    """

    lasting_rows: int
    known: Bools
    runs: Ints = field(default_factory=lambda: np.zeros(N_VIEWS, np.int64))
    is_told: Bools = field(default_factory=lambda: np.zeros(N_VIEWS, bool))
    last: int = -APART - 1

    def update(self, is_away: Bools, known: Bools) -> Bools:
        """Return at which of further rows a change point is told, shape (n,).

        Parameters
        ----------
        is_away : bool array of shape (2, n)
        known : bool array of shape (n,)
            False for a row of which nothing is known.
        """
        n = is_away.shape[1]
        found = np.zeros(n, bool)
        if not n:
            return found
        runs = _runs(is_away & self._is_evidence(known), self.runs)
        lasts, is_back = runs == self.lasting_rows, runs == -APART
        # A run comes to so many rows once: these rows are few.
        for i in np.flatnonzero((lasts | is_back).any(axis=0)):
            is_new = bool((lasts[:, i] & ~self.is_told).any())
            if is_new and i - self.last > APART:
                found[i], self.last = True, int(i)
            self.is_told = (self.is_told | lasts[:, i]) & ~is_back[:, i]
        self.runs, self.last = runs[:, -1].copy(), max(self.last - n, -APART - 1)
        return found

    def _is_evidence(self, known: Bools) -> Bools:
        """Return of which rows the views saw enough, and remember which were known."""
        joined = np.concatenate([self.known, known])
        ends = np.arange(len(self.known), len(joined)) + 1
        self.known = joined[-LEARNED:]
        share = _share_known(joined, ends, LOOKED_AT)
        past = _share_known(joined, ends, LEARNED)
        return np.asarray((share >= LEAST_KNOWN) & (past >= OF_SHARE * share))

    def arrays(self) -> Arrays:
        """Return what ``of_arrays`` takes."""
        last = np.array([self.last])
        return {"away": self.runs, "told": self.is_told, "changed": last, "known": self.known}

    @classmethod
    def of_arrays(cls, lasting_rows: int, arrays: Arrays) -> ChangePoints:
        """Return what was saved; raises BundleDamaged. An older file has ``away`` alone, never negative."""
        runs = arrays.get("away", np.empty(0))
        require(runs.dtype == np.int64 and runs.shape == (N_VIEWS,), "'away' is missing")
        known = arrays.get("known", np.ones(LEARNED, bool))
        told = arrays.get("told", runs >= lasting_rows)
        last = arrays.get("changed", np.array([-APART - 1]))
        right = known.dtype == told.dtype == np.bool_ and last.dtype == np.int64
        fits = known.ndim == 1 and len(known) <= LEARNED and told.shape == runs.shape
        require(right and fits and last.shape == (1,), "the change points of a series do not fit")
        return cls(lasting_rows, known, runs.copy(), told.copy(), int(last[0]))


def _runs(is_away: Bools, before: Ints) -> Ints:
    """Return for how many rows each view has been away in a row, negative for how many back."""
    rows = np.arange(1, is_away.shape[1] + 1)
    was_away = np.concatenate([before[:, None] > 0, is_away[:, :-1]], axis=1)
    began = np.maximum.accumulate(np.where(is_away != was_away, rows, 0), axis=1)
    length = rows - began + np.where(began == 0, np.abs(before)[:, None], 1)
    return np.asarray(np.where(is_away, length, -length))


def _share_known(known: Bools, ends: Ints, n_rows: int) -> NDArray[np.float64]:
    """Return the share of known rows among the last ones up to each end."""
    total = np.concatenate([[0], np.cumsum(known)])
    starts = np.maximum(ends - n_rows, 0)
    return np.asarray((total[ends] - total[starts]) / (ends - starts))
