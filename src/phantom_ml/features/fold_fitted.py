"""Features that need the target: fitted inside each fold, and out of fold for the rows they are fitted on.

A fold's training rows get values from inner folds, or from earlier rows, so that no row sees its own
label; its validation rows, and every row that is scored later, get the values of the fit on all training
rows of that fold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from phantom_ml.data.matrix import Feature, Matrix, Rows, Samples
from phantom_ml.data.target.unit import TargetUnit
from phantom_ml.features.fitted.inner_folds import inner_folds
from phantom_ml.features.fitted.question import Question
from phantom_ml.features.fitted.risk import Risk
from phantom_ml.features.fitted.text_score import TextScore
from phantom_ml.parts.saved import read_object

SideValues = NDArray[np.float32]


@dataclass(frozen=True)
class FoldFitted:
    """What was fitted on one fold's training rows; turns a matrix into a wider one.

    Attributes
    ----------
    text_score : TextScore or None
        The linear score of the hashed text, None where the table has no text.
    risk : Risk or None
        Mean answers by category, None where no category has many levels.
    """

    text_score: TextScore | None = None
    risk: Risk | None = None

    @property
    def features(self) -> tuple[Feature, ...]:
        """Return what the added columns mean."""
        return tuple(f for part in self._parts for f in part.features)

    def sourced(self, text_source: str) -> tuple[Feature, ...]:
        """Return the same, the text's filed under ``text_source``: its column, if there is but one."""
        texts = () if self.text_score is None else self.text_score.features
        others = self.features[len(texts) :]
        return (*(replace(f, source=text_source) for f in texts), *others)

    def in_unit(self, unit: TargetUnit) -> FoldFitted:
        """Return the same, which says that its values are in a unit of the target."""
        text, risk = self.text_score, self.risk
        return FoldFitted(
            None if text is None else replace(text, unit=unit),
            None if risk is None else replace(risk, unit=unit),
        )

    @property
    def _parts(self) -> list[TextScore | Risk]:
        return [part for part in (self.text_score, self.risk) if part is not None]

    def transform(self, matrix: Matrix) -> SideValues:
        """Return the added columns, shape (n_rows, n_added)."""
        nothing = np.empty((matrix.n_rows, 0), np.float32)
        return np.concatenate([nothing, *(p.transform(matrix) for p in self._parts)], axis=1)

    def widen(self, matrix: Matrix) -> Matrix:
        """Return the matrix with the added columns."""
        return matrix.beside(self.transform(matrix), self.features) if self._parts else matrix

    def save(self, folder: Path) -> None:
        """Write the fitted state into ``folder`` (made if absent)."""
        folder.mkdir(parents=True, exist_ok=True)
        parts = {"text_score": self.text_score is not None, "risk": self.risk is not None}
        (folder / "side.json").write_text(json.dumps(parts))
        for part in self._parts:
            part.save(folder)

    @classmethod
    def load(cls, folder: Path) -> FoldFitted:
        """Return what ``save`` wrote; raises BundleDamaged and BundleVersion."""
        parts = read_object(folder / "side.json")
        return cls(
            TextScore.load(folder) if parts["text_score"] else None,
            Risk.load(folder) if parts["risk"] else None,
        )


def needs_fit(matrix: Matrix) -> bool:
    """Return whether anything of a matrix is fitted on the target."""
    return matrix.text is not None or bool(Risk.places_in(matrix))


def fit_fold(
    samples: Samples, train: Rows, question: Question, seed: int
) -> tuple[FoldFitted, SideValues]:
    """Fit on the training rows of one fold.

    Parameters
    ----------
    samples : Samples
        All rows.
    train : int64 array
        Positions of the fold's training rows; every other row is scored by the fit on all of these.
    question : Question
        Of all rows.
    seed : int
        Of the inner folds.

    Returns
    -------
    fitted : FoldFitted
    values : float32 array of shape (n_rows of samples, n_added)
        Out of fold for ``train``, the outer fit for all others.
    """
    if not needs_fit(samples.matrix):
        return FoldFitted(), np.empty((samples.matrix.n_rows, 0), np.float32)
    rows, asked = samples.rows(train), question.rows(train)
    # Once for all that is fitted: inner folds speak in the unit of the outer fit.
    unit = TargetUnit.where_needed(rows, asked.kind)
    rows = unit.shown(rows)
    fitted = _fit(rows, asked, seed).in_unit(unit)
    values = fitted.transform(samples.matrix)
    values[train] = _out_of_fold(fitted, rows, asked, seed)
    return fitted, values


def _fit(rows: Samples, question: Question, seed: int) -> FoldFitted:
    text = None if rows.matrix.text is None else TextScore.fit(rows, question, seed)
    risk = Risk.fit(rows, question)
    return FoldFitted(text, risk if risk.places else None)


def _out_of_fold(fitted: FoldFitted, rows: Samples, question: Question, seed: int) -> SideValues:
    """Return the values of the very rows that ``fitted`` was fitted on, without their own answers."""
    values = np.full((rows.matrix.n_rows, len(fitted.features)), np.nan, np.float32)
    for teach, taught in inner_folds(question, rows.matrix.n_rows, seed):
        inner = _fit(rows.rows(teach), question.rows(teach), seed)
        values[taught] = inner.transform(rows.matrix.rows(taught))
    if fitted.risk is not None and question.before.time is not None:
        values[:, -len(fitted.risk.features) :] = fitted.risk.past(rows, question)
    return values
