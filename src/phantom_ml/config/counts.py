"""Counts that a person gives to a method: whole numbers from a least one on."""

from __future__ import annotations

import operator

from phantom_ml.errors import BadSetting

#: More threads than any machine has; with a million of them libraries end the process.
MOST_THREADS = 1024


def check_count(name: str, given: int, least: int = 0) -> int:
    """Return a count as it was given; raises BadSetting unless it is a whole number of at least ``least``.

    Examples
    --------
    >>> check_count("n_nearest", 3)
    3
    >>> check_count("n_nearest", 1.5)
    Traceback (most recent call last):
    ...
    phantom_ml.errors.BadSetting: n_nearest is 1.5. Give a whole number, 0 or more.
    """
    try:
        count = operator.index(given)
    except TypeError:
        count = least - 1
    if isinstance(given, bool) or count < least:
        raise BadSetting(f"{name} is {given!r}.", f"Give a whole number, {least} or more.")
    return count
