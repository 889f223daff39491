"""Rows that are nearly copies of one another, with one answer: a score of them is of few cases, or of memory."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.contingency import Codes, Contingency
from phantom_ml.data.leaks.warning import LeakWarning
from phantom_ml.data.target.column import Target
from phantom_ml.wording import counted

Split = tuple[NDArray[np.int64], NDArray[np.int64]]

#: Share of a class's held-out rows, copies of learned rows beyond chance, from which a person has to hear of it.
DIVIDED = 0.2
#: Fewer different rows of a class than this are so few cases that a figure of it tells little.
FEW_CASES = 20
#: Rows of a class to a different one, from which its rows seem to be more cases than they are.
ROWS_A_CASE = 2.0
INSTEAD = "name the column that tells their campaign as group_columns, or drop copies"


@dataclass(frozen=True)
class _Copies:
    """Rows by what they are a copy of.

    Attributes
    ----------
    cluster : int64 array of shape (n_rows,)
        Rows that are nearly the same share a code.
    label : int64 array of shape (n_rows,)
        The class; 0 for all values.
    named : tuple of str
        What rows of each class are called.
    alike : bool array of shape (n_rows,)
        Whether a row has copies, and they have its answer.
    chance : float array of shape (n_rows,)
        How likely its copies, if it has any, share its answer by chance.
    """

    cluster: Codes
    label: Codes
    named: tuple[str, ...]
    alike: NDArray[np.bool_]
    chance: NDArray[np.float64]

    @classmethod
    def of(cls, hashes: NDArray[np.uint64], target: Target) -> _Copies:
        cluster = np.unique(hashes, return_inverse=True)[1].astype(np.int64)
        answers = np.unique(target.values, return_inverse=True)[1].astype(np.int64)
        counts = Contingency.of(cluster, answers)
        alike, size = counts.agreeing(), counts.sizes[cluster]
        chance = (counts.of_label() / answers.size)[counts.cell] ** (size - 1.0)
        if target.kind.is_classification:
            named = tuple(f"rows of {name!r}" for name in target.classes)
            return cls(cluster, target.values.astype(np.int64), named, alike, chance)
        return cls(cluster, np.zeros_like(cluster), ("rows",), alike, chance)


def copied_rows(
    hashes: NDArray[np.uint64], target: Target, splits: Sequence[Split], *, forward: bool = False
) -> list[LeakWarning]:
    """Return the warnings for classes whose held-out rows are copies of learned ones, or of few different rows.

    Parameters
    ----------
    hashes : uint64 array of shape (n_rows,)
        Rows that are nearly the same share one.
    target : Target
    splits : sequence of (train, valid), each int64 arrays of row positions
        Not empty.
    forward : bool
        Whether what is measured came later: then copies come again as they will, and are no news.
    """
    copies = _Copies.of(hashes, target)
    found = [] if forward else _divided(copies, splits)
    return found + (_few(copies) if target.kind.is_classification else [])


def _divided(copies: _Copies, splits: Sequence[Split]) -> list[LeakWarning]:
    """Return the warnings for classes that copies of learned rows, of the same answer, are much of."""
    n_labels, n_clusters = len(copies.named), int(copies.cluster.max()) + 1
    known, held = (np.zeros(copies.cluster.size, dtype=bool) for _ in range(2))
    for train, valid in splits:
        learned = np.zeros(n_clusters, dtype=bool)
        learned[copies.cluster[train]] = True
        known[valid], held[valid] = learned[copies.cluster[valid]], True
    # Where answers are by chance some copies have the same one: that teaches nothing.
    beyond = np.bincount(copies.label, known * (copies.alike - copies.chance), n_labels)
    n_held = np.bincount(copies.label[held], minlength=n_labels)
    repeated = known & copies.alike
    return [
        _told_divided(
            copies.cluster[repeated & (copies.label == i)], int(n_held[i]), copies.named[i]
        )
        for i in np.flatnonzero(beyond > DIVIDED * n_held)
    ]


def _told_divided(repeated: Codes, held: int, named: str) -> LeakWarning:
    different = counted(np.unique(repeated).size, "different one")
    return LeakWarning(
        check="divided_copies",
        severity="high",
        value=repeated.size / held,
        sentence=f"{repeated.size:,} of the {held:,} held-out {named} are nearly copies of rows that were learned "
        f"from, of {different}: what is told holds for further copies of them, not for rows unlike them. If new "
        f"ones will be unlike them, {INSTEAD}.",
    )


def _few(copies: _Copies) -> list[LeakWarning]:
    """Return the warnings for classes of few cases: copies of one answer are one, other rows one each."""
    pairs = np.unique(copies.cluster[copies.alike] * len(copies.named) + copies.label[copies.alike])
    n_labels = len(copies.named)
    cases = np.bincount(pairs % n_labels, minlength=n_labels)
    cases += np.bincount(copies.label[~copies.alike], minlength=n_labels)
    rows = np.bincount(copies.label, minlength=n_labels)
    few = (cases < FEW_CASES) & (rows > np.maximum(ROWS_A_CASE * cases, FEW_CASES))
    return [
        LeakWarning(
            check="few_cases",
            severity="high",
            value=float(cases[label] / rows[label]),
            sentence=f"The {rows[label]:,} {copies.named[label]} are nearly copies of "
            f"{counted(int(cases[label]), 'different one')}: what is told of them rests on so few cases, and its "
            "ranges, which count rows, are too narrow.",
        )
        for label in np.flatnonzero(few)
    ]
