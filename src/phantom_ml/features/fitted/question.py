"""What a fold is asked: the kind of answers, and which rows may learn from which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.features.before import Before

INNER_FOLDS = 3


@dataclass(frozen=True)
class Question:
    """The problem as what is fitted on the target sees it.

    Attributes
    ----------
    kind : ProblemKind
    n_classes : int
        0 for a regression.
    classes : tuple of str
        What the classes are called, in the order of their codes.
    before : Before
        The time and group of all rows.
    delay : int
        Until an answer is known, in the unit of ``before.time``.
    """

    kind: ProblemKind
    n_classes: int
    classes: tuple[str, ...] = ()
    before: Before = field(default_factory=Before)
    delay: int = 0

    def rows(self, where: Rows) -> Question:
        """Return the question about some rows."""
        return replace(self, before=self.before.rows(where))

    @property
    def outputs(self) -> tuple[str, ...]:
        """Return what the columns of a fitted feature are about: nothing for one, else classes."""
        if self.kind is not ProblemKind.MULTICLASS:
            return ("",)
        return tuple(self._called(i) for i in range(self.n_classes))

    def _called(self, i: int) -> str:
        return self.classes[i] if i < len(self.classes) else str(i)

    def one_hot(self, target: NDArray[np.float64] | NDArray[np.int64]) -> NDArray[np.float64]:
        """Return answers as columns: one for two classes and for values, one a class for many."""
        if self.kind is ProblemKind.MULTICLASS:
            return np.eye(self.n_classes)[target.astype(np.int64)]
        return target.astype(np.float64).reshape(-1, 1)

    def inner_parts(self, n_rows: int, seed: int) -> NDArray[np.int64]:
        """Return an inner fold a row; rows of one group never part.

        Examples
        --------
        >>> groups = Before(groups=np.array([4, 4, 9, 9, 1, 1]))
        >>> part = Question(ProblemKind.BINARY, 2, before=groups).inner_parts(6, seed=0)
        >>> bool((part[::2] == part[1::2]).all())
        True
        """
        rng = np.random.default_rng(seed)
        if self.before.groups is None:
            part: NDArray[np.int64] = rng.permutation(n_rows) % INNER_FOLDS
            return part
        known, group = np.unique(self.before.groups, return_inverse=True)
        if len(known) < INNER_FOLDS:
            return rng.permutation(n_rows) % INNER_FOLDS
        return (rng.permutation(len(known)) % INNER_FOLDS)[group]
