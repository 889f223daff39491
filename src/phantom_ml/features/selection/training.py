"""Training rows as judges of features take them: raw, encoded, with their answers."""

from __future__ import annotations

from dataclasses import dataclass, replace

import polars as pl

from phantom_ml.data.matrix import Matrix, Rows, Samples
from phantom_ml.data.schema import TableSchema
from phantom_ml.features.fitted.question import Question


@dataclass(frozen=True)
class Training:
    """Training rows.

    Attributes
    ----------
    frame : DataFrame
        Raw.
    schema : TableSchema
        What its columns are.
    samples : Samples
        The same rows with their features, by ``Encoder.training``, and their answers.
    question : Question
        About the same rows.
    """

    frame: pl.DataFrame
    schema: TableSchema
    samples: Samples
    question: Question

    @property
    def matrix(self) -> Matrix:
        """Return the features."""
        return self.samples.matrix

    def rows(self, where: Rows) -> Training:
        """Return some of the rows."""
        samples, question = self.samples.rows(where), self.question.rows(where)
        return Training(self.frame[where], self.schema, samples, question)

    def with_matrix(self, matrix: Matrix) -> Training:
        """Return the same rows with other features."""
        return replace(self, samples=replace(self.samples, matrix=matrix))
