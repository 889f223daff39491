"""Rows in the order of time, and how many of each class lie before a place and after it."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows
from phantom_ml.data.splits.plan import Codes
from phantom_ml.data.times.parse import NO_TIME

#: Rows of each class that a part should have, or half of the class where that is less.
FEW = 5


@dataclass(frozen=True)
class Timeline:
    """Rows in the order of time.

    Attributes
    ----------
    rows : int64 array of shape (n_known,)
        Row positions, earliest first.
    time : int64 array of shape (n_known,)
        Their times, ascending.
    classes : int64 array of shape (n_known,)
        Their classes.
    n_classes : int
    n_rows : int
        All, those without a time too.
    """

    rows: Rows
    time: Codes
    classes: Codes
    n_classes: int
    n_rows: int

    @classmethod
    def of(cls, time: Codes, classes: Codes) -> Timeline:
        """Return the rows whose time is known, ordered."""
        known = np.flatnonzero(time != NO_TIME)
        rows = known[np.argsort(time[known], kind="stable")]
        n_classes = int(classes.max(initial=0)) + 1
        return cls(rows, time[rows], classes[rows], n_classes, classes.size)

    def edges(self) -> Codes:
        """Return the places where a later time begins; ties never straddle one."""
        return np.flatnonzero(np.diff(self.time) > 0) + 1

    def counts(self, start: int, end: int) -> Codes:
        """Return the rows of each class between two places."""
        return np.bincount(self.classes[start:end], minlength=self.n_classes)

    @property
    def mostly_unknown(self) -> bool:
        """Return whether more than half of all rows have no time."""
        return self.rows.size < self.n_rows / 2

    @cached_property
    def total(self) -> Codes:
        """Return the rows of each class."""
        return self.counts(0, self.rows.size)

    def all_seen(self) -> int:
        """Return the first place before which every class was seen, a few times where it can be.

        Beyond the last row where a class never is.
        """
        order = np.argsort(self.classes, kind="stable")
        starts = np.cumsum(self.total) - self.total
        if not self.total.all():
            return int(self.rows.size) + 1
        return int(order[starts + self._needed - 1].max()) + 1

    def taught(self, counts: Codes) -> NDArray[np.bool_]:
        """Return whether so many rows of each class, the last axis, are enough to learn from."""
        return np.asarray((counts >= self._needed).all(axis=-1))

    def measurable(self, counts: Codes) -> NDArray[np.bool_]:
        """Return whether so many rows of each class are enough to measure on; of many classes any two."""
        if self.n_classes == 1:
            return np.asarray(counts[..., 0] >= 2)
        needed = np.clip(self.total // 10, 1, FEW)
        return np.asarray((counts >= needed).sum(axis=-1) >= 2)

    @property
    def _needed(self) -> Codes:
        return np.clip(self.total // 2, 1, FEW)
