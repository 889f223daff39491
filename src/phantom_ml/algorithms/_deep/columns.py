"""A matrix as a network takes it: centred and softly clipped numbers, flags, codes of larger categories.

Source: RealMLP (Holzmüller et al., "Better by Default", 2024, arXiv:2407.04491).
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Matrix
from phantom_ml.parts.arrays import Arrays, Form, require
from phantom_ml.parts.nets.scaling import centre_and_factor, scaled

Floats = NDArray[np.float32]
Ints = NDArray[np.int64]

#: Categories of so few levels are flags; larger ones are embedded.
MAX_ONE_HOT = 9
#: Rows that medians and spreads are read from.
SAMPLE_ROWS = 50_000


class Inputs(NamedTuple):
    """Rows as a network takes them, in numpy or in torch.

    Attributes
    ----------
    numbers : float32 array of shape (n_rows, n_numbers)
    flags : float32 array of shape (n_rows, n_flags)
        1 or 0: missing numbers, and the levels of small categories.
    codes : int64 array of shape (n_rows, n_embedded)
        0 for what is missing, else the level and 1.
    """

    numbers: Any
    flags: Any
    codes: Any


@dataclass(frozen=True)
class NetColumns:
    """How a matrix becomes the inputs of a network.

    Attributes
    ----------
    numeric : int64 array of shape (n_numbers,)
        Positions of the numbers in the matrix.
    centre, factor : float32 arrays of shape (n_numbers,)
    flagged : int64 array
        Which of the numbers have a flag for "missing".
    small, embedded : int64 arrays
        Positions of the categories of either kind.
    small_sizes, embedded_sizes : int64 arrays
        Their levels.
    """

    numeric: Ints
    centre: Floats
    factor: Floats
    flagged: Ints
    small: Ints
    small_sizes: Ints
    embedded: Ints
    embedded_sizes: Ints

    @classmethod
    def fit(cls, matrix: Matrix, max_one_hot: int = MAX_ONE_HOT) -> NetColumns:
        """Return the columns for the rows of ``matrix``; categories of more levels are embedded."""
        numeric = np.array(matrix.numeric, np.int64)
        values = np.take(matrix.values, numeric, axis=1)
        centre, factor = centre_and_factor(values[:: max(1, -(-len(values) // SAMPLE_ROWS))])
        missing = np.isnan(values)
        sizes = {i: matrix.features[i].cardinality for i in matrix.categorical}
        small = [i for i, size in sizes.items() if size <= max_one_hot]
        embedded = [i for i, size in sizes.items() if size > max_one_hot]
        return cls(
            numeric,
            centre,
            factor,
            np.flatnonzero(missing.any(axis=0) & ~missing.all(axis=0)),
            *(np.array(a, np.int64) for a in (small, [sizes[i] for i in small])),
            *(np.array(a, np.int64) for a in (embedded, [sizes[i] for i in embedded])),
        )

    @property
    def n_flags(self) -> int:
        """Return the number of flags."""
        return len(self.flagged) + int(self.small_sizes.sum())

    def inputs(self, matrix: Matrix) -> Inputs:
        """Return the rows of a matrix as a network takes them."""
        values = np.take(matrix.values, self.numeric, axis=1)
        return Inputs(
            scaled(values, self.centre, self.factor),
            self._flags(matrix, values),
            self._codes(matrix),
        )

    def _flags(self, matrix: Matrix, values: Floats) -> Floats:
        missing = np.isnan(values[:, self.flagged]).astype(np.float32)
        levels = [
            (matrix.values[:, [position]] == np.arange(size, dtype=np.float32)).astype(np.float32)
            for position, size in zip(self.small, self.small_sizes, strict=True)
        ]
        return np.concatenate([missing, *levels], axis=1)

    def _codes(self, matrix: Matrix) -> Ints:
        values = np.take(matrix.values, self.embedded, axis=1)
        known = (values >= 0) & (values < self.embedded_sizes)
        return np.where(known, values + 1, 0).astype(np.int64)

    def arrays(self) -> Arrays:
        """Return what ``save_arrays`` takes."""
        return {f"columns.{f.name}": getattr(self, f.name) for f in fields(self)}

    @classmethod
    def of_arrays(cls, arrays: Arrays) -> NetColumns:
        """Return the columns that were saved; raises BundleDamaged where they lead nowhere."""
        found = cls(**{f.name: arrays[f"columns.{f.name}"] for f in fields(cls)})
        n = len(found.numeric)
        require(len(found.centre) == len(found.factor) == n, "a number has no scale")
        finite = np.isfinite(found.centre).all() and np.isfinite(found.factor).all()
        require(bool(finite), "a scale is not finite")
        require(bool(((found.flagged >= 0) & (found.flagged < n)).all()), "a flag has no number")
        for own, sizes in (
            (found.small, found.small_sizes),
            (found.embedded, found.embedded_sizes),
        ):
            same = len(own) == len(sizes) and bool((sizes >= 1).all())
            require(same, "a category has no size")
        require(int(found.small_sizes.max(initial=0)) <= MAX_ONE_HOT, "a category is too large")
        positions = np.sort(np.concatenate([found.numeric, found.small, found.embedded]))
        whole = np.array_equal(positions, np.arange(len(positions)))
        require(whole, "the columns are not each used once")
        return found


_FLOATS = ("centre", "factor")
COLUMNS_FORM: Form = {
    f"columns.{f.name}": (np.float32 if f.name in _FLOATS else np.int64, 1)
    for f in fields(NetColumns)
}
