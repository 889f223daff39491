"""What a library of an algorithm raises while it is fitted, told in one line as an error of the house."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager

from phantom_ml.errors import FitRefused
from phantom_ml.tuning.result import one_line
from phantom_ml.wording import NO_TEXT, text_of

#: Packages in which errors are defined that a person may mend; what is raised elsewhere is a fault of the program.
LIBRARIES = {
    "catboost": "CatBoost",
    "_catboost": "CatBoost",
    "lightgbm": "LightGBM",
    "xgboost": "XGBoost",
}
#: The time and the place in its source that a library tells before its sentence.
BEFORE = re.compile(r"^(\[[\d:]+\]\s*)?(\S+\.(cpp|cc|cu|h|hpp):\d+:\s*)?")


@contextmanager
def in_words(algorithm: str) -> Iterator[None]:
    """Raise FitRefused for what a library raises of its own, and let all else through.

    Parameters
    ----------
    algorithm : str
        Its name.

    Examples
    --------
    >>> from lightgbm.basic import LightGBMError
    >>> with in_words("LightGBM"):
    ...     raise LightGBMError("Check failed: num_leaves > 1")
    Traceback (most recent call last):
    ...
    phantom_ml.errors.FitRefused: LightGBM cannot be fitted; its library LightGBM says: Check \
failed: num_leaves > 1. Change what it names, in the settings or in the rows, or choose another algorithm.
    """
    try:
        yield
    except Exception as error:
        library = _library_of(error)
        if not library:
            raise
        raise FitRefused(
            f"{algorithm} cannot be fitted; its library {library} says: {_sentence(error)}.",
            "Change what it names, in the settings or in the rows, or choose another algorithm.",
        ) from error


def _library_of(error: Exception) -> str:
    """Return the library that defines an error, an empty string where none of them does."""
    packages = (kind.__module__.partition(".")[0] for kind in type(error).__mro__)
    return next((LIBRARIES[p] for p in packages if p in LIBRARIES), "")


def _sentence(error: Exception) -> str:
    """Return the first line of what a library says, without its place in the source; a trace may follow it."""
    lines = [line.strip() for line in text_of(error).splitlines()]
    first = next((line for line in lines if line), NO_TEXT)
    return one_line(BEFORE.sub("", first) or NO_TEXT).rstrip(" .")
