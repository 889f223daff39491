"""What all saved forecasters tell: the quantiles that they were fitted for."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from phantom_ml.parts.arrays import damaged


def read_levels(told: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the quantile levels of a saved object; raises BundleDamaged."""
    levels = told.get("levels")
    if not isinstance(levels, list) or not all(
        isinstance(level, float) and 0.0 < level < 1.0 for level in levels
    ):
        damaged("its quantiles are no numbers between 0 and 1")
    return tuple(levels)
