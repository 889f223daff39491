"""What is said of an estimator whose fit came to one answer for all rows: its predictions alone would tell."""

from __future__ import annotations

import warnings

from sklearn.exceptions import ConvergenceWarning


def warn_of_one_answer(algorithm: str) -> None:
    """Warn the caller of ``fit``, from which the call comes by way of one more method."""
    warnings.warn(
        f"{algorithm} found nothing better than one answer for all rows, and gives that one: do not rely on it. "
        "Give more epochs, more rows, or columns that tell more.",
        ConvergenceWarning,
        stacklevel=4,
    )
