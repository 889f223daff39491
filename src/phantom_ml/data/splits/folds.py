"""How many folds: as many as the rare class can fill and the clock allows."""

from __future__ import annotations

from phantom_ml.config import ProblemKind

#: Fits that a search with so many folds needs, and the share of the time left that they may take.
FITS_NEEDED = {5: 20, 3: 12, 2: 8}
TIME_SHARE = 0.6


def choose_folds(
    n_rows: int,
    n_positives: int,
    kind: ProblemKind,
    seconds_per_fit: float | None = None,
    seconds_left: float | None = None,
) -> int:
    """Return 5, 3, 2 or 1 (a single holdout of a fifth).

    Parameters
    ----------
    n_rows : int
    n_positives : int
        Rows of the rarest class; not used for regression.
    kind : ProblemKind
    seconds_per_fit : float, optional
        Of a typical learner on about all rows.
    seconds_left : float, optional
        Without it, or without the former, the clock is not asked.

    Examples
    --------
    >>> choose_folds(10_000, 400, ProblemKind.BINARY)
    5
    >>> choose_folds(10_000, 400, ProblemKind.BINARY, seconds_per_fit=10.0, seconds_left=100.0)
    1
    """
    counted = n_positives if kind.is_classification else n_rows
    folds = _by_rows(counted)
    if seconds_per_fit is None or seconds_left is None:
        return folds
    while folds > 1 and FITS_NEEDED[folds] * seconds_per_fit > TIME_SHARE * seconds_left:
        folds = {5: 3, 3: 1, 2: 1}[folds]
    return folds


def _by_rows(counted: int) -> int:
    """Return the folds that leave each valid part enough rows of the rarest class."""
    if counted >= 100:
        return 5
    return 3 if counted >= 9 else 2
