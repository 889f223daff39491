"""What all saved forecasters tell: a JSON object, and the quantiles that they were fitted for."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from phantom_ml.parts.arrays import damaged


def read_json(path: Path) -> dict[str, Any]:
    """Return the object in a file; raises BundleDamaged."""
    try:
        told = json.loads(path.read_text())
    except (OSError, ValueError) as error:
        damaged(f"{path.name} cannot be read ({error})")
    if not isinstance(told, dict):
        damaged(f"{path.name} holds no object")
    return told


def read_levels(told: Mapping[str, Any]) -> tuple[float, ...]:
    """Return the quantile levels of a saved object; raises BundleDamaged."""
    levels = told.get("levels")
    if not isinstance(levels, list) or not all(
        isinstance(level, float) and 0.0 < level < 1.0 for level in levels
    ):
        damaged("its quantiles are no numbers between 0 and 1")
    return tuple(levels)
