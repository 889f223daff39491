"""A target of numbers: read, finite, and within what learners hold."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.config import ProblemKind
from phantom_ml.data.target.column import Target
from phantom_ml.data.target.known import all_alike, known_rows
from phantom_ml.errors import TargetUnusable
from phantom_ml.wording import counted


def numbers_of(series: pl.Series, name: str) -> Target:
    """Return a regression target."""
    numbers = _parsed(series, name) if series.dtype == pl.String else series.cast(pl.Float64)
    keep, warnings = known_rows(numbers, name)
    values = numbers.drop_nulls().to_numpy().astype(np.float64)
    n_distinct = int(np.unique(values).size)
    if n_distinct == 1:
        raise all_alike(name, values[0], values.size)
    _refuse_beyond(values, name)
    if n_distinct == 2 or (n_distinct <= 10 and values.size >= 20 * n_distinct):
        warnings += (
            f"The target {name!r} has only {n_distinct} different values, like classes; "
            "it was learned as a number.",
        )
    return Target(name, ProblemKind.REGRESSION, (), values, keep, warnings)


def _refuse_beyond(values: NDArray[np.float64], name: str) -> None:
    """Raise TargetUnusable where a number lies beyond float32, in which most learners hold answers."""
    beyond = values[np.abs(values) > np.finfo(np.float32).max]
    if beyond.size:
        raise TargetUnusable(
            f"{counted(beyond.size, 'row holds', 'rows hold')} a number beyond 3.4e38 in the target {name!r}, "
            f"such as {beyond[0]:g}.",
            "Clean them, or divide the column: predictions are in the unit that was learned from.",
        )


def _parsed(series: pl.Series, name: str) -> pl.Series:
    """Return numbers that were written as text; not finite ones null."""
    numbers = series.str.strip_chars().cast(pl.Float64, strict=False)
    failed = series.filter(numbers.is_null() & series.is_not_null())
    if len(failed):
        example = str(failed[0])[:60]
        raise TargetUnusable(
            f"The target {name!r} holds text such as {example!r} in {counted(len(failed), 'row')}.",
            "Regression needs numbers: use task_type='classification', or clean the column.",
        )
    return numbers.set(~numbers.is_finite(), None)
