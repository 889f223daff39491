"""Rows that an evaluation leaves out: those without a label, and those whose label the model does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import polars as pl

from phantom_ml.config import ProblemKind
from phantom_ml.data.columns.column import MARKS
from phantom_ml.data.matrix import Rows
from phantom_ml.errors import listed, nearest
from phantom_ml.explain.truth import KnownAnswers
from phantom_ml.features.base import as_text
from phantom_ml.model.spec import ModelSpec
from phantom_ml.wording import counted

#: Labels that are named, the most frequent first.
SHOWN = 3
#: A figure that needs rows of the class of each code.
NEEDS = ("the rate of false alarms", "recall")


@dataclass(frozen=True)
class LeftOut:
    """Rows that are not measured.

    Attributes
    ----------
    n_unlabelled : int
        Without a label: null, NaN, blank or a word for that, such as N/A.
    n_unknown : int
        With a label that the model does not know.
    notes : tuple of str
        What to say of the latter.
    """

    n_unlabelled: int
    n_unknown: int
    notes: tuple[str, ...]

    @classmethod
    def of(cls, spec: ModelSpec, values: pl.Series, answers: KnownAnswers) -> LeftOut:
        """Return what is left out of the raw target column, of which ``answers`` are known."""
        n_left_out = len(values) - len(answers.rows)
        if spec.kind is ProblemKind.REGRESSION:
            # Text is refused there, and an infinite number is none.
            return cls(n_left_out, 0, ())
        unknown = _unknown(values, answers.rows)
        notes = told_left_out(values, answers.rows, spec)
        if notes and spec.kind is ProblemKind.BINARY:
            notes = (*notes, *_lost(spec, answers))
        return cls(n_left_out - len(unknown), len(unknown), notes)


def told_left_out(values: pl.Series, rows: Rows, spec: ModelSpec) -> tuple[str, ...]:
    """Return what to say of labels that a model does not know: how many, which, and what was expected.

    Parameters
    ----------
    values : Series of length n_rows
        The raw target column.
    rows : int64 array of shape (n_known,)
        Positions of the labels that the model knows.
    spec : ModelSpec
    """
    unknown = _unknown(values, rows)
    if not len(unknown):
        return ()
    counts = unknown.value_counts().sort(["count", unknown.name], descending=[True, False])
    labels = counts[unknown.name].to_list()
    shown = zip(labels[:SHOWN], counts["count"], strict=False)
    told = ", ".join(f"{listed([label])} ({n:,})" for label, n in shown)
    more = f" and {len(labels) - SHOWN:,} more" if len(labels) > SHOWN else ""
    known = [str(c) for c in spec.classes] or _as_written(values[rows]).unique().sort().to_list()
    guess = next(filter(None, (nearest(label, known) for label in labels[:SHOWN])), "")
    have = counted(len(unknown), "row has", "rows have")
    return (
        f"{have} a value of {spec.target!r} that the model does not know, {told}{more}: left out of the figures. "
        f"It knows {listed(known)}.{guess}",
    )


def _unknown(values: pl.Series, rows: Rows) -> pl.Series:
    """Return the labels beside those of ``rows``, as text."""
    others = np.setdiff1d(np.arange(len(values)), rows)
    return _as_written(values[others]).drop_nulls()


def _as_written(values: pl.Series) -> pl.Series:
    """Return labels as text, null where there is none."""
    text = values.cast(pl.String) if values.dtype == pl.Boolean else as_text(values)
    return text.set(text.str.strip_chars().is_in(list(MARKS)), None)


def _lost(spec: ModelSpec, answers: KnownAnswers) -> Iterator[str]:
    """Tell which of two classes has no known row left."""
    for code, (name, figure) in enumerate(zip(spec.classes, NEEDS, strict=True)):
        if not (answers.values == code).any():
            yield (
                f"No row that is left is of the class {str(name)!r}: no figure of that class can be told, "
                f"{figure} among them."
            )
