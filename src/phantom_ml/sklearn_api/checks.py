"""What an algorithm's settings as an estimator cannot be: refused in words, as in a configuration."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phantom_ml.algorithms.base import AlgorithmSettings
from phantom_ml.config.counts import MOST_THREADS
from phantom_ml.data.matrix import Matrix
from phantom_ml.errors import BadSetting, TargetUnusable
from phantom_ml.tuning.basis import is_whole

#: The most that every library takes, and a configuration.
MOST_SEED = 2**31 - 1
NEXT = "Change the setting and run again."


class NoColumnUsable(TargetUnusable, ValueError):
    """No column tells anything; a ValueError too, as scikit-learn raises for rows without columns."""


class ClassesTooFew(BadSetting, ValueError):
    """The answers are all of one class; a ValueError too, as scikit-learn asks."""


def require_something(matrix: Matrix) -> None:
    """Raise NoColumnUsable where the rows have neither features nor text nor a history."""
    beside = (matrix.text, matrix.strings, matrix.history)
    if not matrix.features and all(part is None for part in beside):
        raise NoColumnUsable(
            "No column can be learned from: all are constant, empty or identifiers.",
            "Add columns that differ from row to row.",
        )


def check_own(seed: Any, n_threads: Any) -> None:
    """Return if a seed and a number of threads can be; raises BadSetting.

    Examples
    --------
    >>> check_own(seed=1.5, n_threads=1)
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BadSetting: seed is 1.5. Give a whole number from 0 to 2147483647.
    """
    if not (is_whole(seed) and 0 <= seed <= MOST_SEED):
        raise BadSetting(f"seed is {seed!r}.", f"Give a whole number from 0 to {MOST_SEED}.")
    if not (is_whole(n_threads) and 1 <= n_threads <= MOST_THREADS):
        raise BadSetting(
            f"n_threads is {n_threads!r}.", f"Give a whole number from 1 to {MOST_THREADS:,}."
        )


def refuse_text(settings: AlgorithmSettings, given: Mapping[str, Any]) -> None:
    """Return if no number was given as text, from which pydantic reads it.

    Parameters
    ----------
    settings : AlgorithmSettings
        As they were read.
    given : mapping of setting to value

    Raises
    ------
    BadSetting
        One was; the message names it.
    """
    for name, value in given.items():
        if isinstance(value, str | bytes) and not isinstance(getattr(settings, name), str):
            told = f"{settings.name}.{name} is {value!r}: it must be a number, not text."
            raise BadSetting(told, NEXT)
