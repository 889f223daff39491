"""Answers that cannot be learned from: infinite, words where numbers are meant, or words beside numbers."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

from phantom_ml.data.profile.page import shown
from phantom_ml.errors import BadSetting
from phantom_ml.wording import counted

#: Characters of an answer that an error shows.
LONGEST = 80


class AnswersUnfit(BadSetting, ValueError):
    """Answers cannot be learned from; a ValueError too, as scikit-learn raises it."""


def check_finite(y: Any) -> None:
    """Raise AnswersUnfit where an answer is infinite.

    Examples
    --------
    >>> check_finite([1.5, float("inf"), 2.0])
    Traceback (most recent call last):
    ...
    phantom_ml.tuning.answers.AnswersUnfit: y holds inf in row 1 (counted from 0). Answers are finite: leave such \
rows out of X and y, or give the greatest value that there can be.
    """
    answers = np.asarray(y)
    if answers.dtype.kind not in "fO":
        return
    if (found := _first(answers, _is_infinite)) is not None:
        raise AnswersUnfit(
            f"y holds {found}.",
            "Answers are finite: leave such rows out of X and y, or give the greatest value that there can be.",
        )


def check_numbers(y: Any, learner: str) -> None:
    """Raise AnswersUnfit where an answer is no number, nor text that tells one, and a learner learns numbers."""
    answers = np.asarray(y)
    if answers.dtype.kind not in "OUS":
        return
    if (found := _first(answers, _is_no_number)) is not None:
        raise AnswersUnfit(
            f"y holds {found}: {learner} learns numbers.",
            "Leave such rows out of X and y, or, where the answers are classes, choose a classifier.",
        )


def check_one_kind(y: Any) -> None:
    """Raise AnswersUnfit where some answers are words and some are numbers: as classes they have no order."""
    answers = np.asarray([] if y is None else y)
    if answers.dtype.kind != "O" or (word := _first(answers, _is_word)) is None:
        return
    if (number := _first(answers, _is_plain_number)) is not None:
        raise AnswersUnfit(
            f"y holds words, {word}, and numbers, {number}: classes are all words or all numbers.",
            "Give y.astype(str) where words are meant, or leave the rows of the other kind out of X and y.",
        )


def _first(answers: np.ndarray[Any, Any], is_meant: Callable[[Any], bool]) -> str | None:
    """Return the first answer that is meant, its row, and how many more there are; None where there is none."""
    places = _places(answers, is_meant)
    if not len(places):
        return None
    value = answers.ravel()[places[0]]
    told = shown(repr(value.item() if isinstance(value, np.generic) else value), LONGEST)
    # An answer may be a row of several.
    row = int(places[0]) // max(1, answers.size // len(answers))
    more = len(places) - 1
    others = f" and {counted(more, 'other')} like it" if more else ""
    return f"{told} in row {row:,} (counted from 0){others}"


def _places(answers: np.ndarray[Any, Any], is_meant: Callable[[Any], bool]) -> Any:
    """Return where the answers are meant, counted through rows and columns."""
    if answers.dtype.kind == "f" and is_meant is _is_infinite:
        return np.flatnonzero(np.isinf(answers))
    return [place for place, value in enumerate(answers.ravel().tolist()) if is_meant(value)]


def _is_infinite(value: Any) -> bool:
    return isinstance(value, float | np.floating) and math.isinf(value)


def _is_word(value: Any) -> bool:
    return isinstance(value, str)


def _is_plain_number(value: Any) -> bool:
    return isinstance(value, bool | int | float | np.number | np.bool_)


def _is_no_number(value: Any) -> bool:
    """Return whether a value is no finite number, nor text of one."""
    try:
        return not math.isfinite(float(value))
    except (TypeError, ValueError, OverflowError):
        return True
