"""Rows without an answer: nothing is learned from them, and what came before the others they still are.

A count over the rows with answers alone tells of a past that is thinner than the one that is counted at scoring,
where every row counts: a model would learn rates and rarities that it never meets again.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.matrix import Rows
from phantom_ml.features.base import ColumnEncoder
from phantom_ml.features.before import Before
from phantom_ml.features.remembered import write
from phantom_ml.features.tables.base import TableEncoder

#: What encoders do that count no rows.
UNCOUNTED = (ColumnEncoder.training, TableEncoder.training)


@dataclass(frozen=True)
class Unlabelled:
    """Rows whose answer is not known, or was not known in time, beside those of a problem.

    Attributes
    ----------
    frame : DataFrame
        One row at least, the columns of the problem's rows.
    before : Before
        Their times and groups, in the codes of the problem's rows.
    n_validation : int
        Rows at the end that stand beside those given for validation.
    """

    frame: pl.DataFrame
    before: Before
    n_validation: int = 0

    def rows(self, where: Rows) -> Unlabelled | None:
        """Return some of them, by their positions, ascending; None where there is none."""
        if not len(where):
            return None
        first = self.frame.height - self.n_validation
        n_validation = int((where >= first).sum())
        return Unlabelled(self.frame[where], self.before.rows(where), n_validation)

    @property
    def of_training(self) -> Unlabelled | None:
        """Return those beside rows that are learned from; None where there is none."""
        if not self.n_validation:
            return self
        return self.rows(np.arange(self.frame.height - self.n_validation))

    @property
    def of_validation(self) -> Unlabelled | None:
        """Return those beside rows given for validation; None where there is none."""
        n_rows = self.frame.height
        return self.rows(np.arange(n_rows - self.n_validation, n_rows))

    def below(self, frame: pl.DataFrame) -> pl.DataFrame:
        """Return rows of the problem with these below them."""
        return pl.concat([frame, self.frame.select(frame.columns)])

    def among(self, before: Before) -> Before:
        """Return which rows count for which, of rows of the problem with these below them."""
        return Before(
            _below(before.time, self.before.time), _below(before.groups, self.before.groups)
        )

    def joined(self, more: Unlabelled | None) -> Unlabelled:
        """Return these with others below them; none of them beside rows given for validation."""
        if more is None:
            return self
        return replace(self, frame=more.below(self.frame), before=more.among(self.before))


def _below(
    own: NDArray[np.int64] | None, more: NDArray[np.int64] | None
) -> NDArray[np.int64] | None:
    return None if own is None or more is None else np.concatenate([own, more])


def write_counted(
    part: ColumnEncoder | TableEncoder,
    frame: pl.DataFrame,
    before: Before,
    unlabelled: Unlabelled,
    out: NDArray[np.float32],
) -> None:
    """Write the features that one encoder makes of the rows it was fitted on, rows without an answer counted.

    Parameters
    ----------
    part : ColumnEncoder or TableEncoder
        Fitted on ``frame`` and ``unlabelled`` together.
    frame : DataFrame
    before : Before
        Of the rows of ``frame`` with those of ``unlabelled`` below them.
    unlabelled : Unlabelled
    out : float32 array of shape (n_rows of frame, n_features)
    """
    if type(part).training in UNCOUNTED:
        write(part, frame, None, out)
        return
    columns = [part.column] if isinstance(part, ColumnEncoder) else list(dict.fromkeys(part.inputs))
    whole = unlabelled.below(frame.select(columns))
    values = np.empty((whole.height, out.shape[1]), np.float32)
    write(part, whole, before, values)
    out[:] = values[: len(out)]
