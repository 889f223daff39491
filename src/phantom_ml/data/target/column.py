"""The target: its answers, as codes or numbers, the rows that have one, and the column that holds them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.target.positive import ClassName
from phantom_ml.errors import ColumnMissing, HeaderWrong, TargetMissing


@dataclass(frozen=True)
class Target:
    """The answers of a table.

    Attributes
    ----------
    name : str
        The column.
    kind : ProblemKind
    classes : tuple of str, int, float or bool
        What the codes mean, in their order; the second of two is the positive one. Empty
        for regression.
    values : array of shape (n_known,)
        int64 class codes 0..k-1, or float64 values, all finite.
    keep : int64 array of shape (n_known,)
        Positions of the rows with a usable answer, ascending; ``values[i]`` belongs to row
        ``keep[i]``.
    warnings : tuple of str
        What was decided or left out, one sentence each.
    """

    name: str
    kind: ProblemKind
    classes: tuple[ClassName, ...]
    values: NDArray[np.int64] | NDArray[np.float64]
    keep: NDArray[np.int64]
    warnings: tuple[str, ...] = ()

    @property
    def n_rows(self) -> int:
        """Return how many rows have a usable answer."""
        return int(self.keep.size)

    @property
    def class_counts(self) -> NDArray[np.int64]:
        """Return the rows of each class, shape (n_classes,); empty for regression."""
        if not self.classes:
            return np.zeros(0, dtype=np.int64)
        return np.bincount(self.values.astype(np.int64), minlength=len(self.classes))

    def rows(self, chosen: NDArray[np.int64]) -> Target:
        """Return the answers of some rows, by their positions among those with an answer."""
        return replace(self, values=self.values[chosen], keep=self.keep[chosen])


def require_columns(columns: Sequence[str], names: Sequence[str]) -> None:
    """Raise ColumnMissing, with the nearest column, where a name is not among ``columns``."""
    missing = [name for name in names if name not in columns]
    if missing:
        raise ColumnMissing(missing, columns)


def require_target(columns: Sequence[str], name: str, repeated: Sequence[str] = ()) -> None:
    """Return if there is one column of the target's name.

    Parameters
    ----------
    columns : sequence of str
    name : str
    repeated : sequence of str
        Names that more than one column bore when they were read.

    Raises
    ------
    TargetMissing
        There is none; the message tells the nearest.
    HeaderWrong
        There was more than one.
    """
    if name not in columns:
        raise TargetMissing([name], columns)
    refuse_repeated(name, repeated)


def refuse_repeated(name: str, repeated: Sequence[str]) -> None:
    """Raise HeaderWrong where more than one column bore the target's name when they were read."""
    if name in repeated:
        raise HeaderWrong(
            f"More than one column is called {name!r}, and it is the target: which is meant?",
            "Give each column a name of its own, or leave all but one out.",
        )
