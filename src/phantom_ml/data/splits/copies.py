"""Rows that are nearly copies of one another: which of them stay in one fold, and which are dealt like others.

What a model that has seen a row knows of its copies depends on their answers. Copies of one answer are a
template, a campaign: with one of them learned from, the others tell nothing about rows that are not of it. Copies
whose answers are as mixed as the table's, such as rows that are blank, give nothing away.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.contingency import Contingency
from phantom_ml.data.splits.plan import Codes, Split
from phantom_ml.wording import counted

#: The share of a fold's rows of a class that copies of one row may be where nothing is lost by dividing them.
MOST_OF_FOLD = 0.25
#: Copies that are more than this share of a class cannot be held out: too little would be left to learn from.
MOST_OF_CLASS = 0.5
#: What is said of copies that are not kept together.
ALIKE = "nearly copies of one another"
LIKE_OTHERS = "with answers as mixed as all, were dealt like other rows."
TOO_MANY = (
    "with one answer, were too many for one part: they were divided, so what is measured holds for further "
    "copies of them, not for rows unlike them."
)


@dataclass(frozen=True)
class Units:
    """Rows as they are dealt to folds.

    Attributes
    ----------
    codes : int64 array of shape (n_rows,)
        Codes 0..n_units-1; rows of one unit go to one fold.
    n_folds : int
        At least 2; fewer than were wanted where a class has fewer units.
    n_kept, n_mixed, n_divided : int
        Rows that are nearly copies of another and stay beside it; that are dealt like other rows because their
        answers are mixed; and that are, though of one answer, because they are too many.
    """

    codes: Codes
    n_folds: int
    n_kept: int
    n_mixed: int
    n_divided: int

    def told(self) -> str:
        """Return sentences on the copies, each after a space; nothing where there are none."""
        kept = counted(self.n_kept, "row that is nearly a copy", "rows that are nearly copies")
        stay = "stays" if self.n_kept == 1 else "stay"
        told = f" {kept} of another {stay} beside it." if self.n_kept else ""
        if self.n_mixed:
            told += f" {self.n_mixed:,} rows that are {ALIKE}, {LIKE_OTHERS}"
        if self.n_divided:
            told += f" {self.n_divided:,} rows that are {ALIKE}, {TOO_MANY}"
        return told


def units_of(
    classes: Codes, duplicates: Codes, n_folds: int, needed: Codes | None = None, *, fewer: bool
) -> Units:
    """Return the units in which rows are dealt to folds.

    Parameters
    ----------
    classes : int64 array of shape (n_rows,)
        Codes of answers 0..k-1: classes, or bins of values.
    duplicates : int64 array of shape (n_rows,)
        Rows with one code are nearly copies of one another. They are a unit, unless they are a lot of a fold and
        their answers are mixed as all are, or more than a fold can have.
    n_folds : int
        At least 2.
    needed : int64 array of shape (n_rows,), optional
        Codes 0..m-1 of what must be learned in every fold; the classes where left out.
    fewer : bool
        Whether fewer folds are taken where a class has too few units for all.

    Examples
    --------
    >>> codes, rows = np.array([0, 0, 1, 1, 1, 1]), np.array([0, 1, 2, 2, 3, 3])
    >>> units = units_of(codes, rows, 2, fewer=True)
    >>> units.codes.tolist(), units.n_kept
    ([0, 1, 2, 2, 3, 3], 4)
    """
    cluster = np.unique(duplicates, return_inverse=True)[1].astype(np.int64)
    needed = classes if needed is None else needed
    cells, several = Contingency.of(cluster, needed), np.bincount(cluster) > 1
    large = cells.any(cells.rows > np.maximum(MOST_OF_FOLD * cells.of_label() / n_folds, 2.0))
    mixed = several & large & Contingency.of(cluster, classes).mixed()
    whole = several & cells.any(cells.rows > MOST_OF_CLASS * cells.of_label())
    dealt = _folds(cells, mixed | whole, n_folds) if fewer else n_folds
    divided = (whole | (several & (cells.sizes > classes.size / dealt))) & ~mixed
    loose = (mixed | divided)[cluster]
    apart = np.where(loose, cells.sizes.size + np.arange(classes.size), cluster)
    return Units(
        np.unique(apart, return_inverse=True)[1].astype(np.int64),
        dealt,
        *(int(cells.sizes[c].sum()) for c in (several & ~mixed & ~divided, mixed, divided)),
    )


def largest_share(labels: Codes, units: Codes, split: Split) -> float:
    """Return the largest share that copies of one row are of a class in the valid part, no less than a quarter."""
    if not split.valid.size:
        return 1.0
    cells = Contingency.of(units[split.valid], labels[split.valid])
    shares = cells.rows / cells.of_label()
    return float(np.max(shares[cells.rows > 1], initial=MOST_OF_FOLD))


def _folds(cells: Contingency, loose: NDArray[np.bool_], n_folds: int) -> int:
    """Return how many folds can each have a unit of every class that has a row for each."""
    units = np.where(loose[cells.cluster], cells.rows, 1)
    of_label = np.bincount(cells.label, weights=units, minlength=cells.n_labels)
    enough = np.bincount(cells.label, weights=cells.rows, minlength=cells.n_labels) >= n_folds
    return max(2, int(min([n_folds, *of_label[enough].tolist()])))
