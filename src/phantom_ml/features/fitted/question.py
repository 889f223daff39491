"""What a fold is asked: the kind of answers, and which rows may learn from which."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.features.before import Before


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
