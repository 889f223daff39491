"""Categories cut down to their most frequent levels, for learners that take only so many."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Arrays, Form, require


@dataclass(frozen=True)
class TopLevels:
    """Categories first, their frequent levels numbered and the others missing; then numbers.

    Attributes
    ----------
    order : int64 array of shape (n_features,)
        Positions of the categories, then of the numbers.
    start : int64 array of shape (n_categorical + 1,)
        Where each category's part of ``level`` begins; a part has a place a code and one for
        missing.
    level : float64 array
        Code to number of the level, NaN for rare and missing ones.
    """

    order: NDArray[np.int64]
    start: NDArray[np.int64]
    level: NDArray[np.float64]

    @classmethod
    def fit(cls, matrix: Matrix, limit: int) -> TopLevels:
        """Return the numbering that keeps the ``limit`` most frequent levels of each category."""
        start, parts = [0], [np.empty(0)]
        for position in matrix.categorical:
            size = matrix.features[position].cardinality
            parts.append(_numbered(matrix.values[:, position], size, limit))
            start.append(start[-1] + size + 1)
        order = np.array(matrix.categorical + matrix.numeric, np.int64)
        return cls(order, np.array(start, np.int64), np.concatenate(parts))

    @property
    def n_categorical(self) -> int:
        """Return the number of categories; they are the first columns."""
        return len(self.start) - 1

    def apply(self, values: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the columns in their new order, C-contiguous, shape (n_rows, n_features)."""
        found = values[:, self.order].astype(np.float64)
        n = self.n_categorical
        if n:
            sizes = np.diff(self.start) - 1
            cells = found[:, :n]
            codes = np.where((cells >= 0) & (cells < sizes), cells, sizes).astype(np.int64)
            found[:, :n] = self.level[codes + self.start[:-1]]
        return np.ascontiguousarray(found)

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {"levels.order": self.order, "levels.start": self.start, "levels.level": self.level}

    @classmethod
    def of_arrays(cls, arrays: Arrays, limit: int) -> TopLevels:
        """Return the numbering that was saved; raises BundleDamaged where it leads nowhere."""
        order, start, level = (arrays[f"levels.{n}"] for n in ("order", "start", "level"))
        require(np.array_equal(np.sort(order), np.arange(len(order))), "the order is none")
        rising = len(start) > 0 and start[0] == 0 and bool((np.diff(start) >= 1).all())
        require(rising and start[-1] == len(level), "the categories' parts have impossible sizes")
        require(len(start) - 1 <= len(order), "there are more categories than features")
        known = level[~np.isnan(level)]
        whole = bool(((known >= 0) & (known < limit) & (known == np.floor(known))).all())
        require(whole, "a level has an impossible number")
        return cls(order, start, level)


LEVELS_FORM: Form = {
    "levels.order": (np.int64, 1),
    "levels.start": (np.int64, 1),
    "levels.level": (np.float64, 1),
}


def _numbered(cells: NDArray[np.float32], size: int, limit: int) -> NDArray[np.float64]:
    codes = cells[(cells >= 0) & (cells < size)].astype(np.int64)
    count = np.bincount(codes, minlength=size)
    frequent = np.argsort(-count, kind="stable")[:limit]
    kept = np.sort(frequent[count[frequent] > 0])
    level = np.full(size + 1, np.nan)
    level[kept] = np.arange(len(kept))
    return level
