"""Which rows of a target have an answer, and what is refused where they have none, or all the same."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.errors import TargetUnusable
from phantom_ml.wording import counted


def known_rows(series: pl.Series, name: str) -> tuple[NDArray[np.int64], tuple[str, ...]]:
    """Return the positions of cells that are not null, and a sentence where some are."""
    keep = np.flatnonzero(series.is_not_null().to_numpy())
    if not keep.size:
        raise TargetUnusable(
            f"The target {name!r} is missing in {_all_rows(len(series))}.",
            "Name the column that holds the answers, or fill it.",
        )
    missing = len(series) - keep.size
    if not missing:
        return keep, ()
    have, were = ("has", "was") if missing == 1 else ("have", "were")
    rows = f"{missing:,} of {counted(len(series), 'row')}"
    sentence = f"{rows} {have} no usable value in {name!r} and {were} left out."
    return keep, (sentence,)


def _all_rows(n: int) -> str:
    return "the only row" if n == 1 else f"all {n:,} rows"


def all_alike(name: str, value: object, n_rows: int) -> TargetUnusable:
    """Return the error of a target that has one value in all of its ``n_rows`` known rows."""
    return TargetUnusable(
        f"The target {name!r} is {str(value)[:60]!r} in {_all_rows(n_rows)} that "
        f"{'has' if n_rows == 1 else 'have'} a value.",
        "At least two different values are needed: add rows of the other kind, or name another "
        "target.",
    )
