"""The answers of labelled rows, as the codes or numbers that a model was trained on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.matrix import Rows
from phantom_ml.data.target.positive import ClassName, is_alert, is_plain
from phantom_ml.data.target.read import plain_column, read_target
from phantom_ml.features.base import as_text
from phantom_ml.model.spec import ModelSpec
from phantom_ml.tasks.base import tasks

Answers = NDArray[np.int64] | NDArray[np.float64]


@dataclass(frozen=True)
class KnownAnswers:
    """Answers that a model knows.

    Attributes
    ----------
    values : int64 or float64 array of shape (n_known,)
    rows : int64 array of shape (n_known,)
        Their positions.
    notes : tuple of str
        What was decided about them, and may be wrong.
    """

    values: Answers
    rows: Rows
    notes: tuple[str, ...] = ()


def known_answers(
    spec: ModelSpec, values: pl.Series, odd_class: ClassName | None = None
) -> KnownAnswers:
    """Return the answers that the model knows.

    Parameters
    ----------
    spec : ModelSpec
    values : Series
        The raw target column; rows without an answer, or of a class never seen, are left out.
    odd_class : str, int, float, bool or None
        What an anomaly was called in training; guessed where there was no name, or it does not occur.

    Raises
    ------
    TargetUnusable
    """
    if spec.kind is ProblemKind.ANOMALY:
        return _odd_or_not(spec, values, odd_class)
    if not spec.classes:
        target = read_target(values, spec.target, spec.task_type)
        return KnownAnswers(target.values, target.keep)
    known = {str(c): i for i, c in enumerate(spec.classes)}
    for i, c in enumerate(spec.classes):
        known |= {str(int(c)): i, str(c).lower(): i} if isinstance(c, bool) else {}
    text = as_text(values)
    codes = text.replace_strict(
        list(known), list(known.values()), default=None, return_dtype=pl.Int64
    )
    rows = codes.is_not_null().arg_true().to_numpy().astype(np.int64)
    return KnownAnswers(codes.drop_nulls().to_numpy().astype(np.int64), rows)


def _odd_or_not(spec: ModelSpec, values: pl.Series, odd_class: ClassName | None) -> KnownAnswers:
    """Return which rows are anomalies, 1, and which are not, 0; they may be all of one sort."""
    known = plain_column(values, spec.target).drop_nulls().unique()
    if len(known) == 1:
        return _all_of_one(spec.target, values, known[0], odd_class)
    called = {str(v).lower() for v in values.drop_nulls().unique().to_list()}
    named = odd_class if str(odd_class).lower() in called else None
    # A class needs two rows to be learned; to be measured one is enough.
    told = pl.concat([values, values]) if len(known) == 2 else values
    target = tasks.get(spec.task_type).read_target(told, named)
    here = target.keep < len(values)
    notes = (*_otherwise_called(odd_class, called), *target.warnings)
    return KnownAnswers(target.values[here], target.keep[here], notes)


def _all_of_one(
    name: str, values: pl.Series, value: ClassName, odd_class: ClassName | None
) -> KnownAnswers:
    """Return rows that are all anomalies, or none of them, with what told so where that is not plain."""
    same = str(value).lower() == str(odd_class).lower()
    odd = same or (is_alert(value) and (odd_class is None or is_alert(odd_class)))
    rows = np.flatnonzero(plain_column(values, name).is_not_null().to_numpy())
    answers = np.full(len(rows), int(odd), np.int64)
    if same or is_plain(value):
        return KnownAnswers(answers, rows)
    what = "anomalies" if odd else "normal rows"
    note = f"All known rows of {name!r} are {value!r}, and were taken for {what}, {_why(odd, odd_class)}."
    return KnownAnswers(answers, rows, (note,))


def _why(odd: bool, odd_class: ClassName | None) -> str:
    """Return why rows of one name are anomalies, or are not."""
    if odd_class is not None:
        return f"as training called an anomaly {odd_class!r}"
    if odd:
        return "by that name"
    # A name that nobody knows tells nothing: what was decided is the safer guess, and no more.
    return (
        "as it is no word for an alert that is known here (attack, malicious, fraud, ...); "
        "if they are anomalies, give 1 in its place"
    )


def _otherwise_called(odd_class: ClassName | None, called: set[str]) -> tuple[str, ...]:
    """Return what to say of answers in other words than those of training."""
    if odd_class is None or len(called) < 2 or str(odd_class).lower() in called:
        return ()
    return (
        f"Training called an anomaly {odd_class!r}, which is no answer here: whether these answers mean the same "
        "was guessed.",
    )
