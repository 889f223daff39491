"""Folds without a class, of which a metric of each class's probability says nothing."""

from __future__ import annotations

import math
import warnings
from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np

from phantom_ml.data.profile.page import shown
from phantom_ml.errors import BadSetting, listed
from phantom_ml.wording import counted

#: Characters of the folds that an error names, and no more.
LONGEST = 300
#: Classes of one fold that an error names.
MOST_NAMED = 5

Answers = np.ndarray[Any, Any]


def check_classes(
    scorer: Any, name: str, answers: Answers, folds: Sequence[tuple[Any, Any]]
) -> None:
    """Raise BadSetting where a metric of probabilities needs each class, and a side of a fold lacks one.

    A model tells no probability of a class that it was not fitted on, and a metric takes the classes of a fold
    for those that the probabilities are of, where nobody told it others.

    Parameters
    ----------
    scorer : one of scikit-learn's scorers
    name : str
        Of the scorer.
    answers : array of shape (n_rows,)
    folds : sequence of (rows to fit on, rows to score on)
    """
    from sklearn.utils.multiclass import type_of_target

    if "predict_proba" not in scorer._response_method:
        return
    if answers.ndim != 1 or type_of_target(answers) not in ("binary", "multiclass"):
        return
    classes = np.unique(answers)
    if not _is_told(scorer, answers, len(classes)):
        return
    told = list(_lacking(scorer, answers, classes, folds))
    if told:
        n_lacking = len({fold for fold, _ in told})
        raise BadSetting(
            f"The scoring {name!r} compares probabilities of each class of y, and "
            f"{n_lacking} of {counted(len(folds), 'fold')} "
            f"{'lacks one' if n_lacking == 1 else 'lack one'}: {shown('; '.join(t for _, t in told), LONGEST)}.",
            _hint(answers, classes, len(folds)),
        )


def _hint(answers: Answers, classes: Answers, n_folds: int) -> str:
    """Return what to do: a class may have too few rows for the folds, or the folds part the rows unevenly."""
    other = "or a scoring of the classes that are predicted, as 'balanced_accuracy'"
    counts = {c: int((answers == c).sum()) for c in classes.tolist()}
    rare = min(counts, key=lambda c: counts[c])
    if counts[rare] < n_folds:
        return (
            f"{rare!r} has {counted(counts[rare], 'row')}: give {n_folds} at least, as many as folds, leave the "
            f"class out of X and y, or give fewer folds, {other}."
        )
    return f"Give a number of folds, which parts each class evenly, folds that hold each class, {other}."


def _lacking(
    scorer: Any, answers: Answers, classes: Answers, folds: Sequence[tuple[Any, Any]]
) -> Iterator[tuple[int, str]]:
    """Yield each fold of which a side lacks classes that the metric needs, and what is to be said of it."""
    for number, (train, test) in enumerate(folds, start=1):
        for rows, what in ((train, "fit on"), (test, "score on")):
            side = answers[rows]
            lacks = np.setdiff1d(classes, side)
            if not len(lacks):
                continue
            # Of two classes a model that was fitted on one tells no probability of the other.
            alone = what == "fit on" and len(classes) == 2
            left = side if rows is test else answers[~np.isin(answers, lacks)]
            if alone or not _is_told(scorer, left, len(classes)):
                named = listed([str(c) for c in lacks.tolist()], MOST_NAMED)
                yield number, f"fold {number} has no {named} to {what}"


def _is_told(scorer: Any, answers: Answers, n_classes: int) -> bool:
    """Return whether a metric is a number for these answers and some probabilities of so many classes."""
    shape = (len(answers),) if n_classes == 2 else (len(answers), n_classes)
    shares = np.full(shape, 1.0 / n_classes)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            return not math.isnan(scorer._score_func(answers, shares, **scorer._kwargs))
        except (ValueError, TypeError):
            return False
