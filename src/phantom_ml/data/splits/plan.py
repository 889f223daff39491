"""Split and SplitPlan: positions of rows, frozen, with the reason for them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows

Codes = NDArray[np.int64]
Scheme = Literal["stratified", "forward", "grouped", "forward_grouped", "given", "halves"]


@dataclass(frozen=True)
class RowTies:
    """What is known about how rows hang together; None: nothing.

    Attributes
    ----------
    time : int64 array of shape (n_rows,) or None
        Nanoseconds; the smallest int64 (NaT) where unknown.
    groups : int64 array of shape (n_rows,) or None
        Rows of one entity share a code; negative where unknown.
    duplicates : int64 array of shape (n_rows,) or None
        Rows that are nearly the same share a code.
    embargo_ns : int
        Nanoseconds before a validation block whose rows are not trained on, at least 0.
    """

    time: Codes | None = None
    groups: Codes | None = None
    duplicates: Codes | None = None
    embargo_ns: int = 0

    def rows(self, chosen: Rows) -> RowTies:
        """Return what is known of some rows."""
        named = {"time": self.time, "groups": self.groups, "duplicates": self.duplicates}
        known = {name: codes[chosen] for name, codes in named.items() if codes is not None}
        return RowTies(**known, embargo_ns=self.embargo_ns)


@dataclass(frozen=True)
class Split:
    """One way to part the rows.

    Attributes
    ----------
    train, valid : int64 arrays
        Row positions, ascending; no row is in both.
    """

    train: Rows
    valid: Rows


@dataclass(frozen=True)
class SplitPlan:
    """All splits of an experiment.

    Attributes
    ----------
    splits : tuple of Split
        At least one; no row is in two valid parts, but for ``halves``, which are measured on the same rows.
    scheme : str
        ``stratified``, ``forward``, ``grouped``, ``forward_grouped``, ``given`` or ``halves``.
    reason : str
        Why these, for a person: one or more sentences.
    """

    splits: tuple[Split, ...]
    scheme: Scheme
    reason: str

    @property
    def held_out(self) -> Rows:
        """Return the rows of all valid parts, ascending."""
        return np.sort(np.concatenate([s.valid for s in self.splits]))

    @property
    def n_splits(self) -> int:
        """Return the number of splits."""
        return len(self.splits)


def splits_of_folds(fold: Codes, n_folds: int) -> tuple[Split, ...]:
    """Return a split for each fold number in ``fold``: valid there, train elsewhere."""
    return tuple(
        Split(np.flatnonzero(fold != k), np.flatnonzero(fold == k)) for k in range(n_folds)
    )


def has_classes(codes: Codes, rows: Rows, n_classes: int) -> bool:
    """Return whether each of the classes 0..n_classes-1 occurs among ``rows``."""
    return bool((np.bincount(codes[rows], minlength=n_classes) > 0).all())
