"""Features that need the target: fitted inside each fold, and out of fold for the rows they are fitted on.

A fold's training rows get values from inner folds, so that no row sees its own label; its validation rows,
and every row that is scored later, get the values of the fit on all training rows of that fold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Feature, Matrix, Rows, Samples
from phantom_ml.features.text_score import TextScore

INNER_FOLDS = 3
SideValues = NDArray[np.float32]


@dataclass(frozen=True)
class FoldFitted:
    """What was fitted on one fold's training rows; turns a matrix into a wider one.

    Attributes
    ----------
    text_score : TextScore or None
        The linear score of the hashed text, None where the table has no text.
    """

    text_score: TextScore | None = None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return what the added columns mean."""
        return () if self.text_score is None else self.text_score.features

    def transform(self, matrix: Matrix) -> SideValues:
        """Return the added columns, shape (n_rows, n_added)."""
        if self.text_score is None:
            return np.empty((matrix.n_rows, 0), np.float32)
        return self.text_score.transform(matrix)

    def widen(self, matrix: Matrix) -> Matrix:
        """Return the matrix with the added columns."""
        return (
            matrix
            if self.text_score is None
            else matrix.beside(self.transform(matrix), self.features)
        )

    def save(self, folder: Path) -> None:
        """Write the fitted state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "side.json").write_text(json.dumps({"text_score": self.text_score is not None}))
        if self.text_score is not None:
            self.text_score.save(folder)

    @classmethod
    def load(cls, folder: Path) -> FoldFitted:
        """Return what ``save`` wrote."""
        parts = json.loads((folder / "side.json").read_text())
        return cls(TextScore.load(folder) if parts["text_score"] else None)


def fit_fold(
    samples: Samples, train: Rows, kind: ProblemKind, n_classes: int, seed: int
) -> tuple[FoldFitted, SideValues]:
    """Fit on the training rows of one fold.

    Parameters
    ----------
    samples : Samples
        All rows.
    train : int64 array
        Positions of the fold's training rows; every other row is scored by the fit on all of these.
    kind, n_classes
        The problem.
    seed : int
        Of the inner folds.

    Returns
    -------
    fitted : FoldFitted
    values : float32 array of shape (n_rows of samples, n_added)
        Inner out-of-fold for ``train``, the outer fit for all others.
    """
    if samples.matrix.text is None:
        return FoldFitted(), np.empty((samples.matrix.n_rows, 0), np.float32)
    score = TextScore.fit(samples.rows(train), kind, n_classes, seed)
    values = score.transform(samples.matrix)
    part = np.random.default_rng(seed).permutation(len(train)) % INNER_FOLDS
    for i in range(INNER_FOLDS):
        held_out, rest = train[part == i], train[part != i]
        if len(held_out) == 0 or len(rest) == 0:
            continue
        inner = TextScore.fit(samples.rows(rest), kind, n_classes, seed)
        values[held_out] = inner.transform(samples.matrix.rows(held_out))
    return FoldFitted(score), values
