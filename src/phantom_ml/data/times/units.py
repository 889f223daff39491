"""Numbers of one column that count since 1970 in two units: seconds among milliseconds have no order."""

from __future__ import annotations

import numpy as np
import polars as pl
from numpy.typing import NDArray

from phantom_ml.data.times.form import mostly_numbers, written_numbers
from phantom_ml.data.times.numbers import LIKELY
from phantom_ml.data.times.unread import COUNTED
from phantom_ml.errors import DataError

#: From 1990 to 2100 in each unit; no two overlap.
BOUNDS = {unit: bounds for unit, bounds in LIKELY if unit in COUNTED}


def require_one_unit(values: pl.Series) -> None:
    """Raise DataError where each number above 0 is a time from 1990 to 2100, and not all in one unit.

    Text that holds mostly numbers counts as these; what is stored as times has no unit.

    Examples
    --------
    >>> require_one_unit(pl.Series("when", [1_772_409_600, 1_772_413_200]))
    >>> require_one_unit(pl.Series("when", [1_772_409_600, 1_772_413_200_000]))
    Traceback (most recent call last):
        ...
    phantom_ml.errors.DataError: 1 of 2 times of 'when' counts seconds since 1970, 1772409600; 1 counts
    milliseconds, 1772413200000. Write all of them in one unit, or as ISO 8601, 2026-01-31T12:00:00Z.
    """
    numbers = _numbers(values)
    if numbers is not None:
        require_unit_of(numbers, values.name)


def require_unit_of(numbers: NDArray[np.float64], name: str) -> None:
    """Raise DataError as ``require_one_unit`` does, of numbers of shape (n_rows,) of the column ``name``."""
    above = numbers[numbers > 0]
    held = {u: above[(above >= low) & (above <= high)] for u, (low, high) in BOUNDS.items()}
    held = {unit: found for unit, found in held.items() if found.size}
    if len(held) < 2 or sum(found.size for found in held.values()) < above.size:
        return
    told = [
        f"{found.size:,}{f' of {len(numbers):,} times of {name!r}' if i == 0 else ''} "
        f"{'counts' if found.size == 1 else 'count'} {COUNTED[unit]}{' since 1970' if i == 0 else ''}, "
        f"{found[0]:.0f}{'' if found.size == 1 else ' for one'}"
        for i, (unit, found) in enumerate(held.items())
    ]
    raise DataError(
        f"{'; '.join(told)}.",
        "Write all of them in one unit, or as ISO 8601, 2026-01-31T12:00:00Z.",
    )


def _numbers(values: pl.Series) -> NDArray[np.float64] | None:
    """Return the known numbers of a column; None where it holds no numbers."""
    if values.dtype == pl.String:
        numbers = written_numbers(values)
        return numbers.drop_nulls().to_numpy() if mostly_numbers(values, numbers) else None
    if not values.dtype.is_numeric():
        return None
    return values.cast(pl.Float64, strict=False).drop_nulls().to_numpy()
